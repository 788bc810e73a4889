/**
 * What is wrong with a setting, in the words of an admin: "it is text, a number was expected".
 *
 * Values are told only where they cannot be secrets: numbers, and words from a list we know.
 *
 * @module
 */
import type { z } from "zod";
import { nearest } from "../nearest.ts";

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
      return Array.isArray(issue.options) ? `it is none of those we know: ${issue.options.join(", ")}` : undefined;
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
  if (Number.isNaN(input)) return "it is no number";
  if (typeof input === "number") return Number.isInteger(input) ? "it is a number" : "it is a number with a fraction";
  return typeof input === "object" ? "it is a dictionary" : `it is ${KINDS[typeof input] ?? typeof input}`;
}
