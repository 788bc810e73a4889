import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJournal } from "../core/journal/journal.ts";
import { warmReport } from "./warm-report.ts";

let state = "";
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "larder-report-"));
});
afterEach(async () => {
  await rm(state, { recursive: true, force: true });
});

async function write(stream: "precache" | "collector", lines: readonly string[]): Promise<void> {
  const journal = await openJournal(state, stream);
  const span = { fromMs: 0, toMs: 100_000_000 };
  await journal.append({ lines: lines.map((line) => `${line}\n`).join(""), lineCount: lines.length, span });
  await journal.close();
}

const assetLine = (n: number, outcome: string, atMs: number): string =>
  `precacheasset,group=iPad,outcome=${outcome},server=c,target=library bytes=1000i,bytes.asked=1000i,bytes.fromorigin=800i,url="https://updates.cdn-apple.com/${n}.zip?k=1" ${atMs}`;
const runLine = (atMs: number, asked: number, origin: number): string =>
  `precacherun,server=c,target=library planned=2i,warmed=2i,cached=0i,failed=0i,skipped=0i,bytes.planned=2000i,bytes.asked=${asked}i,bytes.fromorigin=${origin}i,seconds=3.5 ${atMs}`;

it("warmReport() counts a warmed file as used when it was asked for after its run, and only then", async () => {
  await write("precache", [
    assetLine(1, "warmed", 10_000_000),
    assetLine(2, "warmed", 10_000_001),
    assetLine(3, "failed", 10_000_000),
    assetLine(1, "warmed", 20_000_000),
    runLine(10_010_000, 2000, 1600),
    runLine(20_010_000, 1000, 0),
  ]);
  const inventory = [
    { uri: "/1.zip?k=1", lastAskedMs: 20_000_500 },
    { uri: "/2.zip?k=1", lastAskedMs: 15_000_000 },
    { uri: "/3.zip?k=1", lastAskedMs: 15_000_000 },
    { uri: "/other", lastAskedMs: 15_000_000 },
  ];
  const report = await warmReport(state, 0, 50_000_000, "UTC", inventory);
  expect(report).toMatchObject({
    bytesFromOrigin: 1600,
    warmedFiles: 2,
    warmedBytes: 2000,
    used: { files: 1, bytes: 1000 },
  });
  expect(report.runs.map(({ endedMs, seconds }) => [endedMs, seconds])).toEqual([
    [10_010_000, 3.5],
    [20_010_000, 3.5],
  ]);
  expect(report.servedFromCacheBytes).toBeUndefined();
  // our own next run looks at every file: that is no use of it
  const looked = [{ uri: "/2.zip?k=1", lastAskedMs: 20_000_000 }];
  expect((await warmReport(state, 0, 50_000_000, "UTC", looked)).used).toEqual({ files: 0, bytes: 0 });
});

it("warmReport() takes warming's own share out of what was served from disk", async () => {
  await write("precache", [runLine(1_100_000, 2000, 1600)]);
  await write("collector", ["bytestoclients,server=c bytes.fromcache.toclients=5000i 1200000"]);
  const report = await warmReport(state, 0, 5_000_000, "UTC", undefined);
  expect(report.servedFromCacheBytes).toBe(5000 - 400);
  expect(report.used).toBeUndefined();
  expect((await warmReport(state, 3_000_000, 5_000_000, "UTC", undefined)).runs).toEqual([]);
});
