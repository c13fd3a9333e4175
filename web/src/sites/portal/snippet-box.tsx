import { useState } from "react";

import type { PredictOptions } from "@/data/client";
import { CopyButton } from "@/kit/copy-button";

import { snippet, type SnippetKind } from "./snippets";

const kinds: SnippetKind[] = ["curl", "Python", "CLI"];

/** The action as a command to copy. */
export function SnippetBox({ file, options }: { file: string; options: PredictOptions }) {
  const [kind, setKind] = useState<SnippetKind>("curl");
  const text = snippet(kind, location.origin, file, options);
  return (
    <div className="stack-small">
      <div className="row between">
        <div className="segmented" role="group" aria-label="The same as a command">
          {kinds.map((each) => (
            <button key={each} type="button" aria-pressed={kind === each} onClick={() => setKind(each)}>
              {each}
            </button>
          ))}
        </div>
        <CopyButton text={text} label={`Copy as ${kind}`} shown={`Copy as ${kind}`} />
      </div>
      <pre className="snippet" tabIndex={0} role="region" aria-label={`${kind} command`}>
        {text}
      </pre>
    </div>
  );
}
