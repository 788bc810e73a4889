/**
 * The facts of one cache of a simulated year, moment after moment.
 *
 * @module
 */
import { type FleetCache, wallDayStart, wallMs } from "../../fixtures/fleet/index.ts";
import type { CacheFacts, StatusFacts, TrafficFacts, WarmingFacts } from "../facts/facts.ts";
import { DAY, type Fault, HOUR, isHoliday, isWeekend, type Kind, sleeps, ZONE } from "./year-faults.ts";

/** What all caches share at a moment. */
export interface Hour {
  readonly nowMs: number;
  readonly isAwake: boolean;
  /** The last moment at which Macs that sleep were awake. */
  readonly awakeMs: number;
  /** The last moment at which anybody asked. */
  readonly askedMs: number;
  readonly today: TrafficFacts;
  readonly yesterday: TrafficFacts;
  readonly todayMs: number;
  readonly yesterdayMs: number;
  /** The last night's run. */
  readonly runMs: number;
}

const BUSY: TrafficFacts = { served: 2e10, fromApple: 4e9 };
const EMPTY: TrafficFacts = { served: 0, fromApple: 0 };
const MONTH: TrafficFacts = { served: 2e11, fromApple: 4e10 };
const DAYS: Partial<Record<Kind, TrafficFacts>> = {
  "hit-ratio": { served: 2e10, fromApple: 1.8e10 },
  "not-caching": { served: 2e10, fromApple: 2e10 },
  "wan-day": { served: 4e11, fromApple: 1.2e11 },
};

/** One for each moment, by all caches. */
export class Calendar {
  #awakeMs = 0;
  #askedMs = 0;

  at(nowMs: number): Hour {
    const todayMs = wallDayStart(nowMs, ZONE);
    const yesterdayMs = wallDayStart(todayMs - HOUR, ZONE);
    const hour = (wallMs(nowMs, ZONE) % DAY) / HOUR;
    const isSchool = !isHoliday(nowMs) && !isWeekend(nowMs);
    const isAwake = !isHoliday(nowMs) && hour >= 6 && hour < 20;
    if (isAwake || this.#awakeMs === 0) this.#awakeMs = nowMs;
    if ((isSchool && hour >= 8 && hour < 16) || this.#askedMs === 0) this.#askedMs = nowMs;
    const wasSchool = !isHoliday(yesterdayMs) && !isWeekend(yesterdayMs);
    return {
      ...{ nowMs, isAwake, awakeMs: this.#awakeMs, askedMs: this.#askedMs, todayMs, yesterdayMs },
      ...{ today: isSchool ? BUSY : EMPTY, yesterday: wasSchool ? BUSY : EMPTY },
      runMs: (hour >= 3 ? todayMs : yesterdayMs) + 3 * HOUR,
    };
  }
}

const WELL: Omit<StatusFacts, "timeMs"> = {
  ...{ activated: true, active: true, registered: 1, registrationError: undefined, state: "serving", usedBytes: 1e11 },
  ...{ pressure: 0.1, lowSpace: false, diskExceeded: false },
};
const STATUS: Partial<Record<Kind, Omit<StatusFacts, "timeMs">>> = {
  off: { ...WELL, activated: false, active: false },
  suspended: { ...WELL, active: false },
  reset: { ...WELL, active: false },
  unregistered: { ...WELL, registered: -1, active: false },
  // Apple says LOWSPACE beside it: the graver speaks
  pressure: { ...WELL, pressure: 0.9, lowSpace: true },
  disk: { ...WELL, lowSpace: true },
};
const [HEALTHY = [], DEAD = []] = [true, false].map((healthy) => [{ address: "10.0.0.9", role: "peer", healthy }]);

/** One object for the whole year: a look keeps nothing of it. */
export class Life implements CacheFacts {
  readonly cache: FleetCache;
  readonly faults: readonly Fault[];
  readonly server: string;
  readonly tags: CacheFacts["tags"];
  news = 0;
  heardMs: number | undefined = undefined;
  readonly status: { -readonly [Name in keyof StatusFacts]: StatusFacts[Name] } = { timeMs: 0, ...WELL };
  neighbours = HEALTHY;
  readonly pass = { timeMs: 0, up: true };
  rowMs = 0;
  wiped: CacheFacts["wiped"];
  restarted: CacheFacts["restarted"];
  warming: WarmingFacts | undefined;
  today = EMPTY;
  yesterday = EMPTY;
  readonly month = MONTH;
  evictedYoungBytes = 0;
  readonly #sleeps: boolean;
  #next = 0;
  #kind: Kind | undefined;

  constructor(cache: FleetCache, faults: readonly Fault[]) {
    this.cache = cache;
    this.faults = faults;
    this.server = cache.server;
    this.tags = cache.tags;
    this.#sleeps = sleeps(cache);
  }

  /** Goes on to a moment. */
  move(hour: Hour): void {
    const { nowMs } = hour;
    let fault = this.faults[this.#next];
    while (fault !== undefined && nowMs >= fault.toMs) {
      this.#happen(fault);
      fault = this.faults[++this.#next];
    }
    const kind = fault !== undefined && nowMs >= fault.fromMs ? fault.kind : undefined;
    if (kind !== this.#kind) this.#change(kind, fault);
    this.#hear(hour, kind);
    if (kind !== "idle" && kind !== "silent") this.rowMs = Math.max(this.rowMs, hour.askedMs);
    if (this.warming?.timeMs !== hour.runMs && kind !== "warming-missed") this.#warm(hour.runMs, kind);
    this.#traffic((kind === "wan-day" ? DAYS[kind] : undefined) ?? hour.today, yesterdayOf(fault, hour));
  }

  #traffic(today: TrafficFacts, yesterday: TrafficFacts): void {
    if (today === this.today && yesterday === this.yesterday) return;
    this.news++;
    this.today = today;
    this.yesterday = yesterday;
  }

  #warm(runMs: number, kind: Kind | undefined): void {
    this.news++;
    const known = this.warming?.runsMs ?? [];
    const runsMs = known.at(-1) === runMs ? known : [...known, runMs].slice(-8);
    this.warming = { ...runOf(runMs, kind), runsMs };
  }

  #hear({ nowMs, isAwake, awakeMs }: Hour, kind: Kind | undefined): void {
    if (kind === "silent") this.heardMs ??= nowMs;
    else if (isAwake || !this.#sleeps) this.heardMs = kind === "clock" ? nowMs + 2 * HOUR : nowMs;
    else this.heardMs = Math.max(this.heardMs ?? nowMs, awakeMs);
    this.status.timeMs = Math.min(this.heardMs, nowMs);
    this.pass.timeMs = this.status.timeMs;
  }

  #change(kind: Kind | undefined, fault: Fault | undefined): void {
    this.#kind = kind;
    this.news++;
    const { timeMs } = this.status;
    Object.assign(this.status, (kind && STATUS[kind]) ?? WELL, { timeMs });
    this.pass.up = kind !== "source";
    this.neighbours = kind === "neighbour" ? DEAD : HEALTHY;
    this.evictedYoungBytes = kind === "evicted-young" ? 2e10 : 0;
    if (this.warming !== undefined) this.#warm(this.warming.timeMs, kind);
    if (kind !== undefined && fault !== undefined) this.#happen(fault);
  }

  /** What leaves an event. */
  #happen({ kind, fromMs }: Fault): void {
    this.news++;
    if (kind === "wiped") this.wiped = { timeMs: fromMs, text: "it held 100 GB" };
    if (kind === "reset") this.restarted = { timeMs: fromMs, text: "" };
  }
}

/** Of a ratio the day after speaks. */
function yesterdayOf(fault: Fault | undefined, { yesterday, yesterdayMs }: Hour): TrafficFacts {
  if (fault === undefined || fault.kind === "wan-day" || yesterdayMs !== fault.fromMs) return yesterday;
  return DAYS[fault.kind] ?? yesterday;
}

function runOf(timeMs: number, kind: Kind | undefined): Omit<WarmingFacts, "runsMs"> {
  const event = kind === "warming-skipped" ? "run-skipped" : kind === "warming-late" ? "run-start" : "run-end";
  return { event, timeMs, text: "", lastLineMs: undefined, failed: kind === "warming-failed" ? 9 : 0, skipped: 0 };
}
