/** The parts of an OpenAPI 3.1 document that the reference page shows. */

export type Schema = {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
};
export type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Content = Record<string, { schema?: Schema }>;
export type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description?: string; content?: Content }>;
};
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

export type Endpoint = { id: string; method: string; path: string; operation: Operation };

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Every operation with an id that a link can name. */
export const endpoints = (api: OpenApi): Endpoint[] =>
  Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ id: `${method}${path.replaceAll(/[^a-z0-9]+/gi, "-")}`, method, path, operation }] : [];
    }),
  );

export const refName = (ref: string): string => ref.split("/").at(-1) ?? ref;

/** A schema's type in one short phrase: `array of RunItem`, `number or null`. */
export function typeWords(schema: Schema | undefined): string {
  if (!schema) return "anything";
  if (schema.$ref) return refName(schema.$ref);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeWords).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" or ");
  if (schema.type === "array") return `array of ${typeWords(schema.items)}`;
  if (schema.type === "object" && typeof schema.additionalProperties === "object")
    return `object of ${typeWords(schema.additionalProperties)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "anything");
  return schema.format ? `${type} (${schema.format})` : type;
}

/** A call of the operation from a shell; values to fill in stand in braces. */
export function curlOf({ method, path, operation }: Endpoint, origin: string): string {
  const query = (operation.parameters ?? []).filter((each) => each.in === "query" && each.required);
  const asked = query.length > 0 ? `?${query.map((each) => `${each.name}={${each.name}}`).join("&")}` : "";
  const parts = [`curl --fail-with-body${method === "get" ? "" : ` -X ${method.toUpperCase()}`} '${origin}${path}${asked}'`];
  const types = Object.keys(operation.requestBody?.content ?? {});
  if (types.includes("multipart/form-data")) parts.push("-F file=@FILE");
  else if (types.includes("application/json")) parts.push("-H 'content-type: application/json'", "--data @BODY.json");
  return parts.join(" \\\n  ");
}
