import type { Problem } from "@/data/types";
import { CopyButton } from "@/kit/copy-button";
import { Glyph } from "@/kit/glyph";

type Props = { problem: Problem; onRetry?: (() => void) | undefined; doing: string };

/** What failed, why, how to go on, and the trace id to quote. */
export function ProblemNotice({ problem, onRetry, doing }: Props) {
  const places = Object.entries(problem.context ?? {});
  return (
    <div className="notice problem" role="alert">
      <Glyph shape="cross" colour="var(--failed)" />
      <div className="stack-small">
        <p>
          <strong>{doing}</strong> <span className="muted">{problem.title}.</span>
        </p>
        {problem.detail && <p>{problem.detail}</p>}
        {problem.hint && <p>{problem.hint}</p>}
        {places.length > 0 && (
          <dl className="facts small">
            {places.map(([name, value]) => (
              <div key={name} className="contents">
                <dt>{name}</dt>
                <dd className="mono">{String(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <div className="row">
          {onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              Retry
            </button>
          )}
          {problem.trace_id && (
            <span className="row small muted">
              Trace id <code>{problem.trace_id}</code>
              <CopyButton text={problem.trace_id} label="Copy the trace id" />
            </span>
          )}
        </div>
      </div>
    </div>
  );
}
