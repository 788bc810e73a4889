import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { queryHistory } from "../../core/history/history.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { silentLog } from "../../core/log.ts";
import { fieldSchema, measurementSchema } from "../../core/schema.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { DeliveryBook, readDeliveries } from "../presence/presence.ts";
import type { AssetEnd, RunEnd, RunStart, WarmSums } from "../warm/events.ts";
import type { CacheTarget, PlannedAsset } from "../words/asset.ts";
import { adoptOldLedger } from "./adopt-old-ledger.ts";
import { type LineJournal, RunJournal } from "./run-journal.ts";
import { RunPoints } from "./run-points.ts";

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
const cost = { bytesAsked: 1500, bytesFromOrigin: 900, seconds: 2 };
const end: AssetEnd = {
  type: "asset-end",
  atMs: 5000,
  target,
  item,
  outcome: "warmed",
  sizeBytes: 1000,
  ...cost,
  sinceLastLine: cost,
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
const start: RunStart = {
  type: "run-start",
  atMs: 1000,
  targets: [target],
  planned: 3,
  plannedBytes: 3000,
  asks: 3,
  asksBytes: 3000,
  plannedSeconds: 1.5,
};
const part = { type: "asset-part", atMs: 4000, target, item, sinceLastLine: cost } as const;
const skipped = { type: "run-skipped", atMs: 1000, reason: "outside its hours, 22:00 to 06:00" } as const;
const runEnd: RunEnd = {
  type: "run-end",
  atMs: 6000,
  summary: { ...sums, startedMs: 1000, seconds: 5, ended: "done", targets: [{ ...sums, target, dead: undefined }] },
};
const events = [start, end, end, end, runEnd];
const all = [...events, part, skipped];

describe("RunPoints", () => {
  it("writes only measurements, tags, fields and types the schema has", () => {
    const points = new RunPoints({ server: "cache1", region: "north" });
    const types = { integer: "integer", float: "float", text: "text", flag: "flag" } as const;
    for (const point of all.flatMap((event) => points.from(event))) {
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
    const books = new RunJournal(journal, { server: "cache1", site_code: "0042" }, new DeliveryBook());
    for (const event of events) await books.record(event);
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

  it("commits together what comes together, at latest after a twentieth of a second", async () => {
    const batches: number[] = [];
    const journal: LineJournal = {
      append: async ({ lineCount }) => {
        batches.push(lineCount);
      },
    };
    const books = new RunJournal(journal, {}, new DeliveryBook());
    const first = books.record(end);
    expect(books.record({ ...end, atMs: 9000 })).toBe(first);
    expect(books.record({ type: "progress", atMs: 1, target, item, bytes: 1, totalBytes: 2, heldBytes: 0 })).toBe(
      undefined,
    );
    await first;
    expect(batches).toEqual([2]);
    void books.record(end);
    await books.flush();
    expect(batches).toEqual([2, 1]);
  });

  it("gives the next run what came and which caches report what they hold", async () => {
    const folder = await mkdtemp(join(tmpdir(), "larder-run-"));
    const journal = await openJournal(folder, "precache");
    const books = new RunJournal(journal, { server: "cache1" }, new DeliveryBook());
    await Promise.all([
      books.record(end),
      books.record({ ...end, outcome: "failed", item: { ...item, asset: { ...asset, url: "https://x.apple.com/f" } } }),
      books.record(part),
      books.noteTells("library"),
    ]);
    await journal.close();
    const read = await readDeliveries(folder, 6000);
    expect([read.size, read.tells("library"), read.tells("other")]).toEqual([1, true, false]);
    expect(read.find("library", asset.url)).toEqual({ target: "library", url: asset.url, sizeBytes: 1000, atMs: 5000 });
    expect((await readDeliveries(folder, 5001 + 7 * 86_400_000)).size).toBe(0);
    const later = await openJournal(folder, "precache");
    await new RunJournal(later, {}, new DeliveryBook()).record(start);
    await later.close();
    expect((await readDeliveries(folder, 6000)).tells("library")).toBe(true);
  });

  it("takes the ledger of version 0.1 over, once, with what its killed run cost", async () => {
    const folder = await mkdtemp(join(tmpdir(), "larder-run-"));
    const journal = await openJournal(folder, "precache");
    await new RunJournal(journal, {}, new DeliveryBook()).record(end);
    await mkdir(join(folder, "precache"));
    const path = join(folder, "precache", "ledger.jsonl");
    const entry = (url: string, at: number, size = 1000) => `${JSON.stringify({ target: "library", url, size, at })}\n`;
    const now = 30 * 86_400_000;
    const texts = [
      entry(asset.url, end.atMs),
      entry("https://x.apple.com/killed", now - 1000, 700),
      entry("https://x.apple.com/portal", now - 1000, 0),
      entry("https://x.apple.com/old", now - 8 * 86_400_000),
      entry("https://x.apple.com/future", now + 86_400_000),
      '{"tells":"library"}\n',
      '{"target":"library","url":"https://x.apple.com/torn","si',
    ];
    await writeFile(path, texts.join(""));
    const before = await readDeliveries(folder, now);
    expect([before.find("library", "https://x.apple.com/killed")?.sizeBytes, before.tells("library")]).toEqual([
      700,
      true,
    ]);
    const books = new RunJournal(journal, {}, new DeliveryBook());
    await adoptOldLedger(books, { stateDir: folder, nowMs: now, log: silentLog });
    await journal.close();
    expect(await readdir(join(folder, "precache"))).toEqual(["ledger.jsonl.imported"]);
    const after = await readDeliveries(folder, now);
    expect([after.size, after.tells("library")]).toEqual([1, true]);
    expect(after.find("library", "https://x.apple.com/killed")).toMatchObject({ sizeBytes: 700, atMs: now - 1000 });
    const query = { measurement: "precacheasset", fromMs: 0, toMs: now, by: "all", timeZone: "UTC" } as const;
    expect((await queryHistory(folder, query))[0]?.sums).toMatchObject({ "bytes.asked": 1500 + 700 });
  });

  it("goes on where the ledger of version 0.1 cannot be read", async () => {
    const folder = await mkdtemp(join(tmpdir(), "larder-run-"));
    await mkdir(join(folder, "precache", "ledger.jsonl"), { recursive: true });
    expect((await readDeliveries(folder, 1)).size).toBe(0);
  });
});
