/**
 * What a language needs to write numbers, as data: another language is another object, not another branch.
 *
 * @module
 */

/** The languages there are. Apart from their texts: every command reads the settings, and few need the texts. */
export const LANGUAGE_NAMES = ["en", "de"] as const;
export type LanguageName = (typeof LANGUAGE_NAMES)[number];

export interface Language {
  /** BCP 47, as `Intl` takes it. */
  readonly tag: string;
  readonly decimalMark: string;
  /** Units of a size, from bytes up by powers of 1,000. */
  readonly byteUnits: readonly string[];
  /** The unit of a single byte. */
  readonly oneByte: string;
  readonly timeUnits: {
    /** One of them, several, and several that are over: `vor 3 Tagen`. */
    readonly day: Readonly<Record<"one" | "many" | "ago", string>>;
    readonly hour: string;
    readonly minute: string;
    readonly second: string;
  };
  /** With the space before it, where the language has one. */
  readonly percentSign: string;
  /** Stands for a value that does not exist, such as a share of nothing. */
  readonly none: string;
}

export const ENGLISH: Language = {
  // English words with the 24-hour clock
  tag: "en-GB",
  decimalMark: ".",
  byteUnits: ["bytes", "KB", "MB", "GB", "TB", "PB"],
  oneByte: "byte",
  timeUnits: { day: { one: "d", many: "d", ago: "d" }, hour: "h", minute: "min", second: "s" },
  percentSign: "%",
  none: "–",
};

export const GERMAN: Language = {
  tag: "de-DE",
  decimalMark: ",",
  byteUnits: ["Byte", "KB", "MB", "GB", "TB", "PB"],
  oneByte: "Byte",
  timeUnits: { day: { one: "Tag", many: "Tage", ago: "Tagen" }, hour: "Std.", minute: "Min.", second: "s" },
  percentSign: "\u00a0%",
  none: "–",
};

export const LANGUAGES: Readonly<Record<LanguageName, Language>> = { en: ENGLISH, de: GERMAN };
