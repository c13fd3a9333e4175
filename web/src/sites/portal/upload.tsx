import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { type PredictOptions, postPredict } from "@/data/client";
import { runQuery, runsQuery } from "@/data/queries";
import type { StreamView } from "@/data/stream-log";
import { Hint } from "@/kit/hint";
import { ProblemNotice } from "@/kit/problem-notice";
import { onShortcut } from "@/kit/shortcuts";

import { ENOUGH_ROWS, plantFile } from "./plant-file";
import { Running } from "./running";
import { SnippetBox } from "./snippet-box";
import { useFileDrop } from "./use-file-drop";
import { useFileWork } from "./use-file-work";

const NO_OPTIONS: PredictOptions = { variable: "", horizon: "", domain: "" };

/** Drop or choose a file; its forecast opens as a page of its own. */
export function Upload({ view }: { view: StreamView | null }) {
  const [options, setOptions] = useState(NO_OPTIONS);
  const { work, start, cancel } = useForecast(options);
  const chooser = useRef<HTMLInputElement>(null);
  const dragging = useFileDrop(start);
  const busy = work.state === "running";
  const rows = view?.times.length ?? 0;

  useEffect(() => onShortcut("f", () => chooser.current?.click()), []);

  return (
    <div className={`drop${dragging ? " dragging" : ""}`} aria-busy={busy}>
      <input
        ref={chooser}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="File to forecast"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) start(file);
        }}
      />
      {busy ? (
        <Running doing="Forecasting" file={work.file} onCancel={cancel} />
      ) : (
        <div className="stack-small">
          <p className="drop-title">{dragging ? "Let go to forecast it" : "Drop a file here, or"}</p>
          <div className="row">
            <button type="button" className="button primary" onClick={() => chooser.current?.click()}>
              Choose a file
            </button>
            <button
              type="button"
              className="button"
              aria-disabled={rows < ENOUGH_ROWS}
              title={rows < ENOUGH_ROWS ? `Available once the plant has sent ${ENOUGH_ROWS} readings.` : undefined}
              onClick={() => view && rows >= ENOUGH_ROWS && start(plantFile(view))}
            >
              Try the plant’s last readings
            </button>
          </div>
          <p className="small muted">

            CSV, Parquet or JSON lines of sensors; NetCDF, Zarr (zipped), HDF5 or NumPy fields. Nothing leaves this server.
          </p>
        </div>
      )}
      {work.state === "failed" && (
        <ProblemNotice doing={`${work.file.name} was not forecast.`} problem={work.problem} onRetry={() => start(work.file)} />
      )}
      <details className="options">
        <summary>Options and commands</summary>
        <div className="stack-small">
          <OptionFields options={options} onOptions={setOptions} />
          <SnippetBox file={work.state === "idle" ? "plant.csv" : work.file.name} options={options} />
        </div>
      </details>
    </div>
  );
}

function useForecast(options: PredictOptions) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useFileWork(
    (file, signal) => postPredict(file, options, signal),
    (found) => {
      client.setQueryData(runQuery(found.trace_id).queryKey, found);
      void client.invalidateQueries({ queryKey: runsQuery.queryKey });
      navigate(`/runs/${encodeURIComponent(found.trace_id)}`);
    },
  );
}

type FieldsProps = { options: PredictOptions; onOptions: (options: PredictOptions) => void };

function OptionFields({ options, onOptions }: FieldsProps) {
  const id = useId();
  const set = (name: keyof PredictOptions) => (event: { target: { value: string } }) =>
    onOptions({ ...options, [name]: event.target.value.trim() });
  return (
    <div className="option-fields">
      <label className="field">
        <span>Variable, where the file has several</span>
        <input type="text" value={options.variable} onChange={set("variable")} autoComplete="off" spellCheck={false} />
      </label>
      <label className="field">
        <span>Steps ahead</span>
        <input type="number" min={1} max={500} value={options.horizon} onChange={set("horizon")} placeholder="as many as it can" />
      </label>
      <div className="field-beside">
        <span>
          {/* The hint is a button; inside the label it would be what the label names. */}
          <label htmlFor={id}>Domain</label>{" "}
          <Hint about="the domain">
            The kind of physics the data obeys, such as heat, fluid, atmosphere or signal. It decides which balances are checked.
            Left empty, it is recognised from names and units.
          </Hint>
        </span>
        <input id={id} type="text" value={options.domain} onChange={set("domain")} autoComplete="off" placeholder="recognised" spellCheck={false} />
      </div>
    </div>
  );
}
