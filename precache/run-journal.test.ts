import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal, streamFolder } from "../core/journal/journal.ts";
import { fieldSchema, measurementSchema } from "../core/schema.ts";
import { anAsset } from "../fixtures/assets.ts";
import type { CacheTarget, PlannedAsset } from "./asset.ts";
import { type LineJournal, RunJournal } from "./run-journal.ts";
import { RunPoints } from "./run-points.ts";
import type { AssetEnd, RunEnd, RunStart, WarmSums } from "./warm-events.ts";

const target: CacheTarget = { name: "library", url: "http://10.0.0.2:49152", role: "cache" };
const asset = anAsset("https://updates.cdn-apple.com/a b.zip", {
  group: "iPad",
  title: "iPadOS 26.1",
  sizeBytes: 1000,
  version: "26.1",
  build: "23B85",
  models: ["iPad6,8"],
});
const item: PlannedAsset = { asset, devices: 12, why: "full, no delta", decision: "warm" };
const end: AssetEnd = {
  type: "asset-end",
  atMs: 5000,
  target,
  item,
  outcome: "warmed",
  sizeBytes: 1000,
  bytesAsked: 1500,
  bytesFromOrigin: 900,
  seconds: 2,
  attempts: 2,
  reason: undefined,
  code: undefined,
};
const sums: WarmSums = {
  planned: 3,
  warmed: 3,
  cached: 0,
  failed: 0,
  skipped: 0,
  bytesPlanned: 3000,
  bytesAsked: 4500,
  bytesFromOrigin: 2700,
};
const start: RunStart = { type: "run-start", atMs: 1000, targets: [target], planned: 3, plannedBytes: 3000 };
const runEnd: RunEnd = {
  type: "run-end",
  atMs: 6000,
  summary: { ...sums, startedMs: 1000, seconds: 5, ended: "done", targets: [{ ...sums, target, dead: undefined }] },
};
const events = [start, end, end, end, runEnd];

describe("RunPoints", () => {
  it("writes only measurements, tags, fields and types the schema has", () => {
    const points = new RunPoints({ server: "cache1", region: "north" });
    const types = { integer: "integer", float: "float", text: "text", flag: "flag" } as const;
    for (const point of events.flatMap((event) => points.from(event))) {
      const schema = measurementSchema(point.measurement);
      const own = Object.keys(point.tags).filter((tag) => tag !== "server" && tag !== "region");
      expect(schema?.tags.filter((tag) => own.includes(tag))).toHaveLength(own.length);
      for (const [name, value] of Object.entries(point.fields)) {
        expect(fieldSchema(point.measurement, name)?.type).toBe(types[Object.keys(value)[0] as keyof typeof types]);
      }
    }
  });

  it("gives points of one series different milliseconds", () => {
    const points = new RunPoints({ server: "cache1" });
    const times = [end, end, end, { ...end, outcome: "failed" as const }].map((event) => points.from(event)[0]?.timeMs);
    expect(times).toEqual([5000, 5001, 5002, 5000]);
  });

  it("leaves the size out where nobody knows it", () => {
    const unknown = { ...end, sizeBytes: undefined, item: { ...item, asset: { ...asset, sizeBytes: undefined } } };
    expect(new RunPoints({}).from(unknown)[0]?.fields).not.toHaveProperty("bytes");
  });
});

describe("RunJournal", () => {
  it("commits a run to the precache stream, whole and with the tags of the collector", async () => {
    const folder = await mkdtemp(join(tmpdir(), "larder-run-"));
    const journal = await openJournal(folder, "precache");
    const reader = new RunJournal(journal, { server: "cache1", site_code: "0042" });
    for (const event of events) await reader.take(event);
    await journal.close();
    const stream = streamFolder(folder, "precache");
    const segments = (await readdir(stream)).filter((name) => !name.startsWith("lock")).sort();
    const text = (await Promise.all(segments.map((name) => readFile(join(stream, name), "utf8")))).join("");
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toHaveLength(6);
    expect(lines.every((line) => line.includes(",server=cache1,site_code=0042"))).toBe(true);
    expect(lines.filter((line) => line.startsWith("precacheasset"))).toHaveLength(3);
    expect(lines[1]).toContain('url="https://updates.cdn-apple.com/a b.zip" 5000');
    expect(lines.find((line) => line.startsWith("precacherun"))).toContain("bytes.fromorigin=2700i,seconds=5 6000");
  });

  it("commits what is ten seconds old, and the rest on flush", async () => {
    const batches: number[] = [];
    const journal: LineJournal = {
      append: async ({ lineCount }) => {
        batches.push(lineCount);
      },
    };
    const reader = new RunJournal(journal, {});
    await reader.take(end);
    await reader.take({ ...end, atMs: 9000 });
    expect(batches).toEqual([]);
    await reader.take({ ...end, atMs: 16_000 });
    await reader.take({ ...end, atMs: 16_001 });
    await reader.flush();
    expect(batches).toEqual([3, 1]);
  });
});
