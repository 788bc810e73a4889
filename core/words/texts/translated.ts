/**
 * Texts as tables: English is the table, and another language has other words under the same keys.
 *
 * @module
 */
import type { PlacesOf, Text } from "../fill.ts";
import type { LanguageName } from "../language.ts";

/** The texts of an English table in some language. */
export type Texts<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends string ? Text<PlacesOf<Table[Key]>> : Texts<Table[Key]>;
};

/** A table in every language. That its sentences have the places of the English ones is seen to by a test. */
export function inLanguages<Table>(
  en: Table & Texts<Table>,
  others: Readonly<Record<Exclude<LanguageName, "en">, Texts<Table>>>,
): Readonly<Record<LanguageName, Texts<Table>>> {
  return { en, ...others };
}
