/**
 * The report the demo leaves: of its weeks, as a page.
 *
 * @module
 */
import { join } from "node:path";
import { FOR_ALL, writeAtomically } from "../../../core/files.ts";
import { bucketStart } from "../../../core/time/local-days.ts";
import { makeJournalReport, page, periodOf, type Report, wordsOf } from "../../../report/index.ts";

export interface DemoReport {
  readonly path: string;
  /** The last day of it. */
  readonly today: Report["total"];
}

/** What of the settings it needs. */
interface Where {
  readonly stateDir: string;
  readonly timezone: string;
}

const DAYS = 28;

/** Writes `larder-demo-report.html` into a folder. */
export async function makeDemoReport({ stateDir, timezone }: Where, folder: string): Promise<DemoReport> {
  const nowMs = Date.now();
  const report = await makeJournalReport(stateDir, {
    madeMs: nowMs,
    timeZone: timezone,
    period: periodOf({ fromMs: nowMs - DAYS * 86_400_000, toMs: nowMs + 1 }, timezone),
    by: "day",
    organisation: "larder demo",
    logo: undefined,
    filter: {},
    groupBy: "site_name",
    worth: { currency: "EUR", pricePerGB: undefined, lineMbits: 100 },
  });
  const path = join(folder, "larder-demo-report.html");
  await writeAtomically(path, await page(report, wordsOf("en")), { mode: FOR_ALL });
  const day = report.buckets.find(({ startMs }) => startMs === bucketStart(nowMs, "day", timezone));
  if (day === undefined) throw new Error("the report of the demo has no day of today");
  return { path, today: day };
}
