/**
 * An alert in the words of a language: its title, what is wrong, and one thing to do.
 *
 * @module
 */
import { fill, type Text, type Values } from "../../core/words/fill.ts";
import { LANGUAGES, type LanguageName } from "../../core/words/language.ts";
import { shortened } from "../../core/words/printable.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";

/** The subject of a mail, what is wrong in one sentence, and what to do. */
export type RuleWords = Readonly<Record<"title" | "what" | "next", string>>;

/** What comes from outside is not longer in a sentence. */
const MOST_CHARACTERS = 300;

/** What a rule says of something that is wrong. A rule of a later version is its name. */
export function ruleWords(rule: string, values: Values, language: LanguageName): RuleWords {
  return said(textsOf(rule, language), values, language);
}

/** What a rule is called; a rule of a later version by its name. */
export function ruleTitle(rule: string, language: LanguageName): string {
  return textsOf(rule, language).title;
}

function textsOf(rule: string, language: LanguageName): RuleWords {
  const { rules, testNext } = ALERTS_TEXTS[language];
  const known: Readonly<Record<string, RuleWords>> = rules;
  return (Object.hasOwn(known, rule) ? known[rule] : undefined) ?? { title: rule, what: rule, next: testNext };
}

/** Texts with their values filled in. */
export function said({ title, what, next }: RuleWords, values: Values, language: LanguageName): RuleWords {
  const say = (sentence: string): string => sayIn(sentence, values, language);
  // a value that is not known leaves no gap
  return { title: say(title), what: say(what).replaceAll(/ +([.,])/g, "$1"), next: say(next) };
}

/** A sentence with its values filled in, those from outside made short. */
export function sayIn(sentence: string, values: Values, language: LanguageName): string {
  const short = Object.entries(values).map(([name, value]) => {
    return [name, typeof value === "string" ? shortened(value, MOST_CHARACTERS) : value] as const;
  });
  return fill(sentence as Text<string>, Object.fromEntries(short), LANGUAGES[language]).trim();
}
