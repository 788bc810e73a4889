/**
 * Settings: load, merge, validate, explain. This is the one place that says who wins.
 *
 * Order, first hit wins: managed profile (an administrator forced it), command line, environment, file, built-in
 * default. A file is an XML property list, a binary one, or JSON; the keys are the same.
 *
 * @module
 */
import type { z } from "zod";
import { errorCode, errorText, LarderError } from "../errors.ts";
import { readRegularFile } from "../files.ts";
import { nearest } from "../nearest.ts";
import { parsePlist } from "../plist/plist.ts";
import { settingWords } from "./complaints.ts";
import { parseJsonText } from "./json-text.ts";

const MAX_BYTES = 4 * 1024 * 1024;

/** Settings as read, before anybody has looked at them. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** One layer of settings and where it comes from. */
export interface Layer {
  readonly origin: string;
  readonly values: RawSettings;
}

/** A merged value with its origin, for `larder config show`. */
export interface Origins {
  readonly [path: string]: string;
}

/**
 * Reads a settings file of any of the three forms.
 * @throws LarderError `CONFIG_MISSING`, `CONFIG_UNREADABLE` or `CONFIG_SYNTAX`.
 */
export async function readSettings(path: string): Promise<RawSettings> {
  const bytes = await readBytes(path);
  const value = looksLikeJson(bytes) ? parseJson(bytes, path) : await parseProperty(bytes, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw syntaxError(path, "it holds no dictionary at its top");
  }
  if (namesPrototype(value)) throw syntaxError(path, '"__proto__" cannot be a key');
  return value as RawSettings;
}

/** Whether a key `__proto__` is anywhere in it; the depth was limited when it was parsed. */
function namesPrototype(value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(namesPrototype);
}

/** Merges layers, strongest first. Dictionaries are merged key by key, everything else is taken whole. */
export function mergeLayers(layers: readonly Layer[]): { values: RawSettings; origins: Origins } {
  const origins: Record<string, string> = {};
  const values = layers.reduceRight<RawSettings>(
    (below, layer) => overlay(below, layer, "", origins, layer.values),
    {},
  );
  return { values, origins };
}

/**
 * Checks settings against a schema; the result has defaults filled in and exact types.
 * @throws LarderError `CONFIG_INVALID` that names every wrong or unknown key with its place and the nearest right one.
 */
export function validateSettings<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  place: string,
): z.output<Schema> {
  const checked = schema.safeParse(values, { error: settingWords });
  if (checked.success) return checked.data;
  const complaints = checked.error.issues.flatMap((issue) => complaintsOf(issue, schema));
  const list = complaints.length === 1 ? ` ${complaints[0]}` : complaints.map((each) => `\n    ${each}`).join("");
  throw new LarderError(`Cannot use the settings in "${place}":${list}`, {
    code: "CONFIG_INVALID",
    state: "nothing was started",
    next: "correct it, then check with: larder config check",
  });
}

function overlay(
  below: RawSettings,
  layer: Layer,
  path: string,
  origins: Record<string, string>,
  over: RawSettings,
): RawSettings {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const place = path === "" ? key : `${path}.${key}`;
    const beneath = merged[key];
    if (isDictionary(value)) {
      merged[key] = overlay(isDictionary(beneath) ? beneath : {}, layer, place, origins, value);
    } else {
      merged[key] = value;
      origins[place] = layer.origin;
    }
  }
  return merged;
}

function isDictionary(value: unknown): value is RawSettings {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return (await readRegularFile(path, MAX_BYTES)).bytes;
  } catch (error) {
    const code = errorCode(error);
    if (code === "FILE_KIND" || code === "FILE_TOO_LARGE") throw syntaxError(path, errorText(error));
    const missing = code === "ENOENT";
    throw new LarderError(
      `Cannot read the settings "${path}": ${missing ? "there is no such file" : errorText(error)}`,
      {
        code: missing ? "CONFIG_MISSING" : "CONFIG_UNREADABLE",
        state: "nothing was started",
        next: missing ? `write one with: larder config init --out "${path}"` : "give this user the right to read it",
        cause: error,
      },
    );
  }
}

function looksLikeJson(bytes: Buffer): boolean {
  return bytes
    .subarray(0, 1000)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart()
    .startsWith("{");
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return parseJsonText(bytes.toString("utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    throw syntaxError(path, errorText(error));
  }
}

async function parseProperty(bytes: Buffer, path: string): Promise<unknown> {
  try {
    return await parsePlist(bytes, path);
  } catch (error) {
    // it names the file already: only what is wrong is wanted here
    throw syntaxError(path, errorText(error).replace(/^Cannot read the property list ".*?": /s, ""));
  }
}

function syntaxError(path: string, said: string): LarderError {
  return new LarderError(`Cannot read the settings "${path}": ${said}`, {
    code: "CONFIG_SYNTAX",
    state: "nothing was started",
    next: `correct it, then check with: larder config check -c "${path}"`,
  });
}

function complaintsOf(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  const place = placeText(issue.path);
  if (issue.code !== "unrecognized_keys") return [`${place === "" ? "" : `${place}: `}${issue.message}`];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    // a key that entries of another kind in the same list have
    if (known.includes(key)) {
      const said = issue.message.startsWith("Unrecognized") ? "it belongs to another kind of entry" : issue.message;
      return `${place === "" ? key : `${place}.${key}`}: ${said}`;
    }
    const near = nearest(key, known);
    const hint = near === undefined ? `known there: ${known.join(", ")}` : `did you mean "${near}"?`;
    return `${place === "" ? key : `${place}.${key}`}: there is no such key; ${hint}`;
  });
}

/** `sinks[0].url`. */
function placeText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`))
    .join("");
}

/** The keys a schema knows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const part of path) {
    const def = definition(at);
    if (def["shape"] !== undefined) at = (def["shape"] as Record<PropertyKey, unknown>)[part];
    else at = def["element"] ?? def["valueType"];
  }
  const def = definition(at);
  const options = Array.isArray(def["options"]) ? def["options"].map(definition) : [def];
  return [...new Set(options.flatMap(({ shape }) => (shape === undefined ? [] : Object.keys(shape as object))))];
}

/** The definition of a schema under its optional, default and preprocessing wrappers. */
function definition(schema: unknown): Record<string, unknown> {
  let def = defOf(schema);
  for (let wrapped = wrappedIn(def); wrapped !== undefined; wrapped = wrappedIn(def)) def = defOf(wrapped);
  return def;
}

function wrappedIn(def: Record<string, unknown>): unknown {
  return def["innerType"] ?? (defOf(def["in"])["type"] === "transform" ? def["out"] : def["in"]);
}

function defOf(schema: unknown): Record<string, unknown> {
  return (schema as { def?: Record<string, unknown> } | undefined)?.def ?? {};
}
