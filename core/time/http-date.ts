/**
 * Dates of HTTP headers, read as RFC 9110 writes them: three forms, nothing else. `Date.parse` takes "-5" and "1.5".
 *
 * @module
 */

const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(?<month>${MONTHS.join("|")})`;
const TIME = "(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)";

const FORMS = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  // asctime: Sun Nov  6 08:49:37 1994
  new RegExp(`^${DAY} ${MONTH} (?<day>\\d\\d| \\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * Unix milliseconds of an HTTP date, or undefined when the text is not one.
 * @param nowMs decides the century of a year of two digits: the latest that is at most 50 years ahead
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const number = (name: string): number => Number(parts[name]);
  const month = MONTHS.indexOf(parts["month"] ?? "");
  const year = parts["year"]?.length === 2 ? fullYear(number("year"), nowMs) : number("year");
  const date = new Date(0);
  date.setUTCFullYear(year, month, number("day"));
  // 30 February rolls over into March
  if (date.getUTCMonth() !== month) return undefined;
  return date.setUTCHours(number("hour"), number("minute"), number("second"));
}

function fullYear(short: number, nowMs: number): number {
  const latest = new Date(nowMs).getUTCFullYear() + 50;
  return latest - ((((latest - short) % 100) + 100) % 100);
}
