import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import type { CacheFacts } from "../facts/facts.ts";
import { watchOptions } from "../options.ts";
import { circumstancesFor, policyFor } from "../settings/settings.ts";
import { type Alerts, Horizons, type LookContext, look, type Notice } from "./state.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-12-17T09:00:00Z");
const settings = watchOptions.parse({
  ...{ wanGbPerDay: 10, wanGbPerMonth: 100, workHours: "06:00-20:00", holidays: ["2026-12-21/2026-12-26"] },
  overrides: [{ tags: { region: "South" }, limits: { newestRowSeconds: { watch: 7200, trouble: 86_400 } } }],
});

/** What is said of a cache beside its signs of life. Ages are hours at the moment at which it is said. */
type Said = Omit<CacheFacts, "server" | "tags" | "heardMs" | "status" | "pass" | "rowMs" | "news">;
interface Step {
  readonly minutes: number;
  /** Undefined: nothing new is said of the cache. */
  readonly said:
    | ((nowMs: number) => { said: Said; status: Partial<NonNullable<CacheFacts["status"]>>; up: boolean })
    | undefined;
  /** Which of its signs are heard at this step, and whether by a clock that is wrong. */
  readonly heard: { readonly pass: boolean; readonly status: boolean; readonly row: boolean; readonly aheadMs: number };
}

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const traffic = seldom(fc.record({ served: fc.constantFrom(0, 2e10), fromApple: fc.constantFrom(0, 9e9, 2e10, 9e10) }));
const ago = fc.integer({ min: 0, max: 30 });
const said = fc
  .record({
    status: seldom(
      fc.constantFrom(
        ...[{ activated: false }, { active: false }, { registered: 0 }, { registered: -1 }, { pressure: 0.6 }],
        ...[{ pressure: 0.9 }, { lowSpace: true }, { state: "silent" }, { state: "suspended" }],
      ),
    ),
    up: fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    healthy: fc.boolean(),
    wiped: seldom(ago),
    restarted: seldom(ago),
    warming: seldom(fc.tuple(fc.constantFrom("run-start" as const, "run-end" as const, "run-skipped" as const), ago)),
    failed: fc.constantFrom(0, 0, 3, 9),
    skipped: fc.constantFrom(0, 0, 3),
    ...{ today: traffic, yesterday: traffic, month: traffic, evictedYoungBytes: seldom(fc.constantFrom(0, 2e9, 2e10)) },
  })
  .map(({ wiped, restarted, warming, healthy, failed, skipped, status, up, ...rest }) => (nowMs: number) => {
    const at = (hours: number | undefined) =>
      hours === undefined ? undefined : { timeMs: nowMs - hours * HOUR, text: "" };
    const run = warming && { event: warming[0], timeMs: nowMs - warming[1] * HOUR, text: "" };
    return {
      status: status ?? {},
      up,
      said: {
        ...rest,
        wiped: at(wiped),
        restarted: at(restarted),
        neighbours: [{ address: "10.0.0.9", role: "peer", healthy }],
        warming: run && { ...run, lastLineMs: undefined, failed, skipped, runsMs: nightsBefore(run.timeMs) },
      },
    };
  });
const nightsBefore = (ms: number): number[] => [6, 2, 1, 0].map((days) => ms - days * DAY);
const usually = fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const step: fc.Arbitrary<Step> = fc.record({
  minutes: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 45 }) },
    { weight: 2, arbitrary: fc.integer({ min: 60, max: 2000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -200, max: 0 }) },
  ),
  said: seldom(said),
  heard: fc.record({
    ...{ pass: usually, status: usually, row: usually },
    aheadMs: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -DAY, max: HOUR }) },
    ),
  }),
});

/** A cache that is told its facts step by step. */
class Told {
  facts: CacheFacts;

  constructor(server: string) {
    const region = server === "a" ? "North" : "South";
    const none = { wiped: undefined, restarted: undefined, warming: undefined, pass: undefined, rowMs: undefined };
    this.facts = {
      ...{ server, tags: { region }, news: 0, heardMs: undefined, status: undefined, neighbours: [], ...none },
      ...{ today: undefined, yesterday: undefined, month: undefined, evictedYoungBytes: undefined },
    };
  }

  take({ said: news, heard }: Step, nowMs: number): void {
    const { facts } = this;
    const fresh = news?.(nowMs);
    const timeMs = nowMs + heard.aheadMs;
    const first = facts.status === undefined || facts.pass === undefined || facts.rowMs === undefined;
    const status = { ...WELL, ...facts.status, ...(fresh && { ...WELL, ...fresh.status }) };
    const pass = { up: fresh?.up ?? facts.pass?.up ?? true };
    this.facts = {
      ...facts,
      ...fresh?.said,
      news: (facts.news ?? 0) + (fresh !== undefined || first ? 1 : 0),
      status: heard.status || fresh !== undefined ? { ...status, timeMs } : facts.status,
      pass: heard.pass || fresh !== undefined ? { ...pass, timeMs } : facts.pass,
      rowMs: heard.row ? Math.max(timeMs, facts.rowMs ?? 0) : facts.rowMs,
      heardMs: heard.pass || heard.status || fresh !== undefined ? timeMs : facts.heardMs,
    };
  }
}

const WELL: Omit<NonNullable<CacheFacts["status"]>, "timeMs"> = {
  ...{ activated: true, active: true, registered: 1, registrationError: undefined, state: "serving", usedBytes: 1e11 },
  ...{ pressure: 0.1, lowSpace: false, diskExceeded: false },
};

/** Looks at each step. @returns alerts and notices after each, and how often a rule was asked */
function live(steps: readonly Step[], horizons: Horizons | undefined) {
  const alerts: Alerts = new Map();
  const caches = ["a", "b"].map((server) => new Told(server));
  let [nowMs, next] = [NOW, 0];
  let lastMs: number | undefined;
  let asked = 0;
  const seen: { alerts: unknown; notices: readonly Notice[] }[] = [];
  for (const [i, each] of steps.entries()) {
    nowMs += each.minutes * MINUTE;
    // one of them hears what is new, the other its signs of life
    for (const [j, cache] of caches.entries()) cache.take(i % 2 === j ? each : { ...each, said: undefined }, nowMs);
    const at = { nowMs, timeZone: "UTC" };
    const context: LookContext = {
      ...{ nowMs, lastMs, policy: policyFor(settings, { ...at, alone: false }), ...circumstancesFor(settings, at) },
      ...(horizons === undefined ? {} : { horizons }),
      name: () => `n${next++}`,
    };
    const facts = caches.map(({ facts: own }) => counted(own, () => asked++));
    const { notices } = look(alerts, { caches: facts, own: undefined }, context);
    seen.push({ alerts: structuredClone([...alerts]), notices });
    lastMs = nowMs;
  }
  return { seen, asked };
}

/** Counts how often the rules look at a cache: one of them reads what was evicted. */
function counted(facts: CacheFacts, count: () => void): CacheFacts {
  return Object.defineProperty({ ...facts }, "evictedYoungBytes", {
    enumerable: true,
    get: () => {
      count();
      return facts.evictedYoungBytes;
    },
  });
}

describe("horizons", () => {
  it("leave out no judgement that would have been another", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 60 }), (steps) => {
        expect(live(steps, new Horizons()).seen).toEqual(live(steps, undefined).seen);
      }),
      { numRuns: runs(40) },
    );
  }, 600_000);

  it("spare a cache that is well from being judged while only signs of life are new", () => {
    const well: Step = { minutes: 5, said: undefined, heard: { pass: true, status: true, row: true, aheadMs: 0 } };
    const steps = Array.from({ length: 100 }, () => well);
    // both at the first look; the second, that may be idle for two hours, then every two hours
    expect([live(steps, undefined).asked, live(steps, new Horizons()).asked]).toEqual([200, 6]);
  });
});
