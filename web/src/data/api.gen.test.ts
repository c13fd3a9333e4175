// @vitest-environment node
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";

import committed from "@/data/api.gen.ts?raw";
import description from "../../../docs/openapi.json?raw";

test("the generated types are those of docs/openapi.json (else: npm run types)", async () => {
  const generated = astToString(await openapiTS(description));
  expect(generated.length).toBeGreaterThan(10_000);
  expect(committed.endsWith(generated)).toBe(true);
});
