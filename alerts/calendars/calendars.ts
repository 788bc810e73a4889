/**
 * The door of the calendars: school holidays and quiet times from iCalendar files, read again when a file changes.
 *
 * @module
 */
import { filesVersion } from "../../core/changed-files.ts";
import { errorText, LarderError } from "../../core/errors.ts";
import { readRegularFile } from "../../core/files.ts";
import { localDate } from "../../core/time/local-days.ts";
import type { Times } from "./times.ts";

export { NO_TIMES, type Times } from "./times.ts";

const MOST_BYTES = 4 * 1024 * 1024;

export interface CalendarSetup {
  readonly paths: readonly string[];
  readonly timeZone: string;
  /** Hears of a file that cannot be used, once until it changes. */
  onProblem(problem: unknown): void;
}

/**
 * A function that gives the times around a moment, as the files are then. A file that cannot be used is left as it was when
 * it last could.
 */
export function keepCalendarsCurrent({ paths, timeZone, onProblem }: CalendarSetup): (nowMs: number) => Promise<Times> {
  const known = new Map<string, { readonly version: string; readonly times: Times | undefined }>();
  return async (nowMs) => {
    const day = localDate(nowMs, timeZone);
    const all = await Promise.all(
      paths.map(async (path) => {
        const last = known.get(path);
        // what repeats is worked out for the days around
        const version = `${day} ${await filesVersion([path])}`;
        if (last?.version === version) return last.times;
        const times = await readCalendar(path, { nowMs, timeZone }).catch((problem: unknown) => {
          onProblem(problem);
          return last?.times;
        });
        known.set(path, { version, times });
        return times;
      }),
    );
    return {
      days: all.flatMap((times) => times?.days ?? []),
      quiet: all.flatMap((times) => times?.quiet ?? []),
    };
  };
}

/** The times of a file around a moment. @throws LarderError `CALENDAR_FILE` */
export async function readCalendar(
  path: string,
  around: { readonly nowMs: number; readonly timeZone: string },
): Promise<Times> {
  try {
    const { bytes } = await readRegularFile(path, MOST_BYTES);
    const { timesOf } = await import("./ical.ts");
    return timesOf(bytes.toString("utf8"), around);
  } catch (error) {
    throw new LarderError(`Cannot use the calendar "${path}": ${errorText(error)}`, {
      code: "CALENDAR_FILE",
      state: "holidays and quiet times are those it had when it could last be used",
      next: "export it again as iCalendar (.ics), or correct alerts.calendars",
      cause: error,
    });
  }
}
