import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJournal } from "../../core/journal/journal.ts";
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

const startLine = (atMs: number, planned = ""): string =>
  `events,event=run-start,server=c title="Warming began"${planned} ${atMs}`;
const assetLine = (n: number, outcome: string, atMs: number, asked = 1000): string =>
  `precacheasset,group=iPad,outcome=${outcome},server=c,target=library bytes=1000i,bytes.asked=${asked}i,bytes.fromorigin=${asked * 0.8}i,seconds=2,url="https://updates.cdn-apple.com/${n}.zip?k=1" ${atMs}`;
const runLine = (atMs: number, asked: number, origin: number): string =>
  `precacherun,server=c,target=library planned=2i,warmed=2i,cached=0i,failed=0i,skipped=0i,bytes.planned=2000i,bytes.asked=${asked}i,bytes.fromorigin=${origin}i,seconds=3.5 ${atMs}`;

it("warmReport() counts a warmed file as used when it was asked for after its run, and only then", async () => {
  await write("precache", [
    assetLine(1, "warmed", 10_000_000),
    assetLine(2, "warmed", 10_000_001),
    assetLine(3, "failed", 10_000_000),
    assetLine(1, "warmed", 20_000_000),
    assetLine(2, "cached", 20_000_000, 0),
    runLine(10_010_000, 3000, 2400),
    runLine(20_010_000, 1000, 800),
  ]);
  const inventory = [
    { uri: "/1.zip?k=1", lastAskedMs: 20_000_500 },
    { uri: "/2.zip?k=1", lastAskedMs: 15_000_000 },
    { uri: "/3.zip?k=1", lastAskedMs: 15_000_000 },
    { uri: "/other", lastAskedMs: 15_000_000 },
  ];
  const report = await warmReport(state, { fromMs: 0, toMs: 50_000_000, timeZone: "UTC" }, inventory);
  expect(report).toMatchObject({
    bytesFromOrigin: 3200,
    warmedFiles: 2,
    warmedBytes: 2000,
    used: { files: 1, bytes: 1000 },
  });
  expect(report.runs.map(({ endedMs, seconds }) => [endedMs, seconds])).toEqual([
    [10_010_000, 3.5],
    [20_010_000, 3.5],
  ]);
  expect(report.servedFromCacheBytes).toBeUndefined();
  // our own next run asks for it: that does not count as use
  const looked = [{ uri: "/2.zip?k=1", lastAskedMs: 20_000_000 }];
  expect((await warmReport(state, { fromMs: 0, toMs: 50_000_000, timeZone: "UTC" }, looked)).used).toEqual({
    files: 0,
    bytes: 0,
  });
});

it("warmReport() takes warming's own share out of what was served from disk", async () => {
  await write("precache", [
    assetLine(1, "warmed", 1_050_000),
    assetLine(2, "failed", 1_060_000),
    runLine(1_100_000, 2000, 1600),
  ]);
  await write("collector", ["bytestoclients,server=c bytes.fromcache.toclients=5000i 1200000"]);
  const report = await warmReport(state, { fromMs: 0, toMs: 5_000_000, timeZone: "UTC" }, undefined);
  expect(report.servedFromCacheBytes).toBe(5000 - 400);
  expect(report.used).toBeUndefined();
  expect((await warmReport(state, { fromMs: 3_000_000, toMs: 5_000_000, timeZone: "UTC" }, undefined)).runs).toEqual(
    [],
  );
});

it("warmReport() counts what a killed run fetched, and shows the run as one that did not finish", async () => {
  await write("precache", [
    startLine(1_000_000),
    assetLine(1, "warmed", 1_010_000),
    runLine(1_020_000, 1000, 800),
    startLine(2_000_000),
    assetLine(2, "warmed", 2_010_000),
    assetLine(3, "cached", 2_011_000, 0),
    assetLine(4, "partial", 2_070_000, 500),
    startLine(3_000_000),
    assetLine(4, "warmed", 3_010_000),
    runLine(3_020_000, 1000, 800),
  ]);
  await write("collector", ["bytestoclients,server=c bytes.fromcache.toclients=5000i 1200000"]);
  const report = await warmReport(state, { fromMs: 0, toMs: 5_000_000, timeZone: "UTC" }, undefined);
  expect(report).toMatchObject({ bytesFromOrigin: 2800, warmedFiles: 3, warmedBytes: 3000 });
  expect(report.servedFromCacheBytes).toBe(5000 - 700);
  expect(report.runs.map(({ finished, endedMs, bytesFromOrigin }) => [finished, endedMs, bytesFromOrigin])).toEqual([
    [true, 1_020_000, 800],
    [false, 2_070_000, 1200],
    [true, 3_020_000, 800],
  ]);
  expect(report.runs[1]).toMatchObject({ planned: undefined, warmed: 1, cached: 1, failed: 0, seconds: 70 });
});

it("warmReport() keeps the effect of a day when a new run follows closely", async () => {
  const files = Array.from({ length: 10 }, (_, i) => i);
  const inventory = files.map((n) => ({ uri: `/${n}.zip?k=1`, lastAskedMs: 5_000_000 + n }));
  await write("precache", [
    startLine(1_000_000),
    ...files.map((n) => assetLine(n, "warmed", 1_010_000 + n)),
    runLine(1_020_000, 10_000, 8000),
  ]);
  const used = { files: 10, bytes: 10_000 };
  expect((await warmReport(state, { fromMs: 0, toMs: 9_000_000, timeZone: "UTC" }, inventory)).used).toEqual(used);
  // ten minutes later: it finds all but one there, and fetches that one once more
  await write("precache", [
    startLine(5_600_000),
    ...files.map((n) => assetLine(n, n === 3 ? "warmed" : "cached", 5_600_100 + n, n === 3 ? 1000 : 0)),
    runLine(5_700_000, 1000, 800),
  ]);
  expect((await warmReport(state, { fromMs: 0, toMs: 9_000_000, timeZone: "UTC" }, inventory)).used).toEqual(used);
  // a run that says how long it planned may have looked at what it found there in that time
  await write("precache", [startLine(6_000_000, ",planned.seconds=500"), assetLine(5, "cached", 6_000_001, 0)]);
  const planned = [{ uri: "/5.zip?k=1", lastAskedMs: 5_520_000 }];
  expect((await warmReport(state, { fromMs: 0, toMs: 9_000_000, timeZone: "UTC" }, planned)).used).toEqual({
    files: 0,
    bytes: 0,
  });
  // and where our own question is the last there was, nothing is claimed
  const asked = inventory.map(({ uri }, n) => ({ uri, lastAskedMs: n < 4 ? 5_600_100 : 5_000_000 }));
  expect((await warmReport(state, { fromMs: 0, toMs: 9_000_000, timeZone: "UTC" }, asked)).used).toEqual({
    files: 6,
    bytes: 6000,
  });
});
