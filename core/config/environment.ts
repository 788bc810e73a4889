/**
 * Settings from the environment. The variable of a key is derived: `journal.keepDays` is `LARDER_JOURNAL_KEEP_DAYS`.
 *
 * Every key outside lists has one. A list of texts is written with commas, everything else that is not text as JSON.
 *
 * @module
 */
import type * as z from "zod";
import { nearest } from "../nearest.ts";
import { parseJsonText } from "./json-text.ts";
import { type Layer, type RawSettings, withValue } from "./layers.ts";
import { type SettingKey, settingKeys, valueKind } from "./setting-keys.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "LARDER_";

/** The variable that sets a key. */
export function variableOf(path: string): string {
  const words = path.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(".", "_");
  return PREFIX + words.toUpperCase();
}

/** The layer of the environment. An empty variable counts as not set. */
export function environmentLayer(schema: z.ZodType, environment: Environment): Layer {
  const names: Record<string, string> = {};
  let values: RawSettings = {};
  const given = Object.keys(environment).some((name) => name.startsWith(PREFIX));
  for (const key of given ? settingKeys(schema) : []) {
    const name = variableOf(key.path);
    const text = environment[name];
    if (text === undefined || text === "") continue;
    names[key.path] = name;
    values = withValue(values, key.path.split("."), settingFrom(key, text));
  }
  return { kind: "environment", name: "environment", values, names };
}

/** A variable that looks like a slip of the pen: nothing reads it. */
export interface MistypedVariable {
  readonly name: string;
  readonly meant: string;
}

/**
 * Variables of ours that nothing reads, and that are a slip away from one that is read.
 * @param others names that are read and are not settings
 */
export function mistypedVariables(
  schema: z.ZodType,
  environment: Environment,
  others: readonly string[],
): MistypedVariable[] {
  const ours = Object.keys(environment).filter((name) => name.toUpperCase().startsWith(PREFIX) && environment[name]);
  if (ours.length === 0) return [];
  const known = [...settingKeys(schema).map(({ path }) => variableOf(path)), ...others];
  return ours.flatMap((name) => {
    // two changes: the long common beginnings would make much more look alike
    const meant = known.includes(name) ? undefined : nearest(name, known, 2);
    return meant === undefined ? [] : [{ name, meant }];
  });
}

/** What a text says for a key: the first reading that the schema takes, or the one whose complaint says most. */
function settingFrom({ schema }: SettingKey, text: string): unknown {
  const json = jsonOf(text);
  const words = text.split(",").map((word) => word.trim());
  // a list is not a text with brackets, even where the schema takes both
  const readings = typeof json === "object" ? [json, text, words] : [text, json, words];
  const fits = readings.find((value) => value !== undefined && schema.safeParse(value).success);
  if (fits !== undefined) return fits;
  const kind = valueKind(schema);
  if (kind === "array" && !text.trimStart().startsWith("[")) return words;
  return kind === "string" || kind === "enum" ? text : (json ?? text);
}

function jsonOf(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return undefined;
  }
}
