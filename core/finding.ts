/**
 * Something that is wrong, and what to do about it.
 *
 * @module
 */
import { errorCode, errorText, LarderError } from "./errors.ts";
import { fill, type Text, type Values } from "./words/fill.ts";
import { LANGUAGES, type LanguageName } from "./words/language.ts";
import { FINDINGS_TEXTS } from "./words/texts/texts.ts";

/** `bad`: it does not do its work. `warn`: it will not for long, or somebody should look. */
export type FindingLevel = "bad" | "warn";

export interface Finding {
  /** Stable name, for scripts. */
  readonly id: string;
  readonly level: FindingLevel;
  /** What is wrong. */
  readonly said: string;
  /** One thing to do. */
  readonly next: string;
  /** Where it is to be corrected: `/etc/larder.json: sinks[0].url`. */
  readonly where?: string;
  /** What `said` and `next` were made of; absent where they come from an error, which speaks English. */
  readonly words?: FindingWords;
}

/** Keys of the texts, and what goes into their places. */
export interface FindingWords {
  readonly said: Said;
  readonly next: Next;
  readonly values: Values;
}

type FindingTexts = (typeof FINDINGS_TEXTS)[LanguageName];
type Said = keyof FindingTexts["said"];
type Next = keyof FindingTexts["next"];
type PlacesIn<Sentence> = Sentence extends Text<infer Places> ? Places : never;

/** A finding whose texts there are in every language. */
export interface Described<SaidKey extends Said, NextKey extends Next> {
  readonly id: string;
  readonly level: FindingLevel;
  readonly said: SaidKey;
  readonly next: NextKey;
  readonly values: Readonly<
    Record<PlacesIn<FindingTexts["said"][SaidKey]> | PlacesIn<FindingTexts["next"][NextKey]>, number | string>
  >;
}

/** A finding in the words of the tables. */
export function finding<SaidKey extends Said, NextKey extends Next>({
  id,
  level,
  said,
  next,
  values,
}: Described<SaidKey, NextKey>): Finding {
  const words = { said, next, values };
  return { id, level, ...inWords(words, "en"), words };
}

/** What is wrong and what to do in a language, and whether it is that language. */
export function findingIn(
  { said, next, words }: Finding,
  language: LanguageName,
): { readonly said: string; readonly next: string; readonly language: LanguageName } {
  return words === undefined ? { said, next, language: "en" } : { ...inWords(words, language), language };
}

function inWords({ said, next, values }: FindingWords, name: LanguageName): Pick<Finding, "said" | "next"> {
  const texts = FINDINGS_TEXTS[name];
  const say = (sentence: Text<string>): string => fill(sentence, values, LANGUAGES[name]);
  return { said: say(texts.said[said]), next: say(texts.next[next]) };
}

/** The findings, the worst first. */
export function worstFirst(found: readonly Finding[]): Finding[] {
  const rank = ({ level }: Finding): number => (level === "bad" ? 0 : 1);
  return [...found].sort((a, b) => rank(a) - rank(b));
}

/** The worst level there is. */
export function worstLevel(found: readonly Finding[]): FindingLevel | "ok" {
  return found.some(({ level }) => level === "bad") ? "bad" : found.length > 0 ? "warn" : "ok";
}

/** A failure as a finding: the code of the error is its name, `CONFIG_SECRET` is `config-secret`. */
export function findingOf(error: unknown, where?: string): Finding {
  const id = (errorCode(error) ?? "UNEXPECTED").toLowerCase().replaceAll("_", "-");
  const next = (error instanceof LarderError ? error.next : undefined) ?? "correct it, then check again";
  return { id, level: "bad", said: errorText(error), next, ...(where === undefined ? {} : { where }) };
}
