/**
 * Cells of a table of devices as spreadsheets leave them: what can be undone, and what is ruined. Pure.
 *
 * @module
 */

/** A line without the formulas that keep a spreadsheet from reading a text as something else: `="8.4"` is `"8.4"`. */
export function withoutFormulas(line: string): string {
  return line.includes('="') ? line.replaceAll(/(^|[,;\t|])\s*=("(?:[^"]|"")*")(?=\s*(?:[,;\t|]|$))/g, "$1$2") : line;
}

/** The fields with a model put together again that was cut at its own comma: `iPad2`, `1`. */
export function rejoined(fields: readonly string[], model: number, width: number): readonly string[] {
  if (fields.length <= width || fields.slice(width).every((field) => field === "")) return fields;
  const [family = "", number = ""] = fields.slice(model, model + 2);
  if (!/^[A-Za-z]+\d+$/.test(family) || !/^\d{1,2}$/.test(number)) return fields;
  return [...fields.slice(0, model), `${family},${number}`, ...fields.slice(model + 2)];
}

/** How many a cell says: `1200`, `1.200`, `1 200`, `12,0`; 1 when it is empty; undefined when it is not a whole number. */
export function parseCount(text: string): number | undefined {
  if (text === "") return 1;
  const plain = /^\d{1,3}(?:([.,' \u00a0\u202f\u2019])\d{3})(?:\1\d{3})*$/.test(text)
    ? text.replaceAll(/\D/g, "")
    : text.replace(/[.,]0{1,2}$/, "");
  return /^\d{1,7}$/.test(plain) ? Number(plain) : undefined;
}

const MONTH =
  /\b(?:jan|feb|mar|m\u00e4r|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z\u00e4\u00e9\u00fb]{0,6}\b\.?/i;
const DATE = /^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2})(?:[ T].*)?$/;
/** With a sign or a fraction: `12E5` is a build. */
const EXPONENT = /^[+-]?(?:\d+[.,]\d+e[+-]?\d+|\d+e[+-]\d+)$/i;

/** A version with the decimal comma that some spreadsheets give it. */
export function plainDecimal(text: string): string {
  return /^\d{1,3},\d{1,2}$/.test(text) ? text.replace(",", ".") : text;
}

/** What is wrong with the cell of a version that was read as a date or a number; undefined when it may be one. */
export function versionFault(text: string): string | undefined {
  const date = (MONTH.test(text) && /^[\d\W]*\p{L}+[\d\W]*$/u.test(text)) || (DATE.test(text) && isDate(text));
  return date || EXPONENT.test(text) ? ruined(text, "version", "26.1") : undefined;
}

/** The same for a build: `12E5` becomes `1,2E+06`. */
export function buildFault(text: string): string | undefined {
  const date = MONTH.test(text) && /^[\d\W]*\p{L}+[\d\W]*$/u.test(text) && /[\s.-]/.test(text);
  return date || DATE.test(text) || EXPONENT.test(text) ? ruined(text, "build", "23A341") : undefined;
}

/** Versions have three numbers too; a date has a year among them, or numbers with a zero before. */
function isDate(text: string): boolean {
  return /\b(?:19|20)\d\d\b|(?:^|[./-])0\d(?:[./-]|$)|[/-]/.test(text);
}

function ruined(text: string, what: string, example: string): string {
  return `"${text.slice(0, 40)}" is not a ${what} such as ${example}: a spreadsheet may have read it as a date or a number`;
}
