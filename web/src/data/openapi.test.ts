import { expect, test } from "vitest";

import { curlOf, endpoints, type OpenApi, typeWords } from "@/data/openapi";

const api: OpenApi = {
  info: { title: "x", version: "1" },
  paths: {
    "/v1/things/{id}": {
      get: { responses: {}, parameters: [{ name: "id", in: "path", required: true }, { name: "q", in: "query", required: true }] },
      post: { responses: {}, requestBody: { content: { "multipart/form-data": {} } } },
    },
  },
};

test("every operation has an id of its own", () => {
  expect(endpoints(api).map((each) => each.id)).toEqual(["get-v1-things-id-", "post-v1-things-id-"]);
});

test("types are said in words", () => {
  expect(typeWords({ type: "array", items: { $ref: "#/components/schemas/RunItem" } })).toBe("array of RunItem");
  expect(typeWords({ anyOf: [{ type: "number" }, { type: "null" }] })).toBe("number or null");
  expect(typeWords({ enum: ["a", "b"] })).toBe('"a" or "b"');
});

test("a call can be copied", () => {
  const [get, post] = endpoints(api);
  expect(curlOf(get!, "http://h")).toBe("curl --fail-with-body 'http://h/v1/things/{id}?q={q}'");
  expect(curlOf(post!, "http://h")).toBe("curl --fail-with-body -X POST 'http://h/v1/things/{id}' \\\n  -F file=@FILE");
});
