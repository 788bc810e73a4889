/**
 * What a local day brought, beside the day before and the same day a week before.
 *
 * @module
 */
import {
  type Ask,
  type Clients,
  clients,
  groupClients,
  type TrafficRow,
  totalClients,
  totalSavings,
  traffic,
  type WarmingLines,
  warmingLines,
  warmingRuns,
} from "../../core/history/history.ts";
import { bucketsBefore, nextBucket } from "../../core/time/local-days.ts";
import { type PastAlert, pastQuestion } from "../inspect/inspect.ts";
import { fits, type Tags } from "../tags.ts";

/** Bytes of a day. */
export interface DayAmounts {
  readonly served: number;
  readonly saved: number;
  readonly fromApple: number;
  readonly fromPeers: number;
  readonly hitRatio: number | undefined;
}

export interface Named {
  readonly name: string;
  readonly clients: number;
  readonly requests: number;
}

export interface DayReport {
  readonly dayMs: number;
  readonly timeZone: string;
  /** Caches that served that day. */
  readonly caches: number;
  /** Undefined where nothing was recorded. */
  readonly day: DayAmounts | undefined;
  readonly dayBefore: DayAmounts | undefined;
  readonly weekBefore: DayAmounts | undefined;
  /** Undefined where no log was read. */
  readonly clients:
    | {
        readonly unique: number;
        readonly requests: number;
        readonly families: readonly Named[];
        readonly models: readonly Named[];
        readonly systems: readonly Named[];
        /** Without clients. */
        readonly kinds: readonly Named[];
      }
    | undefined;
  /** Undefined where nothing was warmed. */
  readonly warming:
    | {
        readonly runs: number;
        readonly unfinished: number;
        readonly warmed: number;
        readonly cached: number;
        readonly failed: number;
        readonly bytesFromOrigin: number;
      }
    | undefined;
  /** Began that day. */
  readonly began: readonly PastAlert[];
  /** Were over that day. */
  readonly recovered: readonly PastAlert[];
  /** Not over at its end. */
  readonly open: readonly PastAlert[];
}

export interface DayAsked {
  /** Beginning of the day. */
  readonly dayMs: number;
  readonly timeZone: string;
  /** Of caches with these tags alone. */
  readonly tags: Tags;
}

/** Alerts that began longer ago than this are reminded of, and not in a daily report. */
const OPEN_DAYS = 30;

/** Reads all of it in one pass. @throws LarderError `JOURNAL_READ` */
export async function readDay(ask: Ask, { dayMs, timeZone, tags }: DayAsked): Promise<DayReport> {
  const zone = { unit: "day", zone: timeZone } as const;
  const endMs = nextBucket(dayMs, "day", timeZone);
  const [yesterdayMs, weekMs] = [bucketsBefore(dayMs, 1, zone), bucketsBefore(dayMs, 7, zone)];
  const day = { fromMs: dayMs, toMs: endMs };
  const [rows, asked, warmed, past] = await ask([
    traffic({ fromMs: weekMs, toMs: endMs, by: "day", timeZone, tags, groupBy: ["server"] }),
    clients({ ...day, by: "all", timeZone, tags }),
    warmingLines(day),
    pastQuestion({ fromMs: bucketsBefore(dayMs, OPEN_DAYS, zone), toMs: endMs }),
  ]);
  const of = (startMs: number): TrafficRow[] => rows.filter((row) => row.startMs === startMs);
  const alerts = past.filter((alert) => fits(tags, alert.tags));
  return {
    dayMs,
    timeZone,
    caches: new Set(of(dayMs).map(({ group }) => group["server"])).size,
    day: amountsOf(of(dayMs)),
    dayBefore: amountsOf(of(yesterdayMs)),
    weekBefore: amountsOf(of(weekMs)),
    clients: clientsOf(asked),
    warming: warmingOf(warmed),
    began: alerts.filter(({ firedMs = 0 }) => firedMs >= dayMs),
    recovered: alerts.filter(({ overMs = 0 }) => overMs >= dayMs),
    open: alerts.filter(({ overMs }) => overMs === undefined),
  };
}

function amountsOf(rows: readonly TrafficRow[]): DayAmounts | undefined {
  if (rows.length === 0) return undefined;
  const { served, saved, fromApple, hitRatio } = totalSavings(rows);
  const fromPeers = rows.reduce((sum, { sources }) => sum + Number(sources.peers) + Number(sources.parents), 0);
  return { served: Number(served), saved: Number(saved), fromApple: Number(fromApple), fromPeers, hitRatio };
}

function clientsOf({ bySystem, byModel, byKind }: Clients): DayReport["clients"] {
  if (bySystem.length === 0) return undefined;
  const total = totalClients(bySystem);
  const named = (rows: Clients["byKind"], by: (row: Clients["byKind"][number]) => string | undefined): Named[] =>
    groupClients(rows, (row) => by(row) ?? "").map(({ name, clients: count, requests }) => ({
      name,
      clients: Number(count),
      requests: Number(requests),
    }));
  return {
    unique: Number(total.clients),
    requests: Number(total.requests),
    families: named(bySystem, ({ family }) => family),
    models: named(byModel, ({ model }) => model),
    systems: named(bySystem, ({ os }) => os),
    kinds: named(byKind, ({ kind }) => kind),
  };
}

function warmingOf(lines: WarmingLines): DayReport["warming"] {
  const runs = warmingRuns(lines);
  if (runs.length === 0) return undefined;
  const sum = (pick: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((total, run) => total + pick(run), 0);
  return {
    runs: runs.length,
    unfinished: runs.filter(({ finished }) => !finished).length,
    warmed: sum(({ warmed }) => warmed),
    cached: sum(({ cached }) => cached),
    failed: sum(({ failed }) => failed),
    bytesFromOrigin: sum(({ bytesFromOrigin }) => bytesFromOrigin),
  };
}
