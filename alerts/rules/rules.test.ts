import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LANGUAGE_NAMES } from "../../core/words/language.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import type { CacheFacts, OwnFacts } from "../facts/facts.ts";
import { watchOptions } from "../options.ts";
import { circumstancesFor } from "../settings/settings.ts";
import { findsOf, RULE_IDS, RULES, ruleOf, type Verdict } from "./rules.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const settings = watchOptions.parse({ wanGbPerDay: 10, wanGbPerMonth: 100, workHours: "06:00-18:00" });
const { circumstancesOf } = circumstancesFor(settings, { nowMs: NOW, timeZone: "UTC" });

type Status = NonNullable<CacheFacts["status"]>;
const status = (more: Partial<Status>): { status: Status } => ({
  status: {
    ...{
      timeMs: NOW - MINUTE,
      activated: true,
      active: true,
      registered: 1,
      registrationError: undefined,
      state: undefined,
    },
    ...{ usedBytes: 1e11, pressure: 0, lowSpace: false, diskExceeded: false, ...more },
  },
});
const cache = (more: Partial<CacheFacts>): CacheFacts => ({
  ...{ server: "c1", tags: {}, heardMs: NOW - MINUTE, ...status({}), neighbours: [] },
  ...{ pass: { timeMs: NOW - MINUTE, up: true }, rowMs: NOW - MINUTE, wiped: undefined, restarted: undefined },
  ...{ warming: undefined, today: undefined, yesterday: undefined, month: undefined, evictedYoungBytes: undefined },
  ...more,
});
const own = (more: Partial<OwnFacts>): OwnFacts => ({
  ...{
    server: "c1",
    tags: {},
    sinks: [],
    freeBytes: 1e11,
    setAsideBytes: 0,
    damagedBytes: 0,
    log: undefined,
    hasAddress: true,
    notifiers: [],
    ...more,
  },
});
const sink = { name: "main", movedMs: NOW, backlogBytes: 0, rejectBytes: 0, problem: undefined };
const run = (event: "run-start" | "run-end" | "run-skipped", failed = 0, ago = HOUR, skipped = 0) => ({
  warming: { event, timeMs: NOW - ago, text: "t", lastLineMs: undefined, failed, skipped, runsMs: [] },
});
/** Runs some hours ago, the newest last. */
const ran = (...hours: number[]) => {
  const { warming } = run("run-end", 0, (hours.at(-1) ?? 0) * HOUR);
  return { warming: { ...warming, runsMs: hours.map((each) => NOW - each * HOUR) } };
};
const wrote = ({ warming }: ReturnType<typeof run>, lastLineMs: number) => ({ warming: { ...warming, lastLineMs } });
const waits = (more: object) => ({ sinks: [{ ...sink, backlogBytes: 1, ...more }] });
const problem = (stopped: boolean) => ({ stopped, message: "m", next: "n" });
const notified = (more: { failingMs: number | undefined; refused: boolean }) => ({
  notifiers: [{ name: "n", why: "w", ...more }],
});
const day = (served: number, fromApple: number) => ({ served: served * 1e9, fromApple: fromApple * 1e9 });

const ok = (more: Partial<Verdict> = {}) => ({ is: "ok", ...more });
const unknown = (why: string, untilMs?: number) => ({
  is: "unknown",
  why,
  ...(untilMs === undefined ? {} : { untilMs }),
});
const bad = (values: object = {}, more: object = {}) => ({ is: "firing", level: "bad", values, ...more });
const warn = (values: object = {}, more: object = {}) => ({ is: "firing", level: "warn", values, ...more });

/** Rule, facts, verdict. What is not said is as of a cache that is well. */
const CASES: readonly (readonly [string, Partial<CacheFacts> & Partial<OwnFacts>, object])[] = [
  ["silent", { heardMs: NOW - 9 * MINUTE }, ok()],
  ["silent", { heardMs: NOW - 29 * MINUTE }, unknown("between", NOW + MINUTE)],
  ["silent", { heardMs: NOW - 30 * MINUTE }, bad({ seconds: 1800 }, { sinceMs: NOW - 30 * MINUTE })],
  ["silent", { heardMs: undefined }, unknown("no-data")],
  ["off", status({ activated: false }), bad()],
  ["off", {}, ok()],
  ["off", status({ activated: false, timeMs: NOW - 59 * MINUTE }), bad()],
  ["off", status({ activated: false, timeMs: NOW - HOUR }), unknown("no-data")],
  ["off", status({ activated: undefined }), unknown("no-data")],
  ["off", { status: undefined }, unknown("no-data")],
  ["wiped", { wiped: { timeMs: NOW - HOUR, text: "t" } }, bad({ text: "t" }, { sinceMs: NOW - HOUR, atOnce: true })],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" } }, ok()],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, ...status({ active: false }) }, unknown("between")],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined }, ok()],
  [
    "wiped",
    { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined, pass: { timeMs: NOW - HOUR + 1, up: true } },
    ok(),
  ],
  [
    "wiped",
    { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined, pass: { timeMs: NOW - HOUR, up: true } },
    unknown("between"),
  ],
  [
    "wiped",
    { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined, pass: { timeMs: NOW, up: false } },
    unknown("between"),
  ],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined, pass: undefined }, unknown("between")],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, ...status({ timeMs: NOW - HOUR }) }, unknown("between")],
  ["wiped", {}, ok()],
  ["wiped", { heardMs: undefined }, unknown("between")],
  ["unregistered", status({ registered: -1 }), bad({ word: "", registered: -1, apple: 0 })],
  ["unregistered", status({ registered: 0 }), warn({ word: "", registered: 0, apple: 0 })],
  ...["HTTP 500", "502", "server_error", "SERVICE_UNAVAILABLE"].map(
    (word) =>
      [
        "unregistered",
        status({ registered: -1, registrationError: word }),
        bad({ word, registered: -1, apple: 1 }),
      ] as const,
  ),
  ...["5000", "1500", "50", "403", "5xx"].map(
    (word) =>
      [
        "unregistered",
        status({ registered: -1, registrationError: word }),
        bad({ word, registered: -1, apple: 0 }),
      ] as const,
  ),
  ["unregistered", {}, ok()],
  ["unregistered", status({ registered: undefined }), unknown("no-data")],
  ["unregistered", status({ registered: -1, activated: false }), unknown("no-data")],
  ["unregistered", { status: undefined }, unknown("no-data")],
  ["suspended", status({ active: false }), bad({ used: 1e11 })],
  ["suspended", status({ active: false, usedBytes: undefined }), bad({ used: 0 })],
  ["suspended", {}, ok()],
  ["suspended", { status: undefined }, unknown("no-data")],
  ["suspended", status({ active: undefined }), unknown("no-data")],
  ["suspended", status({ active: false, activated: false }), unknown("no-data")],
  ["suspended", status({ state: "suspended" }), bad({ used: 1e11 })],
  ["not-answering", status({ state: "silent" }), bad()],
  ["not-answering", status({ state: "unreachable" }), bad()],
  ["not-answering", status({ state: "serving" }), ok()],
  ["not-answering", status({ state: "suspended" }), unknown("no-data")],
  ["not-answering", {}, unknown("no-data")],
  ["not-answering", { status: undefined }, unknown("no-data")],
  ["update-not-warmed", run("run-end", 0, HOUR, 1), warn({ skipped: 1 }, { sinceMs: NOW - HOUR })],
  ["update-not-warmed", run("run-end"), ok()],
  ["update-not-warmed", run("run-start", 0, HOUR, 1), unknown("no-data")],
  ["update-not-warmed", {}, unknown("no-data")],
  ["journal-damaged", { damagedBytes: 1 }, warn({ bytes: 1 })],
  ["journal-damaged", {}, ok()],
  ["log-unknown", { log: { lines: 100, unknown: 20 } }, warn({ share: 0.2 })],
  ["log-unknown", { log: { lines: 100, unknown: 19 } }, ok()],
  ["log-unknown", { log: { lines: 99, unknown: 99 } }, unknown("no-data")],
  ["log-unknown", {}, unknown("no-data")],
  ["unreachable", { hasAddress: false }, bad()],
  ["unreachable", {}, ok()],
  ["unreachable", { hasAddress: undefined }, unknown("no-data")],
  ["updating", { restarted: { timeMs: NOW - 10 * MINUTE + 1, text: "" } }, warn({}, { atOnce: true })],
  ["updating", { restarted: { timeMs: NOW - 10 * MINUTE, text: "" } }, ok()],
  ["updating", {}, ok()],
  ["clock", { heardMs: NOW + 5 * MINUTE }, bad({ seconds: 300 })],
  ["clock", { heardMs: NOW + 5 * MINUTE - 1 }, ok()],
  ["clock", { heardMs: NOW - DAY }, ok()],
  ["clock", { heardMs: undefined }, unknown("no-data")],
  ["source", { pass: { timeMs: NOW - MINUTE, up: false } }, bad()],
  ["source", {}, ok()],
  ["source", { pass: { timeMs: NOW - 10 * MINUTE + 1, up: false } }, bad()],
  ["source", { pass: { timeMs: NOW - 10 * MINUTE, up: false } }, unknown("no-data")],
  ["source", { pass: undefined }, unknown("no-data")],
  ["disk", status({ lowSpace: true }), warn({ used: 1e11 })],
  ["disk", status({ lowSpace: undefined, diskExceeded: true, usedBytes: undefined }), warn({ used: 0 })],
  ["disk", {}, ok()],
  ["disk", status({ lowSpace: false, diskExceeded: undefined }), ok()],
  ["disk", status({ lowSpace: undefined, diskExceeded: undefined }), unknown("no-data")],
  ["disk", { status: undefined }, unknown("no-data")],
  ["pressure", status({ pressure: 0.8 }), bad({ pressure: 0.8 })],
  ["pressure", status({ pressure: 0.79 }), unknown("between")],
  ["pressure", status({ pressure: 0.49 }), ok()],
  ["pressure", status({ pressure: undefined }), unknown("no-data")],
  ["pressure", { status: undefined }, unknown("no-data")],
  ["evicted-young", { evictedYoungBytes: 10e9 }, bad({ bytes: 10e9 })],
  ["evicted-young", { evictedYoungBytes: 0 }, ok()],
  ["evicted-young", {}, unknown("no-data")],
  ["not-caching", { yesterday: day(20, 20) }, bad({ served: 20e9 })],
  ["not-caching", { yesterday: day(20, 19) }, ok()],
  ["not-caching", { yesterday: day(1, 1) }, unknown("quiet-day")],
  ["not-caching", {}, unknown("no-data")],
  ["hit-ratio", { yesterday: day(20, 16) }, bad({ ratio: 0.2, served: 20e9 })],
  ["hit-ratio", { yesterday: day(20, 12) }, unknown("between")],
  ["hit-ratio", { yesterday: day(20, 8) }, ok()],
  ["hit-ratio", { yesterday: day(9, 9) }, unknown("quiet-day")],
  ["hit-ratio", {}, unknown("no-data")],
  ["idle", { rowMs: NOW - 4 * DAY }, warn({ seconds: 4 * 86_400 }, { sinceMs: NOW - 4 * DAY })],
  ["idle", { rowMs: NOW - 3 * DAY }, ok({ untilMs: NOW + DAY })],
  ["idle", { rowMs: undefined }, unknown("no-data")],
  [
    "neighbour",
    { neighbours: [{ address: "a", role: "peer", healthy: false }] },
    warn({ address: "a", role: "peer" }, { part: "a" }),
  ],
  ["neighbour", { neighbours: [{ address: "a", role: "peer", healthy: true }] }, ok({ part: "a" })],
  ["neighbour", {}, ok()],
  ["neighbour", { status: undefined }, unknown("no-data")],
  ["wan-day", { today: day(0, 10) }, warn({ bytes: 10e9, budget: 10e9 })],
  ["wan-day", { today: day(0, 9) }, ok()],
  ["wan-day", {}, unknown("no-data")],
  ["wan-month", { month: day(0, 100) }, bad({ bytes: 100e9, budget: 100e9 })],
  ["wan-month", { month: day(0, 99) }, ok()],
  ["wan-month", {}, unknown("no-data")],
  ["wan-forecast", { month: day(0, 78) }, warn({ bytes: 120e9, budget: 100e9 })],
  ["wan-forecast", { month: day(0, 60) }, ok()],
  ["wan-forecast", {}, unknown("no-data")],
  ["warming-failed", run("run-end", 5), bad({ failed: 5 }, { sinceMs: NOW - HOUR })],
  ["warming-failed", run("run-end", 4), unknown("between")],
  ["warming-failed", run("run-end", 0), ok()],
  ["warming-failed", run("run-start", 5), unknown("no-data")],
  ["warming-failed", {}, unknown("no-data")],
  ["warming-skipped", run("run-skipped"), warn({ text: "t" }, { sinceMs: NOW - HOUR })],
  ["warming-skipped", run("run-end"), ok()],
  ["warming-skipped", {}, unknown("no-data")],
  ["warming-late", run("run-start", 0, HOUR), warn({}, { sinceMs: NOW - HOUR })],
  ["warming-late", run("run-start", 0, HOUR - 1), unknown("no-data", NOW + 1)],
  ["warming-late", wrote(run("run-start", 0, 2 * HOUR), NOW - HOUR + 1), unknown("no-data", NOW + 1)],
  ["warming-late", wrote(run("run-start", 0, 2 * HOUR), NOW - HOUR), warn({}, { sinceMs: NOW - 2 * HOUR })],
  ["warming-late", run("run-end"), ok()],
  ["warming-late", {}, unknown("no-data")],
  ["warming-missed", ran(180, 84, 60, 36), warn({ seconds: 36 * 3600 }, { sinceMs: NOW - 12 * HOUR })],
  // six hours beside the time of a week ago, both ways
  ["warming-missed", ran(186, 84, 60, 36), warn({ seconds: 36 * 3600 }, { sinceMs: NOW - 12 * HOUR })],
  ["warming-missed", ran(174, 84, 60, 36), warn({ seconds: 36 * 3600 }, { sinceMs: NOW - 12 * HOUR })],
  ["warming-missed", ran(187, 84, 60, 36), unknown("no-data")],
  ["warming-missed", ran(173, 84, 60, 36), unknown("no-data")],
  ["warming-missed", ran(180, 60, 36), warn({ seconds: 36 * 3600 }, { sinceMs: NOW - 12 * HOUR })],
  ["warming-missed", ran(179, 83, 59, 35), ok({ untilMs: NOW + HOUR })],
  // never at this time of the week, as on a weekend
  ["warming-missed", ran(156, 132, 108, 84, 60, 36), unknown("no-data")],
  // twice is not a habit
  ["warming-missed", ran(180, 36), unknown("no-data")],
  ["warming-missed", { ...ran(180, 84, 60, 36), heardMs: NOW - HOUR }, unknown("old-data")],
  ["warming-missed", { ...ran(180, 84, 60, 36), heardMs: undefined }, unknown("old-data")],
  ["warming-missed", {}, unknown("no-data")],
  ["journal-disk", { freeBytes: 16e6 - 1 }, bad({ bytes: 16e6 - 1 })],
  ["journal-disk", { freeBytes: 16e6 }, warn({ bytes: 16e6 })],
  ["journal-disk", { freeBytes: 256e6 - 1 }, warn({ bytes: 256e6 - 1 })],
  ["journal-disk", { freeBytes: 256e6 }, ok()],
  ["journal-disk", { freeBytes: undefined }, unknown("no-data")],
  ["rows-set-aside", { setAsideBytes: 1 }, bad({ bytes: 1 })],
  ["rows-set-aside", {}, ok()],
  [
    "sink-behind",
    waits({ movedMs: NOW - 15 * MINUTE }),
    warn({ name: "main", bytes: 1, why: "", advice: "" }, { part: "main" }),
  ],
  ["sink-behind", waits({ movedMs: NOW - 15 * MINUTE + 1 }), ok({ part: "main" })],
  [
    "sink-behind",
    waits({ movedMs: NOW - DAY }),
    bad({ name: "main", bytes: 1, why: "", advice: "" }, { part: "main" }),
  ],
  [
    "sink-behind",
    waits({ movedMs: undefined }),
    bad({ name: "main", bytes: 1, why: "", advice: "" }, { part: "main" }),
  ],
  ["sink-behind", waits({ movedMs: undefined, backlogBytes: 0 }), ok({ part: "main" })],
  [
    "sink-behind",
    waits({ backlogBytes: 1e8 }),
    bad({ name: "main", bytes: 1e8, why: "", advice: "" }, { part: "main" }),
  ],
  ["sink-behind", waits({ backlogBytes: 1e8 - 1 }), ok({ part: "main" })],
  [
    "sink-behind",
    waits({ problem: problem(true) }),
    bad({ name: "main", bytes: 1, why: "m", advice: "n" }, { part: "main" }),
  ],
  ["sink-behind", waits({ problem: problem(false) }), ok({ part: "main" })],
  [
    "sink-behind",
    waits({ movedMs: NOW - HOUR, problem: problem(false) }),
    warn({ name: "main", bytes: 1, why: "m", advice: "n" }, { part: "main" }),
  ],
  ["sink-behind", {}, ok()],
  ["sink-rejects", { sinks: [{ ...sink, rejectBytes: 1 }] }, warn({ name: "main", bytes: 1 }, { part: "main" })],
  ["sink-rejects", { sinks: [sink] }, ok({ part: "main" })],
  ["sink-rejects", {}, ok()],
  [
    "notifier",
    notified({ failingMs: NOW, refused: true }),
    bad({ name: "n", why: "w" }, { part: "n", sinceMs: NOW, atOnce: true }),
  ],
  [
    "notifier",
    notified({ failingMs: NOW - 1, refused: false }),
    bad({ name: "n", why: "w" }, { part: "n", sinceMs: NOW - 1 }),
  ],
  ["notifier", notified({ failingMs: undefined, refused: false }), ok({ part: "n" })],
  ["notifier", {}, ok()],
];

describe("rules", () => {
  const judged = (id: string, facts: Partial<CacheFacts> & Partial<OwnFacts>, at = circumstancesOf({})): Verdict[] => {
    const rule = ruleOf(id);
    if (rule === undefined) throw new Error(`there is no rule ${id}`);
    return [rule.about === "cache" ? rule.judge(cache(facts), at) : rule.judge(own(facts), at)].flat() as Verdict[];
  };

  it.each(CASES)("%s %j: %o", (id, facts, expected) => {
    const verdicts = judged(id, facts);
    expect(verdicts).toEqual([expected]);
    for (const each of verdicts) if (each.is === "firing") expect(ruleOf(id)?.levels).toContain(each.level);
  });

  it("have cases of both ends each, texts in every language, and a line in docs/watch.md", () => {
    const page = readFileSync(new URL("../../docs/watch.md", import.meta.url), "utf8");
    for (const { id, inhibitedBy } of RULES) {
      const verdicts = new Set(CASES.filter(([rule]) => rule === id).map(([, , verdict]) => (verdict as Verdict).is));
      expect([...verdicts], id).toEqual(expect.arrayContaining(["firing", "ok"]));
      expect(page, id).toContain(`\`${id}\``);
      for (const other of inhibitedBy) expect(ruleOf(other), `${id}: ${other}`).toBeDefined();
    }
    for (const name of LANGUAGE_NAMES) {
      expect(Object.keys(ALERTS_TEXTS[name].rules).sort(), name).toEqual(RULES.map(({ id }) => id).sort());
    }
  });

  it("are each in the table of what is watched, which names no other", () => {
    const page = readFileSync(new URL("../../docs/watch.md", import.meta.url), "utf8");
    const table = page.split("## What is watched")[1]?.split("\n## ")[0] ?? "";
    const rows = [...table.matchAll(/^\| (?!What|-)([^|]+) \| ([^|]+) \|$/gm)];
    const named = rows.flatMap(([, , cell = ""]) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, rule = ""]) => rule));
    expect(named.sort()).toEqual(RULES.map(({ id }) => id).sort());
  });

  it("cover each of the nine alerts of Jamf Preheat", () => {
    const page = readFileSync(new URL("../../docs/watch.md", import.meta.url), "utf8");
    const table = page.split("## The nine alerts of Jamf Preheat")[1]?.split("\n## ")[0] ?? "";
    const rows = [...table.matchAll(/^\| (?!Preheat|-)([^|]+) \| ([^|]+) \|$/gm)].map(([, alert, rules = ""]) => ({
      alert,
      rules: [...rules.matchAll(/`([a-z-]+)`/g)].map(([, rule = ""]) => rule),
    }));
    const nine = ["servers changed", "inactive or broken", "low on space", "wiped", "not ready", "ready"];
    expect(rows.map(({ alert }) => alert)).toEqual([
      ...nine,
      "low benefit",
      "on but not chosen",
      "chosen but not caching",
    ]);
    for (const { alert, rules } of rows) {
      for (const rule of rules) expect(ruleOf(rule), `${alert}: ${rule}`).toBeDefined();
      // the recovery of the others is `ready`
      expect(rules.length > 0 || alert === "ready", alert).toBe(true);
    }
  });

  it("hold each other back in no circle", () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      (ruleOf(from)?.inhibitedBy ?? []).some((next) => {
        if (next === to) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return reaches(next, to, seen);
      });
    expect(RULES.filter(({ id }) => reaches(id, id))).toEqual([]);
  });

  describe("look at their circumstances", () => {
    const at = (iso: string, more: object = {}) => {
      const options = watchOptions.parse({ wanGbPerDay: 10, wanGbPerMonth: 100, workHours: "06:00-18:00", ...more });
      return circumstancesFor(options, { nowMs: Date.parse(iso), timeZone: "UTC" }).circumstancesOf({});
    };
    const noon = (more: object = {}) => at("2026-11-20T12:00:00Z", more);
    const holiday = noon({ holidays: ["2026-11-20"] });

    it("a silent cache outside its hours is not an alert, and a sign of life counts at any hour", () => {
      const night = at("2026-11-21T00:00:00Z");
      expect(judged("silent", {}, night)).toEqual([unknown("off-hours")]);
      expect(judged("silent", { heardMs: night.nowMs }, night)).toEqual([ok()]);
    });

    it("a silence has no moment to wait for where nobody has to act", () => {
      const { trouble: _, ...silentSeconds } = noon().limits.silentSeconds;
      const watchOnly = { ...noon(), limits: { ...noon().limits, silentSeconds } };
      const heardMs = NOW - 20 * MINUTE;
      expect(judged("silent", { heardMs }, watchOnly)).toEqual([warn({ seconds: 1200 }, { sinceMs: heardMs })]);
    });

    it.each([
      ["hit-ratio", { yesterday: day(20, 16) }],
      ["idle", { rowMs: NOW - 4 * DAY }],
      ["warming-missed", ran(180, 84, 60, 36)],
    ])("%s expects nothing of a holiday", (id, facts) => {
      expect(judged(id, facts, holiday)).toEqual([unknown("quiet-day")]);
    });

    it("does not count holidays for a cache nobody asks", () => {
      const away = noon({ holidays: ["2026-11-16", "2026-11-17"] });
      const rowMs = NOW - 5 * DAY;
      expect(judged("idle", { rowMs }, away)).toEqual([unknown("quiet-day", NOW + DAY)]);
      expect(judged("idle", { rowMs: NOW - 6 * DAY }, away)).toEqual([
        warn({ seconds: 6 * 86_400 }, { sinceMs: NOW - 6 * DAY }),
      ]);
    });

    it("an idle cache between two limits is looked at again at once", () => {
      const limits = { newestRowSeconds: { watch: 86_400, trouble: 10 * 86_400 } };
      const patient = noon({ overrides: [{ tags: {}, limits }] });
      expect(judged("idle", { rowMs: NOW - 2 * DAY }, patient)).toEqual([unknown("between", NOW)]);
    });

    it.each(["wan-day", "wan-month", "wan-forecast"])("%s says nothing without a budget", (id) => {
      const facts = { today: day(0, 500), month: day(0, 500) };
      expect(judged(id, facts, noon({ wanGbPerDay: undefined, wanGbPerMonth: undefined }))).toEqual([
        unknown("no-limit"),
      ]);
    });

    it("forecasts nothing from the first fifth of a month", () => {
      const facts = { month: day(0, 90) };
      const saysMs = Date.parse("2026-11-07T00:00:00Z");
      expect(judged("wan-forecast", facts, at("2026-11-06T23:59:59.999Z"))).toEqual([unknown("no-data", saysMs)]);
      expect(judged("wan-forecast", facts, at("2026-11-07T00:00:00Z"))).toEqual([
        warn({ bytes: 450e9, budget: 100e9 }),
      ]);
    });
  });

  it("say of each part of a cache what it is", () => {
    const neighbours = [
      { address: "a", role: "peer", healthy: true },
      { address: "b", role: "parent", healthy: false },
    ] as const;
    expect(judged("neighbour", { neighbours })).toEqual([
      ok({ part: "a" }),
      warn({ address: "b", role: "parent" }, { part: "b" }),
    ]);
  });

  it("are about findings that exist, and about those of their own name", () => {
    const folder = new URL("../../collector/health/", import.meta.url);
    const sources = readdirSync(folder).filter((name) => name.endsWith("findings.ts"));
    const text = sources.map((name) => readFileSync(new URL(name, folder), "utf8")).join("");
    for (const id of RULE_IDS) {
      for (const found of findsOf(id)) expect(found.length > 0 && text.includes(`"${found}"`), id).toBe(true);
      expect(findsOf(id).includes(id), id).toBe(text.includes(`"${id}"`));
    }
    // what a port that does not answer is called there
    expect(findsOf("not-answering")).toEqual(["silent", "unreachable"]);
    expect(RULE_IDS.filter((id) => findsOf(id).length > 0).length).toBe(21);
    expect([findsOf("toString"), findsOf("wan-day"), ruleOf("toString")]).toEqual([[], [], undefined]);
    expect(RULES.filter(({ about }) => about === "own").map(({ id }) => id)).toContain("unreachable");
  });
});
