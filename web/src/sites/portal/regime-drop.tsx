import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { postRegime, type RegimeOptions } from "@/data/client";
import { regimeQuery, regimesQuery } from "@/data/queries";
import type { StreamView } from "@/data/stream-log";
import { Hint } from "@/kit/hint";
import { ProblemNotice } from "@/kit/problem-notice";
import { onShortcut } from "@/kit/shortcuts";

import { ENOUGH_ROWS, plantFile } from "./plant-file";
import { Running } from "./running";
import { useFileDrop } from "./use-file-drop";
import { useFileWork } from "./use-file-work";

const RATES = [
  { value: "0.01", word: "one in a hundred samples" },
  { value: "0.001", word: "one in a thousand" },
  { value: "0.0001", word: "one in ten thousand" },
  { value: "0.00001", word: "one in a hundred thousand" },
];
const AT_FIRST: RegimeOptions = { columns: "", false_alarms: "0.0001" };

/** Drop or choose a table; its timeline opens as a page of its own. */
export function RegimeDrop({ view }: { view: StreamView | null }) {
  const [options, setOptions] = useState(AT_FIRST);
  const { work, start, cancel } = useFollowing(options);
  const chooser = useRef<HTMLInputElement>(null);
  const dragging = useFileDrop(start);
  const enough = (view?.times.length ?? 0) >= ENOUGH_ROWS;

  useEffect(() => onShortcut("f", () => chooser.current?.click()), []);

  return (
    <div className={`drop${dragging ? " dragging" : ""}`} aria-busy={work.state === "running"}>
      <input
        ref={chooser}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="File to follow"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) start(file);
        }}
      />
      {work.state === "running" ? (
        <Running doing="Following" file={work.file} onCancel={cancel} />
      ) : (
        <div className="stack-small">
          <p className="drop-title">{dragging ? "Let go to follow it" : "Drop a table here, or"}</p>
          <div className="row">
            <button type="button" className="button primary" onClick={() => chooser.current?.click()}>
              Choose a file
            </button>
            <button
              type="button"
              className="button"
              aria-disabled={!enough}
              title={enough ? undefined : `Available once a live plant has sent ${ENOUGH_ROWS} readings.`}
              onClick={() => view && enough && start(plantFile(view))}
            >
              Try the plant’s last readings
            </button>
          </div>
          <p className="small muted">CSV, Parquet or JSON lines of sensors, up to a million readings. Nothing leaves this server.</p>
        </div>
      )}
      {work.state === "failed" && (
        <ProblemNotice doing={`${work.file.name} was not followed.`} problem={work.problem} onRetry={() => start(work.file)} />
      )}
      <OptionFields options={options} onOptions={setOptions} />
    </div>
  );
}

function useFollowing(options: RegimeOptions) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useFileWork(
    (file, signal) => postRegime(file, options, signal),
    (found) => {
      client.setQueryData(regimeQuery(found.id).queryKey, found);
      void client.invalidateQueries({ queryKey: regimesQuery.queryKey });
      navigate(`/regimes/${encodeURIComponent(found.id)}`);
    },
  );
}

type FieldsProps = { options: RegimeOptions; onOptions: (options: RegimeOptions) => void };

function OptionFields({ options, onOptions }: FieldsProps) {
  const id = useId();
  return (
    <details className="options">
      <summary>Options</summary>
      <div className="option-fields">
        <label className="field">
          <span>Columns, comma-separated</span>
          <input
            type="text"
            value={options.columns}
            onChange={(event) => onOptions({ ...options, columns: event.target.value.trimStart() })}
            placeholder="all that can be followed"
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <div className="field-beside">
          <span>
            {/* The hint is a button; inside the label it would be what the label names. */}
            <label htmlFor={id}>False alarms, at most</label>{" "}
            <Hint about="the rate of false alarms">
              How often a change may be announced where there is none. Fewer false alarms mean that real changes are announced later.
            </Hint>
          </span>
          <select id={id} value={options.false_alarms} onChange={(event) => onOptions({ ...options, false_alarms: event.target.value })}>
            {RATES.map(({ value, word }) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </div>
      </div>
    </details>
  );
}
