import { expect, test } from "vitest";

import { snippet } from "./snippets";

const none = { variable: "", horizon: "", domain: "" };
const origin = "http://127.0.0.1:8000";

test("curl sends the file and only the options given", () => {
  const text = snippet("curl", origin, "plant.csv", { ...none, horizon: "12" });
  expect(text).toBe("curl --fail-with-body http://127.0.0.1:8000/v1/bridge/predict \\\n  -F file=@plant.csv \\\n  -F horizon=12");
});

test("a hostile file name stays one argument", () => {
  const text = snippet("CLI", origin, "it's $(rm -rf).csv", none);
  expect(text).toBe(`industriverse predict 'it'\\''s $(rm -rf).csv' --json`);
});

test("Python names the file and the data", () => {
  const text = snippet("Python", origin, 'a "b".csv', { ...none, variable: "flow" });
  expect(text).toContain('open("a \\"b\\".csv", "rb")');
  expect(text).toContain('data={"variable": "flow"}');
});
