import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { keepCalendarsCurrent } from "./calendars.ts";
import { timesOf } from "./ical.ts";

const timeZone = "Europe/Berlin";
const at = (text: string) => ({ nowMs: Date.parse(text), timeZone });
const folder = mkdtempSync(join(tmpdir(), "larder-calendars-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const calendar = (...events: readonly string[]): string =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:x",
    ...events.map((event) => `BEGIN:VEVENT\nUID:u\n${event}\nEND:VEVENT`),
    "END:VCALENDAR",
  ]
    .join("\n")
    .replaceAll("\n", "\r\n");
const CHRISTMAS = "DTSTART;VALUE=DATE:20261223\nDTEND;VALUE=DATE:20270107\nSUMMARY:Weihnachtsferien";

describe("an iCalendar file", () => {
  it.each([
    // the day it ends is school again
    [CHRISTMAS, "2027-01-06T23:00:00+01:00", ["2026-12-23/2027-01-06"], []],
    ["DTSTART;VALUE=DATE:20261224", "2026-12-24T12:00:00+01:00", ["2026-12-24"], []],
    // nothing of months away
    [CHRISTMAS, "2026-11-20T12:00:00+01:00", [], []],
    // every year, on a date of 2012
    ["DTSTART;VALUE=DATE:20121003\nRRULE:FREQ=YEARLY", "2026-10-03T12:00:00+02:00", ["2026-10-03"], []],
    // every Monday evening in a zone that only has a name, but not on a day that is left out
    [
      "DTSTART;TZID=Europe/Berlin:20260907T200000\nDTEND;TZID=Europe/Berlin:20260907T220000\nRRULE:FREQ=WEEKLY",
      "2026-11-23T12:00:00+01:00",
      [],
      [["2026-11-23T19:00:00.000Z", "2026-11-23T21:00:00.000Z"]],
    ],
    [
      "DTSTART;TZID=Europe/Berlin:20260907T200000\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20261123T200000",
      "2026-11-23T12:00:00+01:00",
      [],
      [],
    ],
    // without a zone it is local, with Z it is not
    [
      "DTSTART:20261120T100000\nDURATION:PT1H",
      "2026-11-20T12:00:00Z",
      [],
      [["2026-11-20T09:00:00.000Z", "2026-11-20T10:00:00.000Z"]],
    ],
    [
      "DTSTART:20261120T100000Z\nDURATION:PT1H",
      "2026-11-20T12:00:00Z",
      [],
      [["2026-11-20T10:00:00.000Z", "2026-11-20T11:00:00.000Z"]],
    ],
    ["DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED", "2026-12-24T12:00:00+01:00", [], []],
    ["SUMMARY:without a time", "2026-12-24T12:00:00+01:00", [], []],
  ])("%#: %s", (event, now, days, quiet) => {
    const times = timesOf(calendar(event), at(now));
    expect(times.days).toEqual(days);
    expect(
      times.quiet.map(({ fromMs, toMs }) => [new Date(fromMs).toISOString(), new Date(toMs).toISOString()]),
    ).toEqual(quiet);
  });

  it("moves one of several that repeat", () => {
    const weekly = "DTSTART:20261102T200000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY";
    const moved = "RECURRENCE-ID:20261123T200000Z\nDTSTART:20261124T180000Z\nDURATION:PT1H";
    const { quiet } = timesOf(calendar(weekly, moved), at("2026-11-23T12:00:00Z"));
    expect(quiet.map(({ fromMs }) => new Date(fromMs).toISOString())).toEqual(["2026-11-24T18:00:00.000Z"]);
  });

  it.each([
    ["", /BEGIN:VCALENDAR/],
    ["<html>", /BEGIN:VCALENDAR/],
    ["BEGIN:VCALENDAR\nnonsense", /./],
    [calendar("DTSTART;VALUE=DATE:2026"), /./],
    [calendar("DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY"), /steps/],
  ])("says what is wrong with one: %#", (text, said) => {
    expect(() => timesOf(text, at("2026-11-23T12:00:00Z"))).toThrow(said);
  });

  it("is read again when it changes, and keeps the last good one, with one clear message", async () => {
    const path = join(folder, "school.ics");
    const problems: unknown[] = [];
    const current = keepCalendarsCurrent({ paths: [path], timeZone, onProblem: (problem) => problems.push(problem) });
    const now = Date.parse("2026-12-24T12:00:00+01:00");
    expect((await current(now)).days).toEqual([]);
    expect(problems).toMatchObject([{ code: "CALENDAR_FILE", message: expect.stringContaining(path) }]);
    const put = (text: string, second: number): void => {
      writeFileSync(path, text);
      utimesSync(path, second, second);
    };
    put(calendar(CHRISTMAS), 1);
    expect((await current(now)).days).toEqual(["2026-12-23/2027-01-06"]);
    put("garbage", 2);
    for (let look = 0; look < 3; look++) expect((await current(now)).days).toEqual(["2026-12-23/2027-01-06"]);
    expect(problems).toHaveLength(2);
    put(calendar("DTSTART;VALUE=DATE:20261224"), 3);
    expect((await current(now)).days).toEqual(["2026-12-24"]);
    // another day, the same file
    expect((await current(now + 7 * 86_400_000)).days).toEqual([]);
    expect(problems).toHaveLength(2);
  });
});
