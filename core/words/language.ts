/**
 * What a language needs to write numbers, as data: another language is another object, not another branch.
 *
 * @module
 */

export interface Language {
  /** BCP 47, as `Intl` takes it. */
  readonly tag: string;
  readonly decimalMark: string;
  /** Units of a size, from bytes up by powers of 1,000. */
  readonly byteUnits: readonly string[];
  /** The unit of a single byte. */
  readonly oneByte: string;
  readonly timeUnits: { readonly day: string; readonly hour: string; readonly minute: string; readonly second: string };
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
  timeUnits: { day: "d", hour: "h", minute: "min", second: "s" },
  percentSign: "%",
  none: "–",
};

export const GERMAN: Language = {
  tag: "de-DE",
  decimalMark: ",",
  byteUnits: ["Byte", "KB", "MB", "GB", "TB", "PB"],
  oneByte: "Byte",
  timeUnits: { day: "Tage", hour: "Std.", minute: "Min.", second: "s" },
  percentSign: "\u00a0%",
  none: "–",
};
