import { useEffect, useState } from "react";

import { formatNumber } from "@/kit/format";

type Props = { doing: string; file: File; onCancel: () => void };

/** What is being worked on, and for how long. */
export function Running({ doing, file, onCancel }: Props) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((now) => now + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="stack-small">
      <p className="drop-title" role="status">
        {doing} {file.name}
      </p>
      <progress aria-label={`${doing} ${file.name}`} />
      <div className="row between">
        <span className="small muted num">
          {formatNumber(file.size / 1000)} kB, {seconds} s
        </span>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </div>
  );
}
