import { expect, test } from "vitest";

import type { CheckDocument } from "@/data/types";

import { sortChecks } from "./proof-panel";

const check = (name: CheckDocument["name"], verdict: CheckDocument["verdict"]): CheckDocument => ({
  name,
  verdict,
  value: null,
  threshold: null,
  margin: null,
  note: "",
});

test("failed checks come first, those that do not apply last", () => {
  const sorted = sortChecks([
    check("conservation", "passed"),
    check("entropy", "not applicable"),
    check("spectrum", "failed"),
  ]);
  expect(sorted.map((each) => each.verdict)).toEqual(["failed", "passed", "not applicable"]);
});
