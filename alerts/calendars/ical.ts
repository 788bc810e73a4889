/**
 * iCalendar (RFC 5545) as times: an event of whole days is days off, one with times of day is quiet.
 *
 * Files come from anywhere: what repeats is worked out for the days around alone, in a limited number of steps.
 *
 * @module
 */
import ICAL from "ical.js";
import { groupBy } from "../../core/group-by.ts";
import { isTimeZone, wallInstant } from "../../core/time/local-days.ts";
import type { Times } from "./times.ts";

const DAY_MS = 86_400_000;
/** Rules look at yesterday and today; a long holiday that goes on has begun long before. */
const AROUND_MS = 3 * DAY_MS;
const LONGEST_MS = 400 * DAY_MS;
const LONGEST_EVENT_SECONDS = 100 * 366 * 86_400;
const MOST_EVENTS = 10_000;
/** A day of every year since the first computers is less; more holds up the passes for seconds. */
const MOST_STEPS = 30_000;

export interface Around {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** @throws Error that says what is wrong with the text */
export function timesOf(text: string, around: Around): Times {
  try {
    return readTimes(text, around);
  } catch (error) {
    // the library stumbles over what breaks the rules in some places, and its words then say nothing to anybody
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new Error("an event in it breaks the rules of iCalendar (RFC 5545)", { cause: error });
  }
}

function readTimes(text: string, { nowMs, timeZone }: Around): Times {
  const events = eventsOf(text);
  const days: string[] = [];
  const quiet: Times["quiet"][number][] = [];
  const steps = { left: MOST_STEPS };
  for (const event of events) {
    for (const { startDate, endDate } of occurrences(event, { nowMs, timeZone, steps })) {
      const [fromMs, toMs] = [instantOf(startDate, timeZone), instantOf(endDate, timeZone)];
      if (toMs <= nowMs - AROUND_MS || fromMs >= nowMs + AROUND_MS) continue;
      if (startDate.isDate) days.push(daysText(startDate, endDate));
      else quiet.push({ fromMs, toMs });
    }
  }
  return { days, quiet };
}

function eventsOf(text: string): ICAL.Event[] {
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text)) throw new Error("it does not begin with BEGIN:VCALENDAR");
  const parsed = ICAL.parse(text.replace(/^\uFEFF/, "")) as unknown[];
  // a file may hold several calendars
  const calendars = (typeof parsed[0] === "string" ? [parsed] : parsed) as ConstructorParameters<
    typeof ICAL.Component
  >[0][];
  const found = calendars.flatMap((calendar) => new ICAL.Component(calendar).getAllSubcomponents("vevent"));
  if (found.length > MOST_EVENTS) throw new Error(`it has more than ${MOST_EVENTS} events`);
  const held = found.filter(
    (each) => each.getFirstPropertyValue("status") !== "CANCELLED" && each.hasProperty("dtstart"),
  );
  for (const each of held) refuseEndless(each);
  const [moved, plain] = [held.filter(isMoved), held.filter((each) => !isMoved(each))];
  const byUid = groupBy(moved, uidOf);
  return plain.map((component) => {
    const uid = uidOf(component);
    const exceptions = uid === "" ? [] : (byUid.get(uid) ?? []);
    return new ICAL.Event(component, { strictExceptions: false, exceptions });
  });
}

/** The library counts day by day to where a duration ends: that of `PT4294967296H` takes it minutes. */
function refuseEndless(component: ICAL.Component): void {
  const lengths = component.getAllProperties("duration").map((each) => each.getFirstValue());
  if (lengths.some((each) => each instanceof ICAL.Duration && Math.abs(each.toSeconds()) > LONGEST_EVENT_SECONDS))
    throw new Error("an event in it lasts for more than a hundred years");
}

/** One of several that repeat, at another time than its rule says. */
function isMoved(component: ICAL.Component): boolean {
  return component.hasProperty("recurrence-id");
}

function uidOf(component: ICAL.Component): string {
  return String(component.getFirstPropertyValue("uid") ?? "");
}

interface Occurrence {
  readonly startDate: ICAL.Time;
  readonly endDate: ICAL.Time;
}

function* occurrences(
  event: ICAL.Event,
  { nowMs, timeZone, steps }: Around & { readonly steps: { left: number } },
): Generator<Occurrence> {
  if (!event.isRecurring()) {
    yield event;
    return;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(); next !== undefined && next !== null; next = iterator.next()) {
    if (steps.left-- === 0) throw new Error(`what repeats in it takes more than ${MOST_STEPS} steps to work out`);
    const atMs = instantOf(next, timeZone);
    if (atMs >= nowMs + AROUND_MS) return;
    if (atMs > nowMs - LONGEST_MS) yield event.getOccurrenceDetails(next);
  }
}

/** A time without a zone, or with one that only its name says, is local. */
function instantOf(time: ICAL.Time, timeZone: string): number {
  const { zone } = time;
  if (zone !== ICAL.Timezone.localTimezone && zone !== undefined && zone !== null) return time.toUnixTime() * 1000;
  const { year, month, day, hour, minute, second } = time;
  const named = String((time as { timezone?: string }).timezone ?? "");
  return wallInstant(Date.UTC(year, month - 1, day, hour, minute, second), isTimeZone(named) ? named : timeZone);
}

/** The day after the last is where it ends. */
function daysText(start: ICAL.Time, end: ICAL.Time): string {
  const dayOf = (time: ICAL.Time, less: number): string =>
    new Date(Date.UTC(time.year, time.month - 1, time.day) - less * DAY_MS).toISOString().slice(0, 10);
  const [first, last] = [dayOf(start, 0), dayOf(end, 1)];
  return last > first ? `${first}/${last}` : first;
}
