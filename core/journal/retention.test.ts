import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, realDisk } from "../disk.ts";
import { applyRetention, segmentsToRemove } from "./retention.ts";
import { segmentPath } from "./segment-names.ts";
import { type WrittenBatch, writePacked, writeSegment } from "./testing/written-segments.ts";

const DAY = 86_400_000;
const now = 1000 * DAY;
const segment = (number: number, ageDays: number, bytes = 10) => ({
  number,
  bytes,
  lineMs: now - ageDays * DAY,
  writtenMs: now - ageDays * DAY,
});

describe("segmentsToRemove()", () => {
  it("removes what is older than the days, oldest first, never the last", () => {
    const segments = [segment(0, 50), segment(10, 41), segment(20, 39), segment(30, 45)];
    expect(
      segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes: 1000 }, needed: undefined, nowMs: now }),
    ).toEqual([0, 10]);
    expect(
      segmentsToRemove([segment(0, 50)], { limits: { keepDays: 40, keepBytes: 1 }, needed: undefined, nowMs: now }),
    ).toEqual([]);
  });

  it("keeps what a sink still needs, until the bytes force it out", () => {
    const segments = [segment(0, 50), segment(10, 45), segment(20, 1)];
    const needed = { segment: 10, offset: 3 };
    expect(segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes: 1000 }, needed, nowMs: now })).toEqual([0]);
    expect(segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes: 15 }, needed, nowMs: now })).toEqual([
      0, 10,
    ]);
  });

  it("always leaves at most the bytes, or the last segment alone", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }), fc.nat(500), (sizes, keepBytes) => {
        const segments = sizes.map((bytes, i) => segment(i, 0, bytes));
        const going = segmentsToRemove(segments, {
          limits: { keepDays: 1, keepBytes },
          needed: { segment: 0, offset: 0 },
          nowMs: now,
        });
        const left = segments.filter(({ number }) => !going.includes(number));
        expect(left.at(-1)?.number).toBe(sizes.length - 1);
        const total = left.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(total <= keepBytes || left.length === 1).toBe(true);
      }),
    );
  });

  it("takes a time still to come for that of the segment after it", () => {
    const limits = { keepDays: 40, keepBytes: 1000 };
    const toGo = (segments: Parameters<typeof segmentsToRemove>[0]) =>
      segmentsToRemove(segments, { limits, needed: undefined, nowMs: now });
    const ahead = { ...segment(10, 0), lineMs: now + 1, writtenMs: now + DAY };
    expect(toGo([segment(0, 50), ahead, segment(20, 41), segment(30, 1)])).toEqual([0, 10, 20]);
    expect(toGo([segment(0, 50), ahead, segment(20, 40), segment(30, 1)])).toEqual([0]);
    expect(toGo([segment(0, 50), ahead, { ...ahead, number: 20 }])).toEqual([0]);
    expect(toGo([{ ...ahead, lineMs: now, writtenMs: now - 50 * DAY }, segment(20, 50)])).toEqual([]);
    expect(toGo([{ ...ahead, writtenMs: now - 41 * DAY }, segment(20, 1)])).toEqual([10]);
    expect(toGo([{ ...ahead, lineMs: undefined, writtenMs: now - 41 * DAY }, segment(20, 1)])).toEqual([10]);
    expect(toGo([{ ...ahead, lineMs: undefined, writtenMs: undefined }, segment(20, 1)])).toEqual([]);
  });

  it("removes by age eight at a time, and by bytes as many as it must", () => {
    const segments = Array.from({ length: 20 }, (_, i) => segment(i, 50));
    const toGo = (keepBytes: number) =>
      segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes }, needed: undefined, nowMs: now }).length;
    expect([toGo(1000), toGo(200), toGo(190), toGo(81), toGo(80)]).toEqual([8, 8, 9, 19, 19].map(Number));
  });
});

describe("applyRetention()", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lretention-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const day = (n: number): WrittenBatch[] => [{ at: n * DAY + 1, lines: [`m v=1i ${n * DAY}`] }];
  const limits = { keepDays: 40, keepBytes: 1e9 };
  const done: string[] = [];
  const disk: Disk = {
    ...realDisk,
    remove: async (path) => {
      done.push(path.slice(folder.length + 1));
      await realDisk.remove(path);
    },
    syncFolder: async (path) => void done.push(path === folder ? "sync" : path),
  };
  const apply = async (nowMs: number, provenMs: () => Promise<number>, keepBytes = limits.keepBytes) => {
    done.length = 0;
    const clock = { nowMs, provenMs };
    return await applyRetention(folder, { limits: { ...limits, keepBytes }, needed: undefined, clock, disk });
  };

  /** Four segments of a batch each, of the days 900, 910, 920 and 999, one of them packed, one in both forms. */
  async function fill(): Promise<number[]> {
    const second = await writePacked(folder, 0, day(900));
    await writePacked(folder, second, day(910));
    const third = await writeSegment(folder, second, day(910));
    const last = await writeSegment(folder, third, day(920));
    await writeSegment(folder, last, day(999));
    return [0, second, third, last];
  }
  const names = ([first, second]: number[]): string[] =>
    [first, second].flatMap((n) => [".lp", ".lp.gz"].map((form) => `${String(n).padStart(15, "0")}${form}`));

  it("removes what is too old by the clock and by what is proven, in every form it is there", async () => {
    const numbers = await fill();
    const plain = numbers[2]! - numbers[1]!;
    const report = await apply(now, async () => 951 * DAY);
    expect(report).toMatchObject({ removedSegments: 2, heldBack: 1 });
    expect(report.removedBytes).toBeGreaterThan(plain);
    expect(done).toEqual([...names(numbers), "sync"]);
    expect(await readdir(folder)).toHaveLength(2);
    expect(await apply(now, async () => 951 * DAY)).toEqual({ removedBytes: 0, removedSegments: 0, heldBack: 1 });
    expect(done).toEqual([]);
  });

  it("counts the bytes that the disk has again, and by bytes needs no proof", async () => {
    await writeSegment(folder, await writeSegment(folder, 0, day(999)), day(999));
    const { length } = await readdir(folder);
    const bytes = Number((await readdir(folder))[1]?.slice(0, 15));
    expect(await apply(now, async () => Number.NEGATIVE_INFINITY, bytes)).toEqual({
      ...{ removedBytes: bytes, removedSegments: 1, heldBack: 0 },
    });
    expect(await readdir(folder)).toHaveLength(length - 1);
  });

  it("takes a segment in which no line or no mark is for as old as those around it", async () => {
    const second = await writeSegment(folder, 0, [{ at: 900 * DAY }]);
    await writeFile(segmentPath(folder, second), "m v=1i 5");
    await writeSegment(folder, second + 8, day(999));
    expect(await apply(now, async () => now)).toMatchObject({ removedSegments: 1, heldBack: 0 });
    expect(await apply(now, async () => now, 60)).toMatchObject({ removedBytes: 8, removedSegments: 1 });
  });

  it("takes the earlier of the clock and what is proven", async () => {
    await fill();
    expect(await apply(945 * DAY, async () => 2000 * DAY)).toMatchObject({ removedSegments: 1, heldBack: 0 });
  });

  it("asks for no proof, and syncs nothing, where the clock alone would keep all", async () => {
    await fill();
    const ask = () => expect.unreachable();
    expect(await apply(940 * DAY, ask)).toEqual({ removedBytes: 0, removedSegments: 0, heldBack: 0 });
    expect(done).toEqual([]);
  });
});
