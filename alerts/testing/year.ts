/**
 * A year of a fleet, looked at by all rules: what befalls each cache is planned by `fixtures/fleet`, and what is to be
 * reported follows from that plan alone.
 *
 * @module
 */
import { chance, type Fleet, type FleetCache, planFleet } from "../../fixtures/fleet/index.ts";
import type { CacheFacts } from "../facts/facts.ts";
import { watchOptions } from "../options.ts";
import { circumstancesFor, policyFor } from "../settings/settings.ts";
import { type Alerts, look, type Notice } from "../state/state.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface YearOptions {
  readonly caches: number;
  readonly days: number;
  readonly stepMinutes: number;
  readonly seed: number;
}

/** Something that has to be reported once, and be over once. */
export interface Planted {
  readonly rule: string;
  readonly server: string;
  readonly fromMs: number;
  readonly toMs: number;
}

type Kind = "silent" | "wiped" | "pressure" | "unregistered" | "off" | "neighbour" | "suspended" | "clock";

interface Fault {
  readonly kind: Kind;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface YearReport {
  readonly planted: readonly Planted[];
  readonly found: readonly { readonly notice: Notice; readonly server: string }[];
  readonly notices: readonly Notice[];
  readonly looks: number;
  readonly rows: readonly Score[];
}

/** What was found of one rule. */
export interface Score {
  readonly rule: string;
  readonly planted: number;
  readonly reported: number;
  readonly recovered: number;
  /** Reported without a cause, or more than once. */
  readonly wrong: number;
  readonly missed: number;
  /** Longest time from a fault to its notice, in minutes. */
  readonly latestMinutes: number;
}

const START = Date.parse("2025-08-01T00:00:00Z");
const ZONE = "Europe/Berlin";
/** More faults than the fleet's own plan has kinds for. */
const EXTRA: readonly Kind[] = ["unregistered", "off", "neighbour", "suspended", "clock"];

/** Faults of a cache, none of which overlap: those of the fleet's plan, and others in the months between. */
function faultsOf(cache: FleetCache, { seed, days }: YearOptions): Fault[] {
  const faults: Fault[] = [];
  for (const { kind, fromMs, toMs } of cache.incidents) {
    if (kind === "reset") continue;
    // the status of the plan is at steps of its own: what is too short for a rule to last is left out by `expected`
    faults.push({ kind: kind === "outage" ? "silent" : kind === "wipe" ? "wiped" : "pressure", fromMs, toMs });
  }
  for (let day = 10; day < days - 10; day += 30) {
    if (chance(seed, cache.index, day, 301) > 0.4) continue;
    const kind = EXTRA[Math.floor(chance(seed, cache.index, day, 302) * EXTRA.length)] ?? "off";
    const fromMs = START + day * DAY + Math.floor(chance(seed, cache.index, day, 303) * 24) * HOUR;
    faults.push({ kind, fromMs, toMs: fromMs + (2 + Math.floor(chance(seed, cache.index, day, 304) * 20)) * HOUR });
  }
  faults.sort((a, b) => a.fromMs - b.fromMs);
  // a day apart, so that each is one story
  return faults.filter((fault, i) => i === 0 || fault.fromMs - (faults[i - 1]?.toMs ?? 0) > 30 * HOUR);
}

/** How long a fault of a kind has to last before it is reported, in minutes, from the table of rules. */
const LASTS: Readonly<Record<Kind, number>> = {
  silent: 35,
  wiped: 0,
  pressure: 60,
  unregistered: 0,
  off: 5,
  neighbour: 15,
  suspended: 5,
  clock: 0,
};

/** What has to be reported: everything that lasts long enough to be sure of, for one look more at either side. */
function expected(cache: FleetCache, faults: readonly Fault[], stepMs: number): Planted[] {
  return faults
    .filter(({ kind, fromMs, toMs }) => kind === "wiped" || toMs - fromMs > LASTS[kind] * MINUTE + 3 * stepMs)
    .map(({ kind, fromMs, toMs }) => ({
      rule: kind,
      server: cache.server,
      fromMs,
      toMs: kind === "wiped" ? fromMs + DAY : toMs,
    }));
}

/** Lives the year. */
export function liveYear(options: YearOptions): YearReport {
  const { caches: count, days, stepMinutes, seed } = options;
  const stepMs = stepMinutes * MINUTE;
  const toMs = START + days * DAY;
  const fleet: Fleet = planFleet({
    seed,
    caches: count,
    regions: 8,
    fromMs: START,
    toMs,
    zone: ZONE,
    incidentsPerMonth: 0.5,
  });
  const lives = fleet.caches.map((cache) => new Life(cache, faultsOf(cache, options)));
  // too short to be sure of: nothing is expected, and nothing may be wrong about a report of it
  const sure = lives
    .flatMap(({ cache, faults }) => expected(cache, faults, stepMs))
    .filter((fault) => fault.toMs <= toMs);
  const may = lives.flatMap(({ cache, faults }) =>
    faults.map(({ kind, fromMs, toMs: end }) => ({
      rule: kind,
      server: cache.server,
      fromMs,
      toMs: kind === "wiped" ? fromMs + DAY : end,
    })),
  );
  const settings = watchOptions.parse({});
  const alerts: Alerts = new Map();
  const notices: Notice[] = [];
  let next = 0;
  let lastMs: number | undefined;
  let looks = 0;
  for (let nowMs = START; nowMs < toMs; nowMs += stepMs) {
    const facts: CacheFacts[] = lives.map((life) => life.at(nowMs));
    const found = look(
      alerts,
      { caches: facts, own: undefined },
      {
        nowMs,
        lastMs,
        policy: policyFor(settings, { nowMs, timeZone: ZONE, alone: true }),
        ...circumstancesFor(settings, { nowMs, timeZone: ZONE }),
        name: () => `n${next++}`,
      },
    );
    notices.push(...found.notices);
    lastMs = nowMs;
    looks++;
  }
  const found = notices.flatMap((notice) => notice.alerts.map(({ server }) => ({ notice, server })));
  return { planted: sure, found, notices, looks, rows: scores(sure, may, found) };
}

/** The facts of one cache, moment after moment. Objects are made again only when something changes. */
class Life {
  readonly cache: FleetCache;
  readonly faults: readonly Fault[];
  #next = 0;
  #heardMs = START;
  #wiped: CacheFacts["wiped"];

  constructor(cache: FleetCache, faults: readonly Fault[]) {
    this.cache = cache;
    this.faults = faults;
  }

  at(nowMs: number): CacheFacts {
    let fault = this.faults[this.#next];
    while (fault !== undefined && nowMs >= fault.toMs) fault = this.faults[++this.#next];
    const kind = fault !== undefined && nowMs >= fault.fromMs ? fault.kind : undefined;
    if (kind !== "silent") this.#heardMs = kind === "clock" ? nowMs + 2 * HOUR : nowMs;
    if (kind === "wiped" && (this.#wiped?.timeMs ?? 0) < (fault?.fromMs ?? 0)) {
      this.#wiped = { timeMs: fault?.fromMs ?? nowMs, text: "it held 100 GB" };
    }
    // a fault shorter than a step is known from its event
    const passed = this.faults[this.#next - 1];
    if (passed?.kind === "wiped" && (this.#wiped?.timeMs ?? 0) < passed.fromMs) {
      this.#wiped = { timeMs: passed.fromMs, text: "it held 100 GB" };
    }
    const timeMs = Math.min(this.#heardMs, nowMs);
    return {
      server: this.cache.server,
      tags: this.cache.tags,
      heardMs: this.#heardMs,
      status: {
        timeMs,
        activated: kind !== "off",
        active: kind !== "off" && kind !== "suspended",
        registered: kind === "unregistered" ? -1 : 1,
        registrationError: undefined,
        usedBytes: 1e11,
        pressure: kind === "pressure" ? 0.9 : 0.1,
        lowSpace: false,
        diskExceeded: false,
      },
      neighbours: [{ address: "10.0.0.9", role: "peer", healthy: kind !== "neighbour" }],
      pass: { timeMs, up: true },
      rowMs: timeMs,
      wiped: this.#wiped,
      restarted: undefined,
      warming: { event: "run-end", timeMs, text: "", lastLineMs: timeMs, failed: 1 },
      today: { served: 2e10, fromApple: 4e9 },
      yesterday: { served: 2e10, fromApple: 4e9 },
      month: { served: 2e11, fromApple: 4e10 },
      evictedYoungBytes: 0,
    };
  }
}

function scores(sure: readonly Planted[], may: readonly Planted[], found: YearReport["found"]): Score[] {
  const rules = [...new Set([...sure.map(({ rule }) => rule), ...found.map(({ notice }) => notice.rule)])].sort();
  return rules.map((rule) => {
    const planted = sure.filter((each) => each.rule === rule);
    const of = (kind: Notice["kind"]) => found.filter(({ notice }) => notice.rule === rule && notice.kind === kind);
    const reported = of("firing");
    const recovered = of("recovered");
    const isOf = ({ server, fromMs, toMs }: Planted, hit: YearReport["found"][number]): boolean =>
      hit.server === server && hit.notice.atMs >= fromMs && hit.notice.atMs < toMs;
    const missed = planted.filter((fault) => reported.filter((hit) => isOf(fault, hit)).length !== 1);
    const causes = [...planted, ...may.filter((each) => each.rule === rule)];
    const wrong = reported.filter((hit) => !causes.some((fault) => isOf(fault, hit)));
    const delays = planted.flatMap((fault) =>
      reported.filter((hit) => isOf(fault, hit)).map(({ notice }) => (notice.atMs - fault.fromMs) / MINUTE),
    );
    return {
      rule,
      planted: planted.length,
      reported: reported.length,
      recovered: recovered.length,
      wrong: wrong.length,
      missed: missed.length,
      latestMinutes: Math.max(0, ...delays),
    };
  });
}
