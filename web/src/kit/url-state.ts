/** Choices that belong to a link: channels, window, open tables, zone, frame. */
import { useCallback } from "react";
import { useSearchParams } from "react-router";

import type { Zone } from "@/kit/format";

type Write = (value: string | null, options?: { replace?: boolean }) => void;

/** One query parameter; null removes it. */
export function useUrlValue(name: string): [string | null, Write] {
  const [params, setParams] = useSearchParams();
  const write = useCallback<Write>(
    (value, options) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          if (value === null || value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: options?.replace ?? false, preventScrollReset: true },
      ),
    [name, setParams],
  );
  return [params.get(name), write];
}

/** A comma-separated set in one query parameter; null where it is not in the link. */
export function useUrlSet(name: string): [readonly string[] | null, (values: readonly string[]) => void] {
  const [text, write] = useUrlValue(name);
  const values = text === null ? null : text.split(",").filter(Boolean).map(decodeURIComponent);
  return [values, (next) => write(next.map(encodeURIComponent).join(","))];
}

/** Times in UTC unless the link says local. */
export function useZone(): [Zone, (zone: Zone) => void] {
  const [text, write] = useUrlValue("tz");
  return [text === "local" ? "local" : "utc", (zone) => write(zone === "local" ? "local" : null)];
}
