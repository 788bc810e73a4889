/**
 * Moments in ISO 8601 as RFC 3339 profiles it, which is what JSON's `date-time` is: a day, a time and an offset.
 *
 * @module
 */

const DATE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** Unix milliseconds; undefined for anything else, such as a date that is not in the calendar. */
export function parseIsoDate(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const day = text.slice(0, 10);
  const ms = Date.parse(
    `${day}T${text
      .slice(11)
      .replace(/([+-]\d\d)(\d\d)$/, "$1:$2")
      .toUpperCase()}`,
  );
  // 30 February would become a day of March; a month that is not there makes the date NaN
  const isDay = new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8));
  return Number.isFinite(ms) && isDay ? ms : undefined;
}
