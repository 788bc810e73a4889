/**
 * Sentences with places for values: `{used:bytes} of {limit:bytes}`. A language is data, so that its sentences are too.
 *
 * @module
 */
import { bytesText, durationText, percentText } from "../../core/words/amounts.ts";
import type { Language } from "../../core/words/language.ts";
import { shortened, spaced } from "../../core/words/printable.ts";
import type { Values } from "../rules/rules.ts";

const PLACE = /\{([a-z]+)(?::(bytes|percent|duration))?\}/g;
const MOST = 300;

/** A sentence with its values filled in; what comes from outside is made harmless and short. */
export function filled(sentence: string, values: Values, language: Language): string {
  return sentence.replaceAll(PLACE, (_whole, name: string, form: string | undefined) => {
    const value = values[name] ?? "";
    if (typeof value === "string") return shortened(spaced(value), MOST);
    if (form === "bytes") return bytesText(Math.round(value), language);
    if (form === "percent") return percentText(value, 0, language);
    return form === "duration" ? durationText(Math.round(value), language) : String(value);
  });
}
