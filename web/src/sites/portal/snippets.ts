/** The same action from a terminal or a program. */
import type { PredictOptions } from "@/data/client";

export type SnippetKind = "curl" | "Python" | "CLI";

const shell = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const given = (options: PredictOptions) => Object.entries(options).filter(([, value]) => value !== "");

/** A text that does what the button does. */
export function snippet(kind: SnippetKind, origin: string, file: string, options: PredictOptions): string {
  const url = `${origin}/v1/bridge/predict`;
  if (kind === "curl") {
    const fields = given(options).map(([name, value]) => ` \\\n  -F ${shell(`${name}=${value}`)}`);
    return `curl --fail-with-body ${url} \\\n  -F ${shell(`file=@${file}`)}${fields.join("")}`;
  }
  if (kind === "CLI") {
    const flags = given(options).map(([name, value]) => ` --${name} ${shell(value)}`);
    return `industriverse predict ${shell(file)}${flags.join("")} --json`;
  }
  const data = given(options).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return [
    "import requests",
    "",
    `with open(${JSON.stringify(file)}, "rb") as file:`,
    `    answer = requests.post(`,
    `        ${JSON.stringify(url)},`,
    `        files={"file": file},`,
    ...(data.length > 0 ? [`        data={${data.join(", ")}},`] : []),
    "    )",
    "answer.raise_for_status()",
    `print(answer.json()["regime"]["label"])`,
  ].join("\n");
}
