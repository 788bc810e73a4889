import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LANGUAGE_NAMES } from "../../core/words/language.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import type { CacheFacts, OwnFacts } from "../facts/facts.ts";
import { watchOptions } from "../options.ts";
import { circumstancesFor } from "../settings/settings.ts";
import { RULES, ruleOf, type Verdict } from "./rules.ts";

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
const day = (served: number, fromApple: number) => ({ served: served * 1e9, fromApple: fromApple * 1e9 });

/** Rule, facts, verdict. What is not said is as of a cache that is well. */
const CASES: readonly (readonly [string, Partial<CacheFacts> & Partial<OwnFacts>, Verdict["is"]])[] = [
  ["silent", { heardMs: NOW - 9 * MINUTE }, "ok"],
  ["silent", { heardMs: NOW - 29 * MINUTE }, "unknown"],
  ["silent", { heardMs: NOW - 30 * MINUTE }, "firing"],
  ["silent", { heardMs: undefined }, "unknown"],
  ["off", status({ activated: false }), "firing"],
  ["off", {}, "ok"],
  ["off", status({ activated: false, timeMs: NOW - 2 * HOUR }), "unknown"],
  ["wiped", { wiped: { timeMs: NOW - HOUR, text: "t" } }, "firing"],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" } }, "ok"],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, ...status({ active: false }) }, "unknown"],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined }, "ok"],
  [
    "wiped",
    { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined, pass: { timeMs: NOW - DAY, up: true } },
    "unknown",
  ],
  ["wiped", { wiped: { timeMs: NOW - DAY, text: "t" }, status: undefined, pass: undefined }, "unknown"],
  ["unregistered", status({ registered: -1 }), "firing"],
  ["unregistered", status({ registered: 0 }), "firing"],
  ["unregistered", {}, "ok"],
  ["unregistered", status({ registered: undefined }), "unknown"],
  ["suspended", status({ active: false }), "firing"],
  ["suspended", {}, "ok"],
  ["suspended", { status: undefined }, "unknown"],
  ["suspended", status({ state: "suspended" }), "firing"],
  ["not-answering", status({ state: "silent" }), "firing"],
  ["not-answering", status({ state: "unreachable" }), "firing"],
  ["not-answering", status({ state: "serving" }), "ok"],
  ["not-answering", status({ state: "suspended" }), "unknown"],
  ["not-answering", {}, "unknown"],
  ["update-not-warmed", run("run-end", 0, HOUR, 1), "firing"],
  ["update-not-warmed", run("run-end"), "ok"],
  ["update-not-warmed", run("run-start", 0, HOUR, 1), "unknown"],
  ["journal-damaged", { damagedBytes: 1 }, "firing"],
  ["journal-damaged", {}, "ok"],
  ["log-unknown", { log: { lines: 100, unknown: 20 } }, "firing"],
  ["log-unknown", { log: { lines: 100, unknown: 19 } }, "ok"],
  ["log-unknown", { log: { lines: 99, unknown: 99 } }, "unknown"],
  ["log-unknown", {}, "unknown"],
  ["unreachable", { hasAddress: false }, "firing"],
  ["unreachable", {}, "ok"],
  ["unreachable", { hasAddress: undefined }, "unknown"],
  ["updating", { restarted: { timeMs: NOW - MINUTE, text: "" } }, "firing"],
  ["updating", {}, "ok"],
  ["clock", { heardMs: NOW + 5 * MINUTE }, "firing"],
  ["clock", { heardMs: NOW + 4 * MINUTE }, "ok"],
  ["source", { pass: { timeMs: NOW - MINUTE, up: false } }, "firing"],
  ["source", {}, "ok"],
  ["source", { pass: { timeMs: NOW - HOUR, up: true } }, "unknown"],
  ["disk", status({ lowSpace: true }), "firing"],
  ["disk", {}, "ok"],
  ["disk", { status: undefined }, "unknown"],
  ["pressure", status({ pressure: 0.8 }), "firing"],
  ["pressure", status({ pressure: 0.79 }), "unknown"],
  ["pressure", status({ pressure: 0.49 }), "ok"],
  ["evicted-young", { evictedYoungBytes: 10e9 }, "firing"],
  ["evicted-young", { evictedYoungBytes: 0 }, "ok"],
  ["evicted-young", {}, "unknown"],
  ["not-caching", { yesterday: day(20, 20) }, "firing"],
  ["not-caching", { yesterday: day(20, 19) }, "ok"],
  ["not-caching", { yesterday: day(1, 1) }, "unknown"],
  ["hit-ratio", { yesterday: day(20, 16) }, "firing"],
  ["hit-ratio", { yesterday: day(20, 12) }, "unknown"],
  ["hit-ratio", { yesterday: day(20, 8) }, "ok"],
  ["hit-ratio", { yesterday: day(9, 9) }, "unknown"],
  ["idle", { rowMs: NOW - 4 * DAY }, "firing"],
  ["idle", { rowMs: NOW - 3 * DAY }, "ok"],
  ["idle", { rowMs: undefined }, "unknown"],
  ["neighbour", { neighbours: [{ address: "a", role: "peer", healthy: false }] }, "firing"],
  ["neighbour", { neighbours: [{ address: "a", role: "peer", healthy: true }] }, "ok"],
  ["neighbour", { status: undefined }, "unknown"],
  ["wan-day", { today: day(0, 10) }, "firing"],
  ["wan-day", { today: day(0, 9) }, "ok"],
  ["wan-day", {}, "unknown"],
  ["wan-month", { month: day(0, 100) }, "firing"],
  ["wan-month", { month: day(0, 99) }, "ok"],
  ["wan-forecast", { month: day(0, 70) }, "firing"],
  ["wan-forecast", { month: day(0, 60) }, "ok"],
  ["warming-failed", run("run-end", 5), "firing"],
  ["warming-failed", run("run-end", 4), "unknown"],
  ["warming-failed", run("run-end", 0), "ok"],
  ["warming-failed", run("run-start", 5), "unknown"],
  ["warming-skipped", run("run-skipped"), "firing"],
  ["warming-skipped", run("run-end"), "ok"],
  ["warming-late", run("run-start", 0, HOUR), "firing"],
  ["warming-late", run("run-start", 0, HOUR - 1), "unknown"],
  ["warming-late", run("run-end"), "ok"],
  ["warming-missed", ran(180, 84, 60, 36), "firing"],
  ["warming-missed", ran(179, 83, 59, 35), "ok"],
  // never at this time of the week, as on a weekend
  ["warming-missed", ran(156, 132, 108, 84, 60, 36), "unknown"],
  // twice is not a habit
  ["warming-missed", ran(180, 36), "unknown"],
  ["warming-missed", { ...ran(180, 84, 60, 36), heardMs: NOW - HOUR }, "unknown"],
  ["warming-missed", {}, "unknown"],
  ["journal-disk", { freeBytes: 255e6 }, "firing"],
  ["journal-disk", { freeBytes: 256e6 }, "ok"],
  ["journal-disk", { freeBytes: undefined }, "unknown"],
  ["rows-set-aside", { setAsideBytes: 1 }, "firing"],
  ["rows-set-aside", {}, "ok"],
  ["sink-behind", { sinks: [{ ...sink, movedMs: NOW - 15 * MINUTE, backlogBytes: 1 }] }, "firing"],
  ["sink-behind", { sinks: [{ ...sink, movedMs: undefined, backlogBytes: 0 }] }, "ok"],
  ["sink-behind", { sinks: [{ ...sink, backlogBytes: 1e8 }] }, "firing"],
  ["sink-rejects", { sinks: [{ ...sink, rejectBytes: 1 }] }, "firing"],
  ["sink-rejects", { sinks: [sink] }, "ok"],
  ["notifier", { notifiers: [{ name: "n", failingMs: NOW, why: "w", refused: true }] }, "firing"],
  ["notifier", {}, "ok"],
];

describe("rules", () => {
  it.each(CASES)("%s %j: %s", (id, facts, is) => {
    const rule = ruleOf(id);
    if (rule === undefined) throw new Error(`there is no rule ${id}`);
    const verdict =
      rule.about === "cache"
        ? rule.judge(cache(facts), circumstancesOf({}))
        : rule.judge(own(facts), circumstancesOf({}));
    const verdicts = [verdict].flat() as Verdict[];
    expect(verdicts.map((each) => each.is)).toEqual([is]);
    for (const each of verdicts) if (each.is === "firing") expect(rule.levels).toContain(each.level);
  });

  it("have cases of both ends each, texts in every language, and a line in docs/watch.md", () => {
    const page = readFileSync(new URL("../../docs/watch.md", import.meta.url), "utf8");
    for (const { id, inhibitedBy } of RULES) {
      const verdicts = new Set(CASES.filter(([rule]) => rule === id).map(([, , is]) => is));
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

  it("a silent cache outside its hours is not an alert", () => {
    const { circumstancesOf: night } = circumstancesFor(settings, { nowMs: NOW + 12 * HOUR, timeZone: "UTC" });
    const rule = ruleOf("silent");
    if (rule?.about !== "cache") throw new Error("there is no rule silent");
    expect(rule.judge(cache({}), night({}))).toMatchObject({ is: "unknown", why: "off-hours" });
  });
});
