import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import type { CacheFacts } from "../facts/facts.ts";
import { watchOptions } from "../options.ts";
import { clearSecondsOf, forSecondsOf, type RULES, ruleOf } from "../rules/rules.ts";
import { circumstancesFor, policyFor } from "../settings/settings.ts";
import { type Alert, type Alerts, keyOf, look, type Notice, parseStored, type Stored, storedJson } from "./state.ts";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 60 * MINUTE;

/** Rules that one fact decides: what it is in trouble, and well. Without the fact nobody knows. */
const WRONG: Readonly<Record<string, Partial<NonNullable<CacheFacts["status"]>>>> = {
  off: { activated: false },
  suspended: { active: false },
  unregistered: { registered: -1 },
  pressure: { pressure: 0.9 },
  disk: { lowSpace: true },
};
type Is = "firing" | "ok" | "unknown";
interface Step {
  readonly minutes: number;
  /** By cache, by rule. */
  readonly is: readonly (readonly Is[])[];
  readonly restart: boolean;
  readonly quiet: boolean;
  readonly silenced: boolean;
}

const CACHES = ["a", "b", "c"] as const;
const names = Object.keys(WRONG);
const steps = fc.array(
  fc.record({
    minutes: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: -90, max: 3000 }) },
    ),
    is: fc.array(fc.array(fc.constantFrom<Is>("firing", "firing", "ok", "unknown"), { minLength: 5, maxLength: 5 }), {
      minLength: 3,
      maxLength: 3,
    }),
    restart: fc.boolean(),
    quiet: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    silenced: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { minLength: 1, maxLength: 40 },
);

const WELL = { activated: true, active: true, registered: 1, pressure: 0, lowSpace: false };
const UNKNOWN = { activated: undefined, active: undefined, registered: undefined, pressure: undefined };

function factsOf(server: string, is: readonly Is[], nowMs: number): CacheFacts {
  const parts = names.map((name, i) => {
    const wrong = WRONG[name] ?? {};
    if (is[i] === "firing") return wrong;
    const fields = Object.keys(wrong) as (keyof typeof WELL)[];
    const from: Partial<Record<keyof typeof WELL, unknown>> = is[i] === "ok" ? WELL : UNKNOWN;
    return Object.fromEntries(fields.map((field) => [field, from[field]]));
  });
  const none = { wiped: undefined, restarted: undefined, warming: undefined, pass: undefined, rowMs: undefined };
  const status = Object.assign(
    {
      timeMs: nowMs,
      registrationError: undefined,
      state: undefined,
      usedBytes: 1,
      diskExceeded: undefined,
      ...UNKNOWN,
    },
    ...parts,
  ) as CacheFacts["status"];
  return {
    ...{
      server,
      tags: { region: server === "c" ? "South" : "North" },
      heardMs: nowMs,
      status,
      neighbours: [],
      ...none,
    },
    ...{ today: undefined, yesterday: undefined, month: undefined, evictedYoungBytes: undefined },
  };
}

/** What a rule says: of a cache that is off, some say nothing. */
function verdictOf({ is }: Step, cache: number, rule: number): Is {
  const name = names[rule];
  const all = is[cache] ?? [];
  if (all[0] === "firing" && (name === "suspended" || name === "unregistered")) return "unknown";
  return all[rule] ?? "unknown";
}

/** Since when something is so; a clock that goes back begins again. */
function since(known: Map<string, number>, key: string, nowMs: number): void {
  known.set(key, Math.min(known.get(key) ?? nowMs, nowMs));
}

interface Lived {
  readonly notices: readonly Notice[];
  readonly alerts: Alerts;
}

/** What a look made of one rule and one cache. */
interface Seen {
  readonly rule: (typeof names)[number];
  readonly key: string;
  readonly is: Is;
  readonly step: Step;
  readonly nowMs: number;
  readonly was: Alert | undefined;
  readonly now: Alert | undefined;
}

/** Lives through the steps; a restart keeps what a commit mark has. @param watch sees each rule and cache after each look */
function live(all: readonly Step[], watch: (seen: Seen) => void): Lived {
  const settings = watchOptions.parse({});
  let alerts: Alerts = new Map();
  const notices: Notice[] = [];
  let [nowMs, next] = [NOW, 1];
  let lastMs: number | undefined;
  for (const step of all) {
    nowMs += step.minutes * MINUTE;
    if (step.restart) alerts = restarted(alerts);
    const before = new Map(alerts);
    const policy = policyFor(settings, { nowMs, timeZone: "UTC", alone: false });
    const found = look(
      alerts,
      { caches: CACHES.map((server, i) => factsOf(server, step.is[i] ?? [], nowMs)), own: undefined },
      {
        ...{ nowMs, lastMs, ...circumstancesFor(settings, { nowMs, timeZone: "UTC" }) },
        policy: { ...policy, quiet: step.quiet, isSilenced: () => step.silenced },
        name: () => `n${next++}`,
      },
    );
    lastMs = nowMs;
    notices.push(...found.notices);
    for (const [i, server] of CACHES.entries()) {
      for (const [j, rule] of names.entries()) {
        const key = keyOf({ rule, server, part: "" });
        watch({ rule, key, is: verdictOf(step, i, j), step, nowMs, was: before.get(key), now: alerts.get(key) });
      }
    }
  }
  return { notices, alerts };
}

function restarted(alerts: Alerts): Alerts {
  const state: Stored = {
    ...{ series: "s", next: 1, lookMs: undefined, alerts: [...alerts.values()], notices: [], outbox: [], failing: {} },
  };
  const stored = parseStored(storedJson(state));
  return new Map(stored?.alerts.map((alert) => [keyOf(alert), alert]));
}

/** What of a cache and a rule was sent, in order: kinds but for reminders. */
function storyOf(notices: readonly Notice[], { server, rule }: Pick<Alert, "server" | "rule">): string[] {
  return notices
    .filter((notice) => notice.rule === rule && notice.kind !== "reminder")
    .filter((notice) => notice.alerts.some((alert) => alert.server === server))
    .map(({ kind, incident }) => `${kind} ${incident}`);
}

const RUNS = { numRuns: runs(20) };

describe("the states of alerts, whatever verdicts, restarts, silences and gaps there are", () => {
  it("report each alert once and its end once, and forget none", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { notices, alerts } = live(all, () => {});
        expect(new Set(notices.map(({ id }) => id)).size).toBe(notices.length);
        for (const server of CACHES) {
          for (const rule of names) {
            const story = storyOf(notices, { server, rule });
            const open = alerts.get(keyOf({ rule, server, part: "" }))?.incident;
            // firing, recovered, firing, recovered … of one incident each, and what is open is not over
            for (let i = 0; i < story.length; i += 2) {
              const incident = story[i]?.replace("firing ", "");
              expect(story[i]).toMatch(/^firing /);
              if (i + 1 < story.length) expect(story[i + 1]).toBe(`recovered ${incident}`);
              else expect(open).toBe(incident);
            }
            if (story.length % 2 === 0) expect(open).toBeUndefined();
          }
        }
      }),
      RUNS,
    );
  });

  it("end an alert only on evidence that lasted, and never while nobody knows", () => {
    fc.assert(
      fc.property(steps, (all) => {
        /** Since when each is known to be well, without a word to the contrary. */
        const wellMs = new Map<string, number>();
        live(all, ({ rule, key, is, nowMs, was, now }) => {
          if (is === "firing") wellMs.delete(key);
          else if (is === "ok" || wellMs.has(key)) since(wellMs, key, nowMs);
          if (was?.phase !== "firing" || now?.phase === "firing") return;
          expect(is).toBe("ok");
          const clearMs = clearSecondsOf(ruleOf(rule) ?? never()) * 1000;
          expect(nowMs - (wellMs.get(key) ?? nowMs)).toBeGreaterThanOrEqual(clearMs);
        });
      }),
      RUNS,
    );
  });

  it("make an alert only of what lasted, and report none that is silenced, held back, or not grave in quiet hours", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const seenMs = new Map<string, number>();
        live(all, ({ rule, key, is, step, nowMs, was, now }) => {
          if (is === "ok") seenMs.delete(key);
          else if (is === "firing" || seenMs.has(key)) since(seenMs, key, nowMs);
          const began = now?.phase === "firing" && was?.phase !== "firing" && was?.phase !== "over";
          if (began && rule !== "unregistered") {
            const lastsMs = forSecondsOf(ruleOf(rule) ?? never()) * 1000;
            expect(nowMs - (seenMs.get(key) ?? nowMs)).toBeGreaterThanOrEqual(lastsMs);
          }
          if (now?.incident === undefined || was?.incident !== undefined) return;
          expect(step.silenced).toBe(false);
          expect(now.heldBackBy).toBeUndefined();
          if (step.quiet) expect(now.level).toBe("bad");
        });
      }),
      RUNS,
    );
  });

  it("remind after 1, 4, 24 and 72 hours, then weekly, of what still fires", () => {
    const firing: Step = {
      ...{ minutes: 30, restart: true, quiet: false, silenced: false },
      is: CACHES.map(() => ["firing", "ok", "ok", "ok", "ok"] as const),
    };
    const { notices } = live(
      Array.from({ length: 2 * 24 * 20 }, () => firing),
      () => {},
    );
    const north = notices.filter(({ place, rule }) => place === "North" && rule === "off");
    const hours = north.map(({ atMs }) => (atMs - (north[0]?.atMs ?? 0)) / HOUR);
    expect(hours).toEqual([0, 1, 4, 24, 72, 72 + 168, 72 + 2 * 168]);
    expect(north.map(({ kind, alerts }) => `${kind} ${alerts.length}`)).toEqual([
      "firing 2",
      ...Array.from({ length: 6 }, () => "reminder 2"),
    ]);
  });
});

describe("an outage of a fleet", () => {
  /** Looks a minute apart at caches that fall silent one after the other, all within the time between their reports. */
  function outage(caches: number, tagsOf: (i: number) => Record<string, string>): Notice[] {
    const settings = watchOptions.parse({});
    const alerts: Alerts = new Map();
    const notices: Notice[] = [];
    let next = 1;
    for (let minute = 28; minute < 55; minute++) {
      const nowMs = NOW + minute * MINUTE;
      const facts = Array.from({ length: caches }, (_, i): CacheFacts => {
        const heardMs = Math.min(nowMs, NOW + (i % 5) * MINUTE);
        return { ...factsOf(`c${i}`, ["ok", "ok", "ok", "ok", "ok"], heardMs), tags: tagsOf(i) };
      });
      const policy = policyFor(settings, { nowMs, timeZone: "UTC", alone: false });
      const lastMs = nowMs - MINUTE;
      const context = { nowMs, lastMs, policy, ...circumstancesFor(settings, { nowMs, timeZone: "UTC" }) };
      notices.push(
        ...look(alerts, { caches: facts, own: undefined }, { ...context, name: () => `n${next++}` }).notices,
      );
    }
    return notices;
  }

  it.each([
    ["by region", 40, (i: number) => ({ region: `r${i % 8}` }), 8],
    ["in one message where caches have no tags", 40, () => ({}), 1],
    ["in one message where there are more sites than anybody reads of", 40, (i: number) => ({ site_name: `s${i}` }), 1],
  ])("is reported %s", (_, caches, tagsOf, messages) => {
    const notices = outage(caches, tagsOf);
    expect(notices.map(({ kind, rule }) => `${kind} ${rule}`)).toEqual(
      Array.from({ length: messages }, () => "firing silent"),
    );
    expect(notices.flatMap(({ alerts }) => alerts)).toHaveLength(caches);
  });
});

describe("an alert that grows grave", () => {
  it("is reported again, and is over for those who were notified then", () => {
    const alerts: Alerts = new Map();
    const settings = watchOptions.parse({});
    const notices: Notice[] = [];
    let next = 1;
    const own = (freeBytes: number) => ({
      ...{
        server: "watcher",
        tags: {},
        sinks: [],
        freeBytes,
        setAsideBytes: 0,
        damagedBytes: 0,
        log: undefined,
        hasAddress: undefined,
        notifiers: [],
      },
    });
    for (const [i, freeBytes] of [255e6, 255e6, 1e6, 1e6, 100e6, 1e9, 1e9, 1e9].entries()) {
      const nowMs = NOW + i * 10 * MINUTE;
      const policy = policyFor(settings, { nowMs, timeZone: "UTC", alone: true });
      const context = {
        nowMs,
        lastMs: nowMs - MINUTE,
        policy,
        ...circumstancesFor(settings, { nowMs, timeZone: "UTC" }),
      };
      notices.push(
        ...look(alerts, { caches: [], own: own(freeBytes) }, { ...context, name: () => `n${next++}` }).notices,
      );
    }
    expect(notices.map(({ kind, level, incident }) => `${kind} ${level} ${incident}`)).toEqual([
      "firing warn n1",
      "firing bad n1",
      "recovered bad n1",
    ]);
  });
});

describe("a rule that is switched off", () => {
  it("leaves no alert behind that would be reminded of", () => {
    const alerts: Alerts = new Map();
    const texts: string[] = [];
    for (const [i, off] of [[], ["off"], []].entries()) {
      const nowMs = NOW + i * 10 * MINUTE;
      const settings = watchOptions.parse({ off });
      const policy = policyFor(settings, { nowMs, timeZone: "UTC", alone: true });
      const context = {
        nowMs,
        lastMs: nowMs - MINUTE,
        policy,
        ...circumstancesFor(settings, { nowMs, timeZone: "UTC" }),
      };
      const facts = factsOf("a", ["firing", "ok", "ok", "ok", "ok"], nowMs);
      look(alerts, { caches: [facts], own: undefined }, { ...context, name: () => `n${i}` });
      texts.push([...alerts.values()].map(({ rule, phase }) => `${rule} ${phase}`).join());
    }
    expect(texts).toEqual(["off pending", "", "off pending"]);
  });

  it("is over for those who read the history: what fired and is watched no more has an end", () => {
    const alerts: Alerts = new Map();
    const changes = [[], [], ["off"], ["off"]].map((off, i) => {
      const nowMs = NOW + i * 10 * MINUTE;
      const settings = watchOptions.parse({ off });
      const at = { nowMs, timeZone: "UTC" };
      const policy = policyFor(settings, { ...at, alone: true });
      const context = { nowMs, lastMs: nowMs - 10 * MINUTE, policy, ...circumstancesFor(settings, at) };
      const facts = factsOf("a", ["firing", "ok", "ok", "ok", "ok"], nowMs);
      const report = look(alerts, { caches: [facts], own: undefined }, { ...context, name: () => `n${i}` });
      return report.changes.map(({ alert, to }) => `${alert.rule} ${to}`).join();
    });
    expect(changes).toEqual(["", "off firing", "off ok", ""]);
  });
});

function never(): (typeof RULES)[number] {
  throw new Error("there is no such rule");
}
