/**
 * What is wrong with a setting and where, in the words of an admin: "it is text, a number was expected".
 *
 * Values are shown only where they cannot be secrets: numbers, and words from a list we know.
 *
 * @module
 */
import type * as z from "zod";
import { LarderError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type Origin, originText } from "./layers.ts";

/** One wrong setting. */
export interface Complaint {
  /** `sinks[0].url`; "" for all of them. */
  readonly place: string;
  readonly said: string;
  readonly origin: Origin;
}

/**
 * The error for wrong settings: each with the layer that is to be corrected.
 * @returns code `USAGE` when flags alone are wrong, else `CONFIG_INVALID`
 */
export function invalidSettings(complaints: readonly Complaint[]): LarderError {
  const names = new Set(complaints.map(({ origin }) => `${origin.kind} ${origin.name}`));
  const [first] = complaints;
  const lines = complaints.map((each) => wrongText(each, names.size > 1));
  const subject = first === undefined || names.size > 1 ? "the settings" : layerText(first.origin);
  const list = lines.length === 1 ? ` ${lines[0]}` : lines.map((each) => `\n    ${each}`).join("");
  const kinds = new Set(complaints.map(({ origin }) => origin.kind));
  const flagsOnly = kinds.size === 1 && kinds.has("flag");
  return new LarderError(`Cannot use ${subject}:${list}`, {
    code: flagsOnly ? "USAGE" : "CONFIG_INVALID",
    state: "nothing was started",
    next: flagsOnly ? "the command with --help says what it takes" : checkText(complaints),
  });
}

/** The command that checks what was read: without the file's name it would check the default file instead. */
function checkText(complaints: readonly Complaint[]): string {
  const file = complaints.find(({ origin }) => origin.kind === "file");
  return `correct it, then check with: larder config check${file === undefined ? "" : ` -c "${file.origin.name}"`}`;
}

/** A layer as the object of a sentence. */
function layerText(origin: Origin): string {
  if (origin.kind === "flag") return origin.key === undefined ? `the ${origin.name}` : origin.name;
  if (origin.kind === "environment") return `the environment variable ${origin.name}`;
  if (origin.kind === "profile") return `the managed profile "${origin.name}"`;
  return origin.kind === "default" ? "the settings" : `the settings in "${origin.name}"`;
}

/** A flag or a variable that sets this very key says its name already. */
function wrongText({ place, said, origin }: Complaint, several: boolean): string {
  const inside = origin.key === undefined ? place : place.slice(origin.key.length).replace(/^\./, "");
  // a flag's own words are not a list to the one who wrote them
  const key = origin.kind === "flag" && origin.key !== undefined ? inside.replace(/^\[\d+\]\.?/, "") : inside;
  return [...(several ? [originText(origin)] : []), ...(key === "" ? [] : [key]), said].join(": ");
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a dictionary",
  record: "a dictionary",
};

/** The sentence for one complaint of a schema; undefined where the schema's own words are the best there are. */
export function settingWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `${kindOf(issue.input)}, ${KINDS[issue.expected] ?? issue.expected} was expected`;
    case "invalid_value":
      return `${quoted(issue.input)}; ${hint(issue.input, issue.values.map(String))}`;
    case "invalid_union":
      return Array.isArray(issue.options) ? `it is not one of those known: ${issue.options.join(", ")}` : undefined;
    case "too_small":
      return sizeWords(issue, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return sizeWords(issue, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    default:
      return undefined;
  }
}

function sizeWords(issue: { input?: unknown; origin: string }, side: string, limit: number | bigint): string {
  const { input, origin } = issue;
  if (typeof input === "number") return `it is ${input}, ${side} ${limit} was expected`;
  if (input === "" || (Array.isArray(input) && input.length === 0)) return "it is empty";
  return `${kindOf(input)} of the wrong length, ${side} ${limit} ${origin === "string" ? "characters" : "entries"} were expected`;
}

/** The value somebody may have meant, or all there are. */
function hint(input: unknown, values: readonly string[]): string {
  const near = typeof input === "string" && input.length > 2 ? nearest(input, values) : undefined;
  return near === undefined ? `expected one of ${values.join(", ")}` : `did you mean ${near}?`;
}

function quoted(input: unknown): string {
  return typeof input === "string" ? `it is "${input.slice(0, 40)}"` : kindOf(input);
}

/** What was given, by kind alone. */
function kindOf(input: unknown): string {
  if (input === undefined) return "it is missing";
  if (input === null) return "it is null";
  if (Array.isArray(input)) return "it is a list";
  if (Number.isNaN(input)) return "it is not a number";
  if (typeof input === "number") return Number.isInteger(input) ? "it is a number" : "it is a number with a fraction";
  return typeof input === "object" ? "it is a dictionary" : `it is ${KINDS[typeof input] ?? typeof input}`;
}
