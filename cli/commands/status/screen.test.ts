import { describe, expect, it } from "vitest";
import { toModel } from "../../../collector/health/health.ts";
import type { StatusModel } from "../../../collector/index.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { statusScreen } from "./screen.ts";

const NOW = Date.parse("2026-03-31T12:00:30Z");
const savings = (served: number): StatusModel["today"] => ({
  served,
  saved: served * 0.9,
  fromCaches: served * 0.9,
  fromApple: served * 0.1,
  hitRatio: served > 0 ? 0.9 : undefined,
});
const WELL = {
  nowMs: NOW,
  server: "cache-a0008",
  timeZone: "Europe/Berlin",
  readsStatus: true,
  cache: {
    timeMs: NOW - 61_000,
    server: "c",
    activated: true,
    active: true,
    registered: 1,
    registrationError: undefined,
    startup: "OK",
    usedBytes: 95.2e9,
    freeBytes: 32.8e9,
    limitBytes: 128e9,
    pressure: 0.04,
    lowSpace: false,
    diskExceeded: false,
    alerts: 0,
    content: ["iOS Software", "Mac Software", "Other", "iCloud", "Apple TV Software", "Books", "Music"].map(
      (kind, i) => ({ kind, bytes: (7 - i) * 5e9 }),
    ),
    neighbours: [],
  },
  today: savings(12.34e9),
  week: savings(60e9),
  days: [1, 5, 0, 0, 9, 12, 12.34].map((gigabytes, i) => ({
    startMs: Date.parse("2026-03-24T23:00:00Z") + i * 86_400_000,
    ...savings(gigabytes * 1e9),
  })),
  lastRowMs: NOW - 40_000,
  pass: { timeMs: NOW - 12_000, server: "c", up: true, seconds: 0.43 },
  sinks: [
    {
      name: "main",
      place: "http://influx.school.example:8086",
      movedMs: NOW - 12_000,
      backlogBytes: 0,
      lostBytes: 0,
      rejectBytes: 0,
      rejectPath: "/r",
      problem: undefined,
      expiredLines: 0,
    },
  ],
  journal: { streams: [], freeBytes: undefined, setAside: { path: "/r", bytes: 0 } },
  events: [],
  warming: undefined,
} as const;

describe("statusScreen()", () => {
  it("says which share of the log was understood, and whether it names clients", () => {
    const log = { readMs: NOW - 60_000, sinceMs: NOW - 3_600_000, lines: 2000, unknown: 2, unnamed: 300 };
    const shown = statusScreen(toModel({ ...WELL, log }), { width: 120, bars: false }).replaceAll(/\s+/g, " ");
    expect(shown).toContain("log of the cache: 2000 lines, 99.9% understood · read 1 min ago");
    expect(shown).toContain("300 requests without a client");
  });

  it("says all there is to know, plainly", () => {
    expect(`\n${statusScreen(toModel(WELL), { width: 80, bars: false })}\n`).toBe(`
cache-a0008 · 2026-03-31 14:00                                       all is well

CACHE     active · registered · pressure 4% · read 1 min 1 s ago
          used 95.2 GB of 128 GB, 32.8 GB free  74%
          iOS Software 35.0 GB · Mac Software 30.0 GB · Other 25.0 GB
          iCloud 20.0 GB · Apple TV Software 15.0 GB · other kinds 15.0 GB

TRAFFIC            served    saved  from Apple    hit
          today   12.3 GB  11.1 GB     1.23 GB  90.0%
          7 days  60.0 GB  54.0 GB     6.00 GB  90.0%

PIPE      last row 40 s ago · last pass 12 s ago (took 0.4 s)
          sink  last ship  waiting  refused  place
          main  12 s ago   0 bytes  0 bytes  http://influx.school.example:8086

OK        nothing is wrong
`);
  });

  it("puts what to do under what is wrong, and never grows wider than the terminal", () => {
    const model = toModel({
      ...WELL,
      cache: { ...WELL.cache, registered: -1, registrationError: "PUBLIC_IP_NOT_IN_RANGE", limitBytes: undefined },
      sinks: [
        {
          ...WELL.sinks[0],
          name: "a-sink-with-a-name-of-forty-characters-xx",
          rejectBytes: 3,
          rejectPath: "/var/lib/larder/rejected/a.lp",
        },
      ],
    });
    for (const width of [72, 80, 100]) {
      const screen = statusScreen(model, { width, bars: true });
      for (const line of screen.split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
      expect(screen).toContain("1 error, 1 warning");
      expect(screen).toMatch(/x Apple refused the registration: PUBLIC_IP_NOT_IN_RANGE;[^→]*→ add this site's/s);
      expect(screen).toContain("no limit");
    }
    expect(statusScreen(model, { width: 80, bars: true })).toMatch(/served {3}▁ ▄ {5}▆ █ █\n {19}W T F S S M T/);
  });

  it("says which zone the days on servers are of, where it is another one than here", () => {
    const screen = (rollupZone: string): string =>
      statusScreen(toModel({ ...WELL, rollupZone }), { width: 80, bars: false }).replaceAll(/\s+/g, " ");
    expect(screen("Asia/Kathmandu")).toContain(
      `days on servers are those of Asia/Kathmandu, here of ${WELL.timeZone};`,
    );
    expect(screen(WELL.timeZone)).not.toContain("days on servers");
  });

  it("has something to say of a cache nobody has seen yet", () => {
    const nothing = savings(0);
    const empty = {
      ...WELL,
      cache: undefined,
      pass: undefined,
      lastRowMs: undefined,
      sinks: [],
      days: [],
      today: nothing,
      week: nothing,
    };
    const screen = statusScreen(toModel(empty), { width: 80, bars: true });
    expect(screen).toContain("no status has been read yet");
    expect(screen).toContain("no pass has run in seven days");
    expect(screen).toContain("no sink: everything is kept in the journal here");
    expect(screen).toContain("–");
  });
});

describe("a status for scripts", () => {
  it("has times people and programs can read", () => {
    const json = JSON.parse(JSON.stringify(scriptAnswer(toModel(WELL)))) as Record<string, unknown>;
    expect(json).toMatchObject({
      now: "2026-03-31T12:00:30.000Z",
      worst: "ok",
      cache: { time: "2026-03-31T11:59:29.000Z", registrationError: null },
      sinks: [{ moved: "2026-03-31T12:00:18.000Z" }],
    });
    expect(JSON.stringify(json)).not.toMatch(/Ms"/);
  });
});
