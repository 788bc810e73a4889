/**
 * Caches of a school whose day is minutes of lessons and whose nights are quiet: one with its database and status on the
 * computer that watches, and one far away that only reports. Each writes into the book what it has counted.
 *
 * @module
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COUNTED, Counters } from "../../fixtures/content-cache/counters.ts";
import { type CountedRow, managementReport } from "../../fixtures/content-cache/management-report.ts";
import { type MetricsDb, openMetricsDb } from "../../fixtures/content-cache/metrics-db.ts";
import { statusText } from "../../fixtures/content-cache/status-text.ts";
import { wallMs } from "../../fixtures/fleet/wall-clock.ts";
import type { ReportJson } from "../../fixtures/reports/reports.ts";
import type { Dice } from "../histories/dice.ts";
import type { Book } from "../torture/book.ts";

const MINUTE_MS = 60_000;
/** A report goes out as soon as its row is written: two of the same time would be one. */
const SENT_AFTER_MS = 1000;

export interface SchoolCacheSetup {
  readonly server: string;
  readonly guid: string;
  readonly book: Book;
  readonly dice: Dice;
  /** How likely a row ends at an instant. */
  readonly busyShare: (ms: number) => number;
  readonly startMs: number;
  /** Of a row. */
  readonly rowMinutes: number;
  /** Where its database and its status are; none for one that only reports. */
  readonly folder?: string;
}

export class SchoolCache {
  readonly #setup: SchoolCacheSetup;
  readonly #database: MetricsDb | undefined;
  readonly #counters = new Counters();
  #newest: CountedRow | undefined;
  #unreported: CountedRow[] = [];
  /** Rows it has written. */
  rows = 0;

  private constructor(setup: SchoolCacheSetup, database: MetricsDb | undefined) {
    this.#setup = setup;
    this.#database = database;
  }

  static async open(setup: SchoolCacheSetup): Promise<SchoolCache> {
    const { folder } = setup;
    return new SchoolCache(setup, folder === undefined ? undefined : await openMetricsDb(metricsPathOf(folder)));
  }

  /** Writes the rows of the minutes up to an instant, and the status of that instant. */
  work(fromMs: number, toMs: number): void {
    const { book, dice, busyShare, server, folder, rowMinutes } = this.#setup;
    const rows: CountedRow[] = [];
    const stepMs = rowMinutes * MINUTE_MS;
    for (let end = (Math.floor(fromMs / stepMs) + 1) * stepMs; end <= toMs; end += stepMs) {
      if (dice.next() >= busyShare(end)) continue;
      for (const column of COUNTED)
        if (dice.next() < 0.3) this.#counters.add(column, 1 + Math.floor(dice.next() * 1e6));
      const delta = this.#counters.take();
      if (delta !== undefined) rows.push({ timeMs: end, periodSeconds: rowMinutes * 60, delta });
    }
    for (const row of rows) book.write(server, row);
    this.rows += rows.length;
    this.#unreported.push(...rows);
    this.#newest = rows.at(-1) ?? this.#newest;
    if (rows.length > 0) this.#database?.appendAll(rows);
    if (folder !== undefined) this.#writeStatus(statusPathOf(folder));
  }

  /** The reports it has sent since the last time, one for each row; of an idle cache one, with the counters of its last row. */
  reports(nowMs: number): ReportJson[] {
    const rows = this.#unreported;
    this.#unreported = [];
    return rows.length === 0 ? [this.report(nowMs)] : rows.map((row) => this.report(row.timeMs + SENT_AFTER_MS, row));
  }

  /** The report it sends at an instant. @param row whose counters it has; the newest by default */
  report(nowMs: number, row = this.#newest): ReportJson {
    const { guid, server } = this.#setup;
    const state = { active: true, usedBytes: 5e9, limitBytes: 5e10, heldBytes: [5e9] };
    return managementReport(
      {
        ...{ ...state, guid, hostname: `${server}.local`, port: 49_000, row },
        ...{ clients: ["10.0.0.9"], connected: 1 },
      },
      nowMs,
    );
  }

  close(): void {
    this.#database?.close();
  }

  /** Whole, as a command prints it. */
  #writeStatus(path: string): void {
    const { guid, startMs } = this.#setup;
    const room = { active: true, usedBytes: 5e9, limitBytes: 5e10 };
    const state = { guid, startedMs: startMs, port: 49_000, counters: this.#counters };
    writeFileSync(`${path}.new`, statusText({ ...state, ...room }));
    renameSync(`${path}.new`, path);
  }
}

export function metricsPathOf(folder: string): string {
  return join(folder, "Metrics", "Metrics.db");
}

export function statusPathOf(folder: string): string {
  return join(folder, "status.json");
}

/**
 * How likely a minute has something in it: lessons always, school nights never, and a little all through a weekend, in which
 * clocks are changed and this New Year falls.
 */
export function schoolShare(ms: number, zone: string): number {
  const local = new Date(wallMs(ms, zone));
  const minutes = local.getUTCHours() * 60 + local.getUTCMinutes();
  const weekday = local.getUTCDay();
  const lessons = minutes >= 7 * 60 + 30 && minutes < 16 * 60 + 30;
  if (weekday >= 1 && weekday <= 5 && lessons) return 1;
  const evening = weekday === 5 && minutes >= 16 * 60;
  return weekday === 0 || weekday === 6 || evening ? 0.02 : 0;
}
