/** The receiver after a crash at every point: a report that was acknowledged is there, and one that is sent again is there once. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Disk } from "../../core/disk.ts";
import { openReader, streamFolder } from "../../core/journal/journal.ts";
import { silentLog } from "../../core/log.ts";
import { DISK_MISTAKES, takesAnyAnswer, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { unsynced } from "../../core/testing/unsynced-disk.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { Intake } from "./intake.ts";
import { NO_SITES } from "./receiver.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");
const BODIES = [1, 2].map((minute) => {
  const at = new Date(NOW - 600_000 + minute * 60_000).toISOString();
  return reportBody({ reportDate: at, creationDate: at });
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lintake-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

async function open(stateDir: string, disk?: Disk): Promise<Intake> {
  const own = { stateDir, server: "head", tags: {}, sites: () => NO_SITES, log: silentLog, nowMs: () => NOW };
  return await Intake.open({ ...own, ...(disk === undefined ? {} : { disk }) });
}

/** Times of the counters that are in the journal. */
async function counted(stateDir: string): Promise<string[]> {
  let text = "";
  for await (const chunk of openReader(streamFolder(stateDir, "receiver"), "receiver").chunks(undefined)) text += chunk;
  return [...text.matchAll(/^bytestoclients,.* (\d+)$/gm)].map(([, time = ""]) => time);
}

async function tryAll(
  mutate: (disk: Disk) => Disk,
  { acknowledgeEarly = false, failing = false }: { acknowledgeEarly?: boolean; failing?: boolean } = {},
) {
  const stateDir = await mkdtemp(join(root, "state-"));
  const folder = streamFolder(stateDir, "receiver");
  await mkdir(folder, { recursive: true });
  const recorder = await recordingDisk(folder);
  const intake = await open(stateDir, mutate(recorder));
  const acknowledged: number[] = [];
  if (failing) recorder.failNextSync();
  for (const body of BODIES) {
    if (acknowledgeEarly) acknowledged.push(recorder.steps.length);
    expect(await intake.take(body).catch(async () => await intake.take(body))).toBe("taken");
    if (!acknowledgeEarly) acknowledged.push(recorder.steps.length);
  }
  await intake.close();
  const promisedAt = (taken: number) => acknowledged.filter((steps) => steps <= taken).length;
  return await tryCrashPoints({ disk: recorder, folder: "journal/receiver", promisedAt }, async (point) => {
    const { promised } = point;
    const before = await counted(point.stateDir);
    if (before.length < promised) return `${promised} reports were acknowledged, ${before.length} are there`;
    // a cache that heard no yes sends its report again, and one that heard it may do so as well
    const again = await open(point.stateDir, unsynced);
    for (const body of BODIES) await again.take(body);
    await again.close();
    const after = await counted(point.stateDir);
    return after.length === BODIES.length && new Set(after).size === BODIES.length
      ? undefined
      : `there are counters of ${after.join() || "no time"}`;
  });
}

it("has each report that was acknowledged, and each once however often it is sent", async () => {
  const { states, wrong } = await tryAll((disk) => disk);
  expect(wrong).toBeUndefined();
  expect(states).toBeGreaterThan(20);
});

it("has them when a sync fails and the next one does not", async () => {
  expect((await tryAll((disk) => disk, { failing: true })).wrong).toBeUndefined();
  expect((await tryAll(takesAnyAnswer, { failing: true })).wrong).toMatch(/acknowledged/);
});

it.each(Object.entries(DISK_MISTAKES))("a receiver that %s is noticed", async (_, mutate) => {
  expect((await tryAll(mutate)).wrong).toBeDefined();
});

it("a receiver that says yes before it has written is noticed", async () => {
  expect((await tryAll((disk) => disk, { acknowledgeEarly: true })).wrong).toMatch(/acknowledged/);
});
