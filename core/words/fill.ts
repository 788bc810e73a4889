/**
 * Sentences with places for values: `{used:bytes} of {limit:bytes}`, `{files:count} {files?file|files}`.
 *
 * A language is data, so its sentences are as well.
 *
 * @module
 */
import { aboutText, bytesText, durationText, percentText } from "./amounts.ts";
import type { Language } from "./language.ts";
import { spaced } from "./printable.ts";

/** A place takes a number in the form it names, or a text as it is, on one line. */
export type Values = Readonly<Record<string, number | string>>;

const PLACE = /\{([a-zA-Z]+)(?::([a-z]+)|\?([^|}]*)\|([^}]*))?\}/g;

const FORMS: Readonly<Record<string, (value: number, language: Language) => string>> = {
  bytes: (value, language) => bytesText(Math.round(value), language),
  count: (value, { tag }) => value.toLocaleString(tag, { maximumFractionDigits: 0 }),
  /** In whole percents. */
  percent: (value, language) => percentText(value, 0, language),
  duration: durationText,
  /** The same where the sentence says how long ago something was. */
  ago: (value, language) => durationText(Math.round(value), language, "ago"),
  /** The same in its largest unit alone. */
  about: aboutText,
};

/** The names of the places of an English sentence. */
export type PlacesOf<Sentence extends string> = Sentence extends `${string}{${infer Place}}${infer Rest}`
  ? NameOf<Place> | PlacesOf<Rest>
  : never;
type NameOf<Place extends string> = Place extends `${infer Name}:${string}`
  ? Name
  : Place extends `${infer Name}?${string}`
    ? Name
    : Place;

/** A sentence in some language, of which the compiler knows what it has places for. */
export type Text<Places extends string> = string & { readonly places?: Places };

/** A sentence with its values filled in. */
export function fill<Places extends string>(
  sentence: Text<Places>,
  values: Readonly<Record<Places, number | string>>,
  language: Language,
): string {
  const known: Values = values;
  return sentence.replaceAll(PLACE, (_place, name: string, form?: string, one?: string, many?: string) => {
    const value = known[name] ?? "";
    if (many !== undefined) return (value === 1 ? one : many) ?? "";
    if (typeof value === "string") return spaced(value);
    return form === undefined ? String(value) : (FORMS[form]?.(value, language) ?? String(value));
  });
}

/** The places of a sentence with their forms, each once: what a translation has to keep. */
export function placesOf(sentence: string): string[] {
  const places = [...sentence.matchAll(PLACE)].map(([, name, form, , many]) => {
    return many === undefined ? `${name}:${form ?? ""}` : "";
  });
  return [...new Set(places)].filter((place) => place !== "").sort();
}
