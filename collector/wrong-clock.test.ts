/**
 * One pass with the clock years ahead: nothing goes, and the next pass with the right clock is as if it had not been.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { queryHistory, readLines } from "../core/history/history.ts";
import { openJournal } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { cacheRows, planFleet, writeMetricsDb } from "../fixtures/fleet/index.ts";
import { createCollector } from "./collector.ts";
import { collectorOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-clock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FROM = Date.parse("2026-03-01T00:00:00Z");
const DAYS = 12;
const fleet = planFleet({
  seed: 5,
  caches: 1,
  regions: 1,
  fromMs: FROM,
  toMs: FROM + DAYS * DAY,
  zone: "UTC",
  intervalSeconds: 3600,
  incidentsPerMonth: 0,
});
const [cache] = fleet.caches;
const rows = [...cacheRows(fleet, cache!)];
const stateDir = join(folder, "state");
const path = join(folder, "Metrics.db");

async function pass(nowMs: number): Promise<void> {
  await writeMetricsDb(
    path,
    rows.filter(({ timeMs }) => timeMs <= nowMs),
  );
  const settings = collectorOptions.parse({ sources: { metricsDb: { path } }, journal: { keepDays: 30 } });
  const collector = await createCollector({
    settings: { ...settings, server: cache!.server, stateDir, timezone: "UTC" },
    log: silentLog,
    signal: new AbortController().signal,
    nowMs: () => nowMs,
  });
  try {
    await collector.pass();
  } finally {
    await collector.close();
  }
}

/** A day of a journal is a segment here. */
async function beginSegment(nowMs: number): Promise<void> {
  for (const stream of ["collector", "rollup"] as const) {
    const journal = await openJournal(stateDir, stream, { segmentBytes: 1, nowMs: () => nowMs });
    await journal.append({ lines: "", lineCount: 0, span: undefined });
    await journal.close();
  }
}

async function served(): Promise<number> {
  const query = { measurement: "bytestoclients", fromMs: 0, toMs: 4e12, by: "all", timeZone: "UTC" } as const;
  const [row] = await queryHistory(stateDir, query);
  return Number(row?.sums["bytes.fromcache.toclients"] ?? 0);
}

/** Closed days as last written. */
async function days(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const line of readLines(stateDir, {
    measurement: "bytestoclients_1d",
    fromMs: 0,
    toMs: 4e12,
    streams: ["rollup"],
  })) {
    found.set(line.slice(line.lastIndexOf(" ")), line);
  }
  return found;
}

it("removes nothing, and no sum changes", async () => {
  for (let day = 1; day <= DAYS; day++) {
    await pass(FROM + day * DAY + HOUR);
    await beginSegment(FROM + day * DAY + HOUR);
  }
  const before = { served: await served(), days: await days() };
  expect(before.days.size).toBe(DAYS);
  await pass(Date.parse("2030-01-01T12:00:00Z"));
  expect(await served()).toBe(before.served);
  await pass(FROM + DAYS * DAY + 2 * HOUR);
  expect(await served()).toBe(before.served);
  expect(await days()).toEqual(before.days);
}, 60_000);
