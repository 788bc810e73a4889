/**
 * The facts of all caches of a journal: one pass over its last days, and sums from roll-ups.
 *
 * @module
 */
import { groupBy } from "../../core/group-by.ts";
import {
  periodStart,
  type Question,
  type ReadPoint,
  readPoint,
  type SavingsRow,
  savings,
} from "../../core/history/history.ts";
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import type { ParsedLine } from "../../core/line/line.ts";
import { bucketStart, bucketsBefore } from "../../core/time/local-days.ts";
import { CacheBook } from "./cache-book.ts";
import type { CacheFacts, TrafficFacts } from "./known.ts";

/** How far back lines are read: longer than a weekend with a day off, as rules about idle caches need. */
const DAYS_BACK = 8;

export interface FactsAsked {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** What is known of every cache that left a line of late. */
export function cacheFacts({ nowMs, timeZone }: FactsAsked): Question<CacheFacts[]> {
  const fromMs = bucketsBefore(nowMs, DAYS_BACK, { unit: "day", zone: timeZone });
  // lines of a clock that is ahead are taken too: a rule looks for them
  const toMs = nowMs + 366 * 86_400_000;
  const caches = new Map<string, CacheBook>();
  const monthMs = periodStart(nowMs, "month", timeZone);
  const days = bucketsBefore(nowMs, 1, { unit: "day", zone: timeZone });
  const sums = { fromMs: Math.min(monthMs, days), toMs: nowMs + 1, by: "day" as const, timeZone, groupBy: ["server"] };
  const traffic = savings(sums);
  const purged = { ...sums, measurement: "bytespurged", fields: ["bytes.purged.youngerthan1day"] };
  const wanted = (measurement: string, take: (book: CacheBook, point: ReadPoint) => void) => {
    const seen = new Map<string, CacheBook>();
    return {
      measurement,
      fromMs,
      toMs,
      streams: RAW_STREAMS,
      take: (line: ParsedLine) => take(bookOf(caches, seen, line), readPoint(line)),
    };
  };
  return {
    lines: [
      wanted("larder", (book, point) => book.takePass(point)),
      wanted("cachestatus", (book, point) => book.takeStatus(point)),
      wanted("cachereport", (book, point) => book.takeReport(point)),
      wanted("cachepeers", (book, point) => book.takeNeighbour(point)),
      wanted("bytestoclients", (book, point) => book.takeRow(point)),
      wanted("events", (book, point) => book.takeEvent(point)),
      wanted("precacherun", (book, point) => book.takeRun(point)),
      wanted("precacheasset", (book, point) => book.takeAsset(point)),
    ],
    sums: [...(traffic.sums ?? []), purged],
    answer: (found) => {
      const own = traffic.sums?.length ?? 0;
      const rows = traffic.answer({ sums: found.sums.slice(0, own), rows: [] });
      const young = found.sums[own] ?? [];
      const sumsOf = trafficOf(rows, { nowMs, timeZone, monthMs });
      return [...caches.values()].map((book) => {
        const evicted = young.find(
          ({ startMs, group }) => group["server"] === book.server && startMs === bucketStart(nowMs, "day", timeZone),
        );
        const bytes = evicted?.sums["bytes.purged.youngerthan1day"];
        return {
          ...plain(book),
          ...sumsOf(book.server),
          evictedYoungBytes: bytes === undefined ? undefined : Number(bytes),
        };
      });
    },
  };
}

function plain(book: CacheBook): Omit<CacheFacts, "today" | "yesterday" | "month" | "evictedYoungBytes"> {
  const { server, tags, heardMs, status, pass, rowMs, wiped, restarted, warming, neighbours } = book;
  return { server, tags, heardMs, status, pass, rowMs, wiped, restarted, warming, neighbours };
}

/** Tags that lines have beside those of their cache, and its name. */
const OF_LINES: ReadonlySet<string> = new Set(["server", "event", "peer", "role", "target", "group", "outcome"]);

function bookOf(caches: Map<string, CacheBook>, seen: Map<string, CacheBook>, line: ParsedLine): CacheBook {
  const known = seen.get(line.tagText);
  if (known !== undefined) return known;
  const { tags } = readPoint(line);
  const server = tags["server"] ?? "";
  const book = caches.get(server) ?? new CacheBook(server);
  // the tags that every point has are those of the cache
  if (line.measurement === "larder" || line.measurement === "cachestatus" || Object.keys(book.tags).length === 0) {
    book.tags = Object.fromEntries(Object.entries(tags).filter(([name]) => !OF_LINES.has(name)));
  }
  caches.set(server, book);
  seen.set(line.tagText, book);
  return book;
}

interface Calendar {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly monthMs: number;
}

function trafficOf(rows: readonly SavingsRow[], { nowMs, timeZone, monthMs }: Calendar) {
  const todayMs = bucketStart(nowMs, "day", timeZone);
  const yesterdayMs = bucketsBefore(nowMs, 1, { unit: "day", zone: timeZone });
  const byServer = groupBy(rows, ({ group }) => group["server"] ?? "");
  return (server: string) => {
    const own = byServer.get(server) ?? [];
    return {
      today: total(own.filter(({ startMs }) => startMs === todayMs)),
      yesterday: total(own.filter(({ startMs }) => startMs === yesterdayMs)),
      month: total(own.filter(({ startMs }) => startMs >= monthMs)),
    };
  };
}

function total(rows: readonly SavingsRow[]): TrafficFacts | undefined {
  if (rows.length === 0) return undefined;
  const sum = (pick: (row: SavingsRow) => number | bigint): number =>
    rows.reduce((all, row) => all + Number(pick(row)), 0);
  return { served: sum(({ served }) => served), fromApple: sum(({ fromApple }) => fromApple) };
}
