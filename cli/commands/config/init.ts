/**
 * What `larder config init` does: an example of the settings, written from the schema so that no key is forgotten.
 *
 * @module
 */

import { open } from "node:fs/promises";
import * as z from "zod";
import { errorCode, errorText, LarderError } from "../../../core/errors.ts";
import { escapeMarkup } from "../../../core/words/markup.ts";
import { larderOptions } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import { quoted } from "../../same-settings.ts";

/** The part of a JSON schema that is used here. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** Values shown in comments: what another cache must not share, or nobody else has. */
const SHOWN: Readonly<Record<string, string>> = {
  server: "<string>cache01</string>",
  timezone: "<string>Europe/Berlin</string>",
  tags: "<dict><key>region</key><string>North</string><key>site_name</key><string>Hill School</string></dict>",
};

/** One sink of each type, without a login: where the server wants one, the comment above `sinks` says how. */
const SINKS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  influx1: { name: "influx", type: "influx1", url: "http://influxdb.example.org:8086", database: "caching" },
  influx2: {
    name: "influx",
    type: "influx2",
    url: "http://influxdb.example.org:8086",
    org: "school",
    bucket: "caching",
  },
  influx3: { name: "influx", type: "influx2", url: "http://influxdb.example.org:8181", bucket: "caching" },
  victoriametrics: { name: "metrics", type: "victoriametrics", url: "http://victoria.example.org:8428" },
};

const SECRET_COMMENT =
  "<!-- A login: <key>username</key><string>larder</string><key>password</key><dict><key>file</key><string>/Library/Application Support/larder/influx-password</string></dict>, a token likewise. -->";

/** Prints or writes the example. */
export async function configInit(flags: { out?: string; format: string; sink?: string; json?: true }): Promise<void> {
  const text = exampleSettings(flags.format, flags.sink);
  if (flags.out === undefined) {
    if (flags.json === true) printJson({ format: flags.format, settings: text });
    else print(text.trimEnd());
    return;
  }
  try {
    // the file may be given a password later: only its owner reads it from the start
    const file = await open(flags.out, "wx", 0o600);
    await file.writeFile(text);
    await file.close();
  } catch (error) {
    const there = errorCode(error) === "EEXIST";
    throw new LarderError(`Cannot write "${flags.out}": ${there ? "there is a file already" : errorText(error)}`, {
      code: "CONFIG_WRITE",
      state: "nothing was changed",
      next: "choose another --out",
      cause: error,
    });
  }
  if (flags.json === true) printJson({ file: flags.out, format: flags.format });
  else print(`Wrote ${flags.out}. Edit it, then run: larder config check --config ${quoted(flags.out)}`);
}

/**
 * The example as text. As it is written it is valid, and changes nothing but the sink that was asked for.
 * @param sink a type of `SINKS`, to be shipped to
 * @throws LarderError `USAGE_FORMAT`, `USAGE_SINK`.
 */
export function exampleSettings(format: string, sink?: string): string {
  const wanted = sink === undefined ? undefined : SINKS[sink];
  if (sink !== undefined && wanted === undefined) {
    throw new LarderError(`Cannot write a sink of type "${sink}": expected ${Object.keys(SINKS).join(", ")}`, {
      code: "USAGE_SINK",
      next: "larder config init --help",
    });
  }
  const live = wanted === undefined ? {} : { sinks: [wanted] };
  if (format === "json") return `${JSON.stringify(live, null, 2)}\n`;
  if (format !== "plist") {
    throw new LarderError(`Cannot write "${format}": expected plist or json`, {
      code: "USAGE_FORMAT",
      next: "larder config init --help",
    });
  }
  const schema = z.toJSONSchema(larderOptions, { io: "input", unrepresentable: "any" }) as SchemaNode;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<!-- Settings of larder. Everything has a default: delete what you do not need. -->",
    ...dictionary(schema, live, ""),
    "</plist>",
    "",
  ].join("\n");
}

/** Keys with an example value are set; the others are comments with their default. */
function dictionary(schema: SchemaNode, example: Readonly<Record<string, unknown>>, indent: string): string[] {
  const inner = `${indent}\t`;
  const lines = [`${indent}<dict>`];
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    if (node.description !== undefined) lines.push(`${inner}<!-- ${node.description.replaceAll("--", "- -")} -->`);
    const value = example[key];
    if (key === "sinks" && indent === "") lines.push(`${inner}${SECRET_COMMENT}`);
    if (value !== undefined) lines.push(`${inner}<key>${key}</key>`, ...valueLines(value, node, inner));
    else if (node.properties !== undefined && SHOWN[key] === undefined)
      lines.push(`${inner}<key>${key}</key>`, ...dictionary(node, {}, inner));
    else
      lines.push(`${inner}<!-- <key>${key}</key> ${(indent === "" ? SHOWN[key] : undefined) ?? defaultText(node)} -->`);
  }
  return [...lines, `${indent}</dict>`];
}

function valueLines(value: unknown, node: SchemaNode, indent: string): string[] {
  if (Array.isArray(value)) {
    const item = node.items ?? {};
    return [
      `${indent}<array>`,
      ...value.flatMap((entry) => valueLines(entry, item, `${indent}\t`)),
      `${indent}</array>`,
    ];
  }
  if (typeof value === "object" && value !== null) {
    const entries = value as Record<string, unknown>;
    if (node.properties !== undefined) return dictionary(node, entries, indent);
    const inner = Object.entries(entries).map(
      ([key, text]) => `${indent}\t<key>${key}</key><string>${escapeMarkup(String(text))}</string>`,
    );
    return [`${indent}<dict>`, ...inner, `${indent}</dict>`];
  }
  return [`${indent}${scalar(value)}`];
}

function defaultText(node: SchemaNode): string {
  if (node.default !== undefined && typeof node.default !== "object") return scalar(node.default);
  if (node.type === "array") return "<array></array>";
  if (node.type === "boolean") return "<true/>";
  if (node.type === "number" || node.type === "integer") return "<integer>0</integer>";
  return `<string>${escapeMarkup(node.enum?.[0] ?? "")}</string>`;
}

function scalar(value: unknown): string {
  if (typeof value === "boolean") return value ? "<true/>" : "<false/>";
  if (typeof value === "number")
    return Number.isInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`;
  return `<string>${escapeMarkup(String(value))}</string>`;
}
