import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { asProblem, proofUrl } from "@/data/client";
import { verifyQuery } from "@/data/queries";
import type { VerifyAnswer } from "@/data/types";
import { CopyButton } from "@/kit/copy-button";
import { Glyph } from "@/kit/glyph";
import { ProblemNotice } from "@/kit/problem-notice";

import "./portal.css";

/** Verifies one proof here, and says how to do it without us. */
export function VerifyPage() {
  const proofId = useParams().proofId ?? "";
  const verify = useQuery(verifyQuery(proofId));
  const command = `industriverse verify ${proofId}.json`;
  return (
    <div className="stack verify-page">
      <title>Verify a proof · Industriverse</title>
      <p>
        <Link to="/" className="back">
          Start
        </Link>
      </p>
      <h1>Verify a proof</h1>
      <p className="row">
        <code className="wrap">{proofId}</code> <CopyButton text={proofId} label="Copy the proof id" />
      </p>
      <section className="stack-small" aria-labelledby="here">
        <h2 id="here">Checked here</h2>
        {verify.isPending && (
          <p role="status" className="muted">
            Sending the signed file to the verifier…
          </p>
        )}
        {verify.isError && (
          <ProblemNotice doing="The proof could not be verified." problem={asProblem(verify.error)} onRetry={() => void verify.refetch()} />
        )}
        {verify.isSuccess && (
          <Findings answer={verify.data} />
        )}
      </section>
      <section className="stack-small" aria-labelledby="yourself">
        <h2 id="yourself">Check it yourself, offline</h2>
        <p>The file holds all that is needed. No account, no server, no network.</p>
        <p className="row">
          <a className="button" href={proofUrl(proofId)} download={`${proofId}.json`}>
            Download proof.json
          </a>
        </p>
        <p className="row">
          <code className="wrap">{command}</code> <CopyButton text={command} label="Copy the command" />
        </p>
      </section>
    </div>
  );
}

function Findings({ answer }: { answer: VerifyAnswer }) {
  return (
    <div className="stack-small">
      <p className="row verdict-line">
        <Glyph shape={answer.valid ? "check" : "cross"} colour={answer.valid ? "var(--passed)" : "var(--failed)"} />
        <strong>{answer.valid ? "The file is whole and the signature holds." : "The file is not what was signed."}</strong>
      </p>
      <dl className="facts">
        <dt>What it says</dt>
        <dd>{answer.passed ? "the forecast is lawful" : "the forecast is not shown to be lawful"}</dd>
        <dt>Stage</dt>
        <dd>{answer.stage === "settled" ? "settled: held against the outcome" : "lawful: signed before the outcome was known"}</dd>
        <dt>Signed with key</dt>
        <dd>
          <code className="wrap">{answer.signer}</code>
        </dd>
      </dl>
      <ul className="plain stack-small">
        {answer.findings.map((finding) => (
          <li key={finding.name}>
            <Glyph shape={outcomes[finding.outcome].shape} colour={outcomes[finding.outcome].colour} /> <strong>{finding.name.replaceAll("_", " ")}</strong>{" "}
            <span className="muted small">{outcomes[finding.outcome].word}</span>
            {finding.note && <p className="small muted">{finding.note}</p>}
          </li>
        ))}
      </ul>
    </div>
  );
}

const outcomes = {
  holds: { shape: "check", colour: "var(--passed)", word: "holds" },
  broken: { shape: "cross", colour: "var(--failed)", word: "does not hold" },
  open: { shape: "dash", colour: "var(--neutral)", word: "not compared" },
} as const;
