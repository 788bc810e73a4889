/**
 * The books of a warming run after a crash at every point of it: what was reported as warmed is known to the next run, which
 * fetches the rest, and each file is counted once.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Disk } from "../../core/disk.ts";
import { readLines } from "../../core/history/history.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { DISK_MISTAKES, takesAnyAnswer, tryCrashPoints } from "../../core/testing/crash-points.ts";
import { recordingDisk } from "../../core/testing/recording-disk.ts";
import { THOROUGH } from "../../core/testing/runs.ts";
import { unsynced } from "../../core/testing/unsynced-disk.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { DeliveryBook, readJournal } from "../presence/presence.ts";
import type { WarmEvent } from "../warm/events.ts";
import { RunJournal } from "./run-journal.ts";

const target = { name: "library", url: "http://10.0.0.2:49152", role: "cache" } as const;
const URLS = ["a", "b", "c", "d"].map((name) => `https://updates.cdn-apple.com/${name}.zip`);
const NOW = 5000;
/** A segment of the journal holds two or three commits. */
const SEGMENT_BYTES = 700;
const cost = { bytesAsked: 1500, bytesFromOrigin: 900, seconds: 2 };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lrun-"));
});
afterAll(async () => await rm(root, { recursive: true, force: true }));

function warmed(url: string): WarmEvent {
  const item = { asset: anAsset(url, { sizeBytes: 1000 }), devices: 1, why: "full", decision: "warm" } as const;
  const facts = { atMs: NOW + URLS.indexOf(url), target, item, sizeBytes: 1000, attempts: 1 };
  return {
    ...{ type: "asset-end", outcome: "warmed", ...facts, ...cost, sinceLastLine: cost },
    ...{ reason: undefined, code: undefined },
  };
}

/** What a run has reported: a file by its address, or that the cache tells what it holds. */
type Report = (what: string) => void;

/** One run: what the books have not is fetched, and written down before it is reported. */
async function run(stateDir: string, disk: Disk, report: Report): Promise<void> {
  const journal = await openJournal(stateDir, "precache", { disk, segmentBytes: SEGMENT_BYTES, nowMs: () => NOW });
  try {
    const book = new DeliveryBook();
    await readJournal(book, stateDir, NOW);
    const books = new RunJournal(journal, { server: "c1" }, book);
    for (const [i, url] of URLS.entries()) {
      if (books.find("library", url) === undefined) await commit(books, url);
      report(url);
      if (i === 1) {
        await Promise.all([books.noteTells("library"), books.flush()]);
        report("tells");
      }
    }
  } finally {
    await journal.close();
  }
}

async function commit(books: RunJournal, url: string): Promise<void> {
  const committed = books.record(warmed(url));
  await Promise.all([committed, books.flush()]);
}

/** Numbers below one; of many, one in the middle. */
function someOf(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return THOROUGH ? all : all.slice(count >> 1).slice(0, 1);
}

interface Failing {
  readonly sync?: number;
  readonly folderSync?: number;
}

/** Crashes a run everywhere; one that cannot write is followed by another. */
async function tryRun(mutate: (disk: Disk) => Disk, failing: Failing = {}) {
  const stateDir = await mkdtemp(join(root, "state-"));
  const folder = streamFolder(stateDir, "precache");
  await mkdir(folder, { recursive: true });
  const recorder = await recordingDisk(folder);
  if (failing.sync !== undefined) recorder.failNextSync(failing.sync);
  if (failing.folderSync !== undefined) recorder.failNextFolderSync(failing.folderSync);
  const reported: { readonly what: string; readonly steps: number }[] = [];
  const report: Report = (what) => void reported.push({ what, steps: recorder.steps.length });
  const disk = mutate(recorder);
  await run(stateDir, disk, report).catch(async () => await run(stateDir, disk, report));
  const promisedAt = (steps: number): string[] =>
    reported.filter((each) => each.steps <= steps).map(({ what }) => what);
  const found = await tryCrashPoints({ disk: recorder, folder: "journal/precache", promisedAt }, wrongWith);
  return { ...found, syncs: recorder.syncs, folderSyncs: recorder.folderSyncs };
}

async function wrongWith(point: { readonly stateDir: string; readonly promised: readonly string[] }) {
  const { stateDir, promised } = point;
  const book = new DeliveryBook();
  await readJournal(book, stateDir, NOW);
  const lost = promised.filter((what) =>
    what === "tells" ? !book.tells("library") : book.find("library", what) === undefined,
  );
  if (lost.length > 0) return `the next run does not know of ${lost.join()}`;
  await run(stateDir, unsynced, () => undefined);
  const counted: Record<string, number> = {};
  const all = { measurement: "precacheasset", fromMs: 0, toMs: 2 * NOW, streams: ["precache"] as const };
  for await (const line of readLines(stateDir, all)) {
    const url = /url="([^"]+)"/.exec(line)?.[1] ?? line;
    counted[url] = (counted[url] ?? 0) + 1;
  }
  const once = Object.fromEntries(URLS.map((url) => [url, 1]));
  return JSON.stringify(counted) === JSON.stringify(once) ? undefined : `counted are ${JSON.stringify(counted)}`;
}

describe("a warming run", () => {
  it("is known to the next one wherever it crashes, each file once", async () => {
    const { states, wrong, folderSyncs } = await tryRun((disk) => disk);
    expect(wrong).toBeUndefined();
    expect(states).toBeGreaterThan(20);
    // it goes over segments
    expect(folderSyncs).toBeGreaterThan(1);
  });

  it("is so when any sync of a file or of the folder fails, and the next one does not", async () => {
    const { syncs, folderSyncs } = await tryRun((disk) => disk);
    for (const sync of someOf(syncs)) {
      expect((await tryRun((disk) => disk, { sync })).wrong, `sync ${sync}`).toBeUndefined();
      expect((await tryRun(takesAnyAnswer, { sync })).wrong, `sync ${sync}`).toBeDefined();
    }
    for (const folderSync of someOf(folderSyncs))
      expect((await tryRun((disk) => disk, { folderSync })).wrong, `folder ${folderSync}`).toBeUndefined();
  });

  it.each(Object.entries(DISK_MISTAKES))("that %s is noticed", async (_, mutate) => {
    expect((await tryRun(mutate)).wrong).toBeDefined();
  });
});
