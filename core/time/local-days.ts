/**
 * Hours and local days: where a bucket of time begins and ends.
 *
 * Hours are UTC hours. A day is a calendar day of an IANA time zone: 23 or 25 hours long when summer time begins or
 * ends, and sometimes without a midnight. It begins at the first instant whose local date is that day, so that days
 * follow each other without gap or overlap in every zone. Asking is cheap: the zone's offsets are looked up once for
 * each day and kept.
 *
 * @module
 */
import { LarderError } from "../errors.ts";

/** What time is divided into. */
export type BucketUnit = "hour" | "day";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** No zone was ever further from UTC than this. */
const WIDEST_OFFSET_MS = 16 * HOUR_MS;
/** Days kept for each zone before its cache is emptied: some 80 years. */
const MAX_CACHED_DAYS = 30_000;

/** A stretch of time with one offset from UTC. */
interface Stretch {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly offset: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Offset stretches of a UTC day, by the number of that day. */
  readonly stretches: Map<number, readonly Stretch[]>;
  /** First instant of a local day, by the number of that day. */
  readonly starts: Map<number, number>;
  /** The last answer: rows come in order, so that it is nearly always the next one too. */
  last: { from: number; to: number };
}

const zones = new Map<string, Zone>();

/**
 * The first millisecond of the hour or local day in which an instant lies.
 * @throws LarderError `CONFIG_TIME_ZONE` for a zone the runtime does not know.
 */
export function bucketStart(ms: number, unit: BucketUnit, zone: string): number {
  return unit === "hour" ? Math.floor(ms / HOUR_MS) * HOUR_MS : dayAt(ms, zone).from;
}

/** The first millisecond of the hour or local day after the one in which an instant lies. */
export function nextBucket(ms: number, unit: BucketUnit, zone: string): number {
  return unit === "hour" ? (Math.floor(ms / HOUR_MS) + 1) * HOUR_MS : dayAt(ms, zone).to;
}

/** The first millisecond of the hour or local day `count` buckets before the one in which an instant lies. */
export function bucketsBefore(ms: number, count: number, { unit, zone }: { unit: BucketUnit; zone: string }): number {
  let start = bucketStart(ms, unit, zone);
  for (let i = 0; i < count; i++) start = bucketStart(start - 1, unit, zone);
  return start;
}

/** The local date of an instant: `2026-11-20`. */
export function localDate(ms: number, zone: string): string {
  const known = zoneOf(zone);
  return new Date(ms + offsetAt(known, ms)).toISOString().slice(0, 10);
}

/** The first instant of a local date such as `2026-11-20`; undefined for a date that does not exist. */
export function dateStart(date: string, zone: string): number | undefined {
  const noon = Date.parse(`${date}T12:00:00Z`);
  if (Number.isNaN(noon)) return undefined;
  return [-1, 0, 1]
    .map((days) => bucketStart(noon + days * DAY_MS, "day", zone))
    .find((start) => localDate(start, zone) === date);
}

/** Minutes since local midnight by the clock on the wall, 0 to 1439. */
export function localMinute(ms: number, zone: string): number {
  const local = ms + offsetAt(zoneOf(zone), ms);
  return Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / 60_000);
}

/**
 * The instant at which the clocks of a zone show a time of day, which is given as if it were UTC: the first of two where
 * clocks go back, and the instant they jump over where they go forward.
 */
export function wallInstant(wallMs: number, zone: string): number {
  const known = zoneOf(zone);
  const [before, after] = [wallMs - WIDEST_OFFSET_MS, wallMs + WIDEST_OFFSET_MS].map((ms) => offsetAt(known, ms));
  const found = [before, after]
    .map((offset = 0) => wallMs - offset)
    .filter((ms) => ms + offsetAt(known, ms) === wallMs);
  return found.length === 0 ? wallMs - (before ?? 0) : Math.min(...found);
}

/** Whether the runtime knows a zone by this name. */
export function isTimeZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}

/** The zone of this machine. */
export function systemTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function dayAt(ms: number, name: string): { readonly from: number; readonly to: number } {
  const zone = zoneOf(name);
  if (ms >= zone.last.from && ms < zone.last.to) return zone.last;
  let day = Math.floor((ms + offsetAt(zone, ms)) / DAY_MS);
  // where clocks go back over midnight, or a whole date is left out, the next day has begun already
  while (dayStart(zone, day + 1) <= ms) day++;
  zone.last = { from: dayStart(zone, day), to: dayStart(zone, day + 1) };
  return zone.last;
}

/** The earliest instant whose local date is the day or a later one. */
function dayStart(zone: Zone, day: number): number {
  const known = zone.starts.get(day);
  if (known !== undefined) return known;
  const first = Math.floor((day * DAY_MS - WIDEST_OFFSET_MS) / DAY_MS);
  for (let utcDay = first; utcDay <= first + 2; utcDay++) {
    for (const { from, to, offset } of stretchesOf(zone, utcDay)) {
      const begins = Math.max(from, day * DAY_MS - offset);
      if (begins < to) {
        zone.starts.set(day, begins);
        return begins;
      }
    }
  }
  throw new RangeError(`no beginning of day ${day}`);
}

function offsetAt(zone: Zone, ms: number): number {
  const stretches = stretchesOf(zone, Math.floor(ms / DAY_MS));
  for (const stretch of stretches) if (ms < stretch.to) return stretch.offset;
  return 0;
}

function stretchesOf(zone: Zone, utcDay: number): readonly Stretch[] {
  const known = zone.stretches.get(utcDay);
  if (known !== undefined) return known;
  if (zone.stretches.size > MAX_CACHED_DAYS) zone.stretches.clear();
  if (zone.starts.size > MAX_CACHED_DAYS) zone.starts.clear();
  const found = split(zone.format, utcDay * DAY_MS, (utcDay + 1) * DAY_MS);
  zone.stretches.set(utcDay, found);
  return found;
}

/** One stretch, or two around the change of offset. No zone changes twice within a UTC day. */
function split(format: Intl.DateTimeFormat, from: number, to: number): readonly Stretch[] {
  const before = askOffset(format, from);
  const after = askOffset(format, to - 1000);
  if (before === after) return [{ from, to, offset: before }];
  let low = from;
  let high = to - 1000;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (askOffset(format, middle) === before) low = middle;
    else high = middle;
  }
  return [
    { from, to: high, offset: before },
    { from: high, to, offset: after },
  ];
}

/** Milliseconds local time is ahead of UTC at a whole second. */
function askOffset(format: Intl.DateTimeFormat, ms: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
}

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone: Zone = { format: zoneFormat(name), stretches: new Map(), starts: new Map(), last: { from: 0, to: 0 } };
  zones.set(name, zone);
  return zone;
}

function zoneFormat(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "iso8601",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    throw new LarderError(`Cannot use the time zone "${name}": the runtime knows no zone of this name`, {
      code: "CONFIG_TIME_ZONE",
      state: "nothing was changed",
      next: 'give an IANA name such as "Europe/Berlin" or "UTC"',
      cause: error,
    });
  }
}
