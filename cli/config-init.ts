/**
 * What `larder config init` does: an example of the settings, written from the schema so that no key is forgotten.
 *
 * @module
 */
import { open } from "node:fs/promises";
import { z } from "zod";
import { errorCode, errorText, LarderError } from "../core/errors.ts";
import { larderOptions } from "./config.ts";
import { print } from "./output.ts";

/** The part of a JSON schema that is used here. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** Values that make the example one to start from. */
const EXAMPLE: Readonly<Record<string, unknown>> = {
  server: "cache01",
  tags: { region: "North", site_code: "1234", site_name: "Hill School", school_type: "primary" },
  timezone: "Europe/Berlin",
  sinks: [
    {
      name: "influx",
      type: "influx1",
      url: "http://influxdb.example.org:8086",
      database: "caching",
      username: "larder",
      password: { file: "/etc/larder-password" },
    },
  ],
};

/** Prints or writes the example. */
export async function configInit(flags: { out?: string; format: string }): Promise<void> {
  const text = exampleSettings(flags.format);
  if (flags.out === undefined) {
    print(text.trimEnd());
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
  print(`Wrote ${flags.out}. Change what is yours, then: larder config check --config ${flags.out}`);
}

/**
 * The example as text.
 * @throws LarderError `USAGE_FORMAT`.
 */
export function exampleSettings(format: string): string {
  if (format === "json") return `${JSON.stringify(EXAMPLE, null, 2)}\n`;
  if (format !== "plist")
    throw new LarderError(`Cannot write "${format}": plist or json is meant`, { code: "USAGE_FORMAT" });
  const schema = z.toJSONSchema(larderOptions, { io: "input", unrepresentable: "any" }) as SchemaNode;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<!-- Settings of larder. Everything has a default: delete what you do not need. -->",
    ...dictionary(schema, EXAMPLE, ""),
    "</plist>",
    "",
  ].join("\n");
}

/** Keys with an example value are set; the others stand in comments with their default. */
function dictionary(schema: SchemaNode, example: Readonly<Record<string, unknown>>, indent: string): string[] {
  const inner = `${indent}\t`;
  const lines = [`${indent}<dict>`];
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    if (node.description !== undefined) lines.push(`${inner}<!-- ${node.description.replaceAll("--", "- -")} -->`);
    const value = example[key];
    if (value !== undefined) lines.push(`${inner}<key>${key}</key>`, ...valueLines(value, node, inner));
    else if (node.properties !== undefined) lines.push(`${inner}<key>${key}</key>`, ...dictionary(node, {}, inner));
    else lines.push(`${inner}<!-- <key>${key}</key> ${defaultText(node)} -->`);
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
      ([key, text]) => `${indent}\t<key>${key}</key><string>${escapeXml(String(text))}</string>`,
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
  return `<string>${escapeXml(node.enum?.[0] ?? "")}</string>`;
}

function scalar(value: unknown): string {
  if (typeof value === "boolean") return value ? "<true/>" : "<false/>";
  if (typeof value === "number")
    return Number.isInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`;
  return `<string>${escapeXml(String(value))}</string>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
