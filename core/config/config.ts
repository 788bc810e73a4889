/**
 * Settings: read, merge, validate, explain. Who wins is in `layers.ts`.
 *
 * A file is an XML property list, a binary one, or JSON; the keys are the same.
 *
 * @module
 */
import type * as z from "zod";
import { errorCode, errorText, LarderError } from "../errors.ts";
import { readRegularFile } from "../files.ts";
import { nearest } from "../nearest.ts";
import { parsePlist } from "../plist/plist.ts";
import { type Complaint, invalidSettings, settingWords } from "./complaints.ts";
import { parseJsonText } from "./json-text.ts";
import {
  type Layer,
  mergeLayers,
  type Origin,
  type Origins,
  type Overruled,
  originOf,
  type RawSettings,
} from "./layers.ts";
import { keysAt } from "./setting-keys.ts";

export { settingWords } from "./complaints.ts";
export { parseJsonText } from "./json-text.ts";
export { readSecretFile, Secret, secretSchema, withFlatSecrets } from "./secret.ts";

const MAX_BYTES = 4 * 1024 * 1024;

export { type Environment, environmentLayer, mistypedVariables, variableOf } from "./environment.ts";
export {
  DEFAULT_ORIGIN,
  type Layer,
  mergeLayers,
  type Origin,
  type Origins,
  type Overruled,
  originOf,
  originText,
  type RawSettings,
  withValue,
} from "./layers.ts";
export { type SettingKey, settingKeys } from "./setting-keys.ts";

/** Settings that hold, and where each comes from. */
export interface Resolved<Schema extends z.ZodType> {
  readonly settings: z.output<Schema>;
  /** Origin of every value that was set somewhere. */
  readonly origins: Origins;
  /** Flags that a profile overrules. */
  readonly overruled: readonly Overruled[];
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

/**
 * The settings that hold: layers merged and checked, defaults filled in, exact types.
 * @param layers in any order, see `mergeLayers`
 * @throws LarderError `CONFIG_INVALID`, or `USAGE` when flags alone are wrong; it names every wrong or unknown key, the
 *   layer that set it, and the nearest right one.
 */
export function resolveSettings<Schema extends z.ZodType>(schema: Schema, layers: readonly Layer[]): Resolved<Schema> {
  const { values, origins, overruled } = mergeLayers(layers, schema);
  return { settings: checked(schema, values, (path) => originOf(origins, path)), origins, overruled };
}

/** What layers of settings say, right or wrong. */
export interface Examined<Schema extends z.ZodType> {
  /** Without what is wrong: defaults hold there, and of a list the wrong entries are left out. */
  readonly settings: z.output<Schema> | undefined;
  readonly complaints: readonly Complaint[];
  readonly origins: Origins;
  readonly overruled: readonly Overruled[];
}

/** Checks layers as `resolveSettings` does, and goes on with what is right in them: there may be more to look at. */
export function examineSettings<Schema extends z.ZodType>(schema: Schema, layers: readonly Layer[]): Examined<Schema> {
  const { values, origins, overruled } = mergeLayers(layers, schema);
  const result = schema.safeParse(values, { error: settingWords });
  if (result.success) return { settings: result.data, complaints: [], origins, overruled };
  const { issues } = result.error;
  const complaints = issues.flatMap((issue) => complaintsOf(issue, schema, (path) => originOf(origins, path)));
  const wrong = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
  );
  return { settings: schema.safeParse(withoutWrong(values, wrong)).data, complaints, origins, overruled };
}

/** A value without what lies at some paths: the entry of the first list on the way, or else the key of the top. */
function withoutWrong(value: unknown, wrong: readonly (readonly PropertyKey[])[]): unknown {
  if (Array.isArray(value)) return value.filter((_, i) => !wrong.some(([first]) => first === i));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const below = wrong.filter(([first]) => first === key).map(([, ...rest]) => rest);
      if (below.some((path) => !path.some((part) => typeof part === "number"))) return [];
      return [[key, below.length === 0 ? item : withoutWrong(item, below)]];
    }),
  );
}

/**
 * Checks settings that come from one place.
 * @param place a file's path, or another origin
 * @throws LarderError `CONFIG_INVALID`; `USAGE` for a flag
 */
export function validateSettings<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  place: string | Origin,
): z.output<Schema> {
  const origin: Origin = typeof place === "string" ? { kind: "file", name: place } : place;
  return checked(schema, values, () => origin);
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  originAt: (path: string) => Origin,
): z.output<Schema> {
  const result = schema.safeParse(values, { error: settingWords });
  if (result.success) return result.data;
  throw invalidSettings(result.error.issues.flatMap((issue) => complaintsOf(issue, schema, originAt)));
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

function complaintsOf(issue: z.core.$ZodIssue, schema: z.ZodType, originAt: (path: string) => Origin): Complaint[] {
  const place = placeText(issue.path);
  if (issue.code !== "unrecognized_keys") return [{ place, said: issue.message, origin: originAt(place) }];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const own = place === "" ? key : `${place}.${key}`;
    return { place: own, said: unknownKeyText(key, known, issue.message), origin: originAt(own) };
  });
}

function unknownKeyText(key: string, known: readonly string[], message: string): string {
  // a key that entries of another kind in the same list have
  if (known.includes(key)) return message.startsWith("Unrecognized") ? "it belongs to another kind of entry" : message;
  const near = nearest(key, known);
  const hint = near === undefined ? `known there: ${known.join(", ")}` : `did you mean "${near}"?`;
  return `there is no such key; ${hint}`;
}

/** `sinks[0].url`. */
function placeText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`))
    .join("");
}
