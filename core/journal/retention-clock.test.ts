/**
 * Retention under clocks that are wrong: what is gone is gone, so nothing goes on the word of a clock.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJournal, streamFolder } from "./journal.ts";
import { ProvenTime } from "./proven-time.ts";
import { openReader } from "./reader.ts";
import { applyRetention, type RetentionReport } from "./retention.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.parse("2026-01-01T00:00:00Z");
const KEEP_DAYS = 30;

let stateDir: string;
let proven: ProvenTime;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "lclock-"));
  proven = new ProvenTime(streamFolder(stateDir, "collector"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

/** A pass as the collector makes it: a line at the time of the clock, and then retention. */
async function pass(clockMs: number): Promise<RetentionReport> {
  const journal = await openJournal(stateDir, "collector", { segmentBytes: 300, nowMs: () => clockMs });
  const span = { fromMs: clockMs, toMs: clockMs };
  await journal.append({ lines: `larder up=1i ${clockMs}\n`, lineCount: 1, span });
  await journal.close();
  return await applyRetention(streamFolder(stateDir, "collector"), {
    limits: { keepDays: KEEP_DAYS, keepBytes: 1e9 },
    needed: undefined,
    clock: { nowMs: clockMs, provenMs: async () => await proven.before(clockMs) },
  });
}

/** Two passes a day over some days. */
async function passes(fromDay: number, toDay: number): Promise<void> {
  for (let day = fromDay; day < toDay; day++) for (const hour of [6, 18]) await pass(T0 + day * DAY + hour * HOUR);
}

/** Days since T0 of the lines there are. */
async function keptDays(): Promise<number[]> {
  let text = "";
  for await (const chunk of openReader(streamFolder(stateDir, "collector"), "collector").chunks(undefined))
    text += chunk;
  return [...text.matchAll(/^larder up=1i (\d+)$/gm)].map((found) => Math.floor((Number(found[1]) - T0) / DAY));
}

it("removes nothing for a pass, or an evening, with the clock years ahead or behind", async () => {
  await passes(0, 20);
  const before = await keptDays();
  const report = await pass(Date.parse("2030-01-01T12:00:00Z"));
  expect(report.removedSegments).toBe(0);
  expect(report.heldBack).toBeGreaterThan(5);
  for (let hour = 13; hour < 20; hour++) await pass(Date.parse("2030-01-01T00:00:00Z") + hour * HOUR);
  await pass(Date.parse("1970-01-02T00:00:00Z"));
  expect((await keptDays()).filter((day) => day >= 0 && day < 20)).toEqual(before);
  await passes(20, 22);
  expect((await keptDays()).filter((day) => day >= 0 && day < 20)).toEqual(before);
});

it("goes on removing in due time after it: a time to come in a segment does not hold it for years", async () => {
  await passes(0, 20);
  await pass(Date.parse("2030-01-01T12:00:00Z"));
  await passes(20, 80);
  const kept = (await keptDays()).filter((day) => day < 100);
  expect(Math.max(...kept)).toBe(79);
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(79 - KEEP_DAYS - 9);
  expect(Math.min(...kept)).toBeLessThanOrEqual(79 - KEEP_DAYS);
});

it("removes what is old within a week after a machine was off for three months", async () => {
  await passes(0, 10);
  await passes(100, 102);
  expect(Math.min(...(await keptDays()))).toBe(0);
  await passes(102, 109);
  expect(Math.min(...(await keptDays()))).toBeGreaterThanOrEqual(9);
});
