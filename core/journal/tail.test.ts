import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, type DiskFile, realDisk } from "../disk.ts";
import { lastCommit } from "./last-commit.ts";
import { packedPath, segmentPath } from "./segment-names.ts";
import { leaveTail, openTail, reopenTail, type Tail } from "./tail.ts";
import { segmentOf, type WrittenBatch, writePacked, writeSegment } from "./testing/written-segments.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltail-"));
  opened = [];
  open = 0;
  syncs = 0;
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What was opened, and how many of it are still open. */
let opened: string[];
let open: number;
/** How often the folder was synced. */
let syncs: number;
const disk: Disk = {
  ...realDisk,
  open: async (path, flags, mode) => {
    const file = await realDisk.open(path, flags, mode);
    opened.push(path.slice(folder.length + 1));
    open++;
    const close = async () => {
      open--;
      await file.close();
    };
    const truncate = async (size?: number) => await file.truncate(size);
    return { writev: file.writev.bind(file), datasync: async () => {}, truncate, close } as DiskFile;
  },
  syncFolder: async () => void syncs++,
};

const batch = (n: number): WrittenBatch => ({ at: n, lines: [`m v=${n}i ${1000 + n}`], cursors: { a: n } });
const size = async (number: number): Promise<number> => (await stat(segmentPath(folder, number))).size;
const cuts = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.endsWith(".cut"));

/** Looks at a tail, and closes it. */
async function tailOf(tail: Promise<Tail>): Promise<Omit<Tail, "file">> {
  const { file, ...rest } = await tail;
  await file.close();
  expect(open).toBe(0);
  return rest;
}

describe("openTail()", () => {
  it("begins the first segment where there is none", async () => {
    expect(await tailOf(openTail(disk, folder))).toEqual({ number: 0, size: 0, commit: undefined, cursors: {} });
    expect([await size(0), syncs]).toEqual([0, 1]);
  });

  it("begins none where the folder cannot be synced, and leaves nothing of it", async () => {
    const failing = { ...disk, syncFolder: async () => await Promise.reject(new Error("input/output error")) };
    await expect(openTail(failing, folder)).rejects.toThrow("input/output");
    expect([open, await readdir(folder)]).toEqual([0, []]);
  });

  it("goes on at the end of the last segment, and changes nothing of it", async () => {
    const last = await writeSegment(folder, 0, [batch(1)]);
    await writeSegment(folder, last, [batch(2), batch(3)]);
    const tail = await tailOf(openTail(disk, folder));
    expect(tail).toMatchObject({ number: last, size: await size(last), commit: { at: 3 }, cursors: { a: 3 } });
    expect([opened.length, syncs]).toEqual([1, 0]);
  });

  it("has the cursors of the segment before one that holds no mark yet", async () => {
    const second = await writeSegment(folder, 0, [batch(1)]);
    const third = await writeSegment(folder, second, [batch(2)]);
    await writeFile(segmentPath(folder, third), "m v=3i 1");
    expect(await tailOf(openTail(disk, folder))).toEqual({
      ...{ number: third, size: 0, commit: undefined, cursors: { a: 2 } },
    });
    // its writer may have been killed before its name was sure to last
    expect([await size(third), syncs]).toEqual([0, 1]);
  });

  it.each<[string, Buffer, boolean]>([
    ["part of a line", Buffer.from("m v=3"), false],
    ["whole lines without their mark", Buffer.from("m v=3i 1003\n"), false],
    ["lines with the beginning of their mark", segmentOf([batch(3)]).subarray(0, 20), false],
    ["a mark that is cut short", segmentOf([batch(3)]).subarray(0, -1), false],
    [
      "a batch of which a byte changed",
      Buffer.from(segmentOf([batch(3)]).map((byte, i) => byte ^ Number(i === 3))),
      true,
    ],
    ["a mark alone that changed", Buffer.from(segmentOf([{ at: 3 }]).map((byte, i) => byte ^ Number(i === 9))), true],
  ])("cuts off %s", async (_, left, isKept) => {
    const next = await writeSegment(folder, 700, [batch(1), batch(2)]);
    const whole = await readFile(segmentPath(folder, 700));
    await writeFile(segmentPath(folder, 700), Buffer.concat([whole, left]));
    const tail = await tailOf(openTail(disk, folder));
    expect(tail).toMatchObject({ number: 700, size: whole.length, cursors: { a: 2 } });
    expect(await readFile(segmentPath(folder, 700))).toEqual(whole);
    // what was committed once is kept beside the segment
    expect(await cuts()).toEqual(isKept ? [`000000000000700.${next - 700}.cut`] : []);
    if (isKept) expect(await readFile(join(folder, `000000000000700.${next - 700}.cut`))).toEqual(left);
  });

  it("goes on behind a last segment that is packed", async () => {
    const second = await writePacked(folder, 0, [batch(1)]);
    const next = await writePacked(folder, second, [batch(2)]);
    expect(await tailOf(openTail(disk, folder))).toMatchObject({ number: next, size: 0, cursors: { a: 2 } });
    await rm(segmentPath(folder, next));
    await writeFile(packedPath(folder, next), "");
    expect(await tailOf(openTail(disk, folder))).toMatchObject({ number: next + 1, size: 0, cursors: { a: 2 } });
  });
});

describe("leaveTail()", () => {
  const tail = async () => await tailOf(openTail(disk, folder));
  const left = async (at: Omit<Tail, "file">) => await leaveTail(folder, at as Tail);

  it("says where a tail is left, while the disk has what was committed and nothing else", async () => {
    await writeSegment(folder, 0, [batch(1)]);
    const known = await tail();
    const leftAt = await left(known);
    expect(leftAt).toMatchObject(known);
    expect(await tailOf(openTail(disk, folder, leftAt))).toMatchObject(known);
    await truncate(segmentPath(folder, 0), known.size - 1);
    expect(await left(known)).toBeUndefined();
    await rm(segmentPath(folder, 0));
    expect(await left(known)).toBeUndefined();
    await mkdir(segmentPath(folder, 0));
    expect(await left({ ...known, size: await size(0) })).toBeUndefined();
  });
});

describe("reopenTail()", () => {
  const reopened = async (known: Omit<Tail, "file">) => await tailOf(reopenTail(disk, folder, known as Tail));

  it("goes back to what was acknowledged, and keeps nothing of what a failed write left", async () => {
    const end = await writeSegment(folder, 0, [batch(1)]);
    const known = await tailOf(openTail(disk, folder));
    await writeFile(segmentPath(folder, 0), segmentOf([batch(1), batch(2)]));
    expect(await reopened(known)).toMatchObject({ number: 0, size: end, cursors: { a: 1 } });
    expect([await size(0), await cuts()]).toEqual([end, []]);
  });

  it("goes back further where the disk has less, to the segment before where it has nothing", async () => {
    const last = await writeSegment(folder, 0, [batch(1)]);
    await writeSegment(folder, last, [batch(2), batch(3)]);
    const known = await tailOf(openTail(disk, folder));
    await truncate(segmentPath(folder, last), known.size - 1);
    expect(await reopened(known)).toMatchObject({ number: last, cursors: { a: 2 } });
    await truncate(segmentPath(folder, last), 3);
    expect(await reopened(known)).toMatchObject({ number: last, size: 0, commit: undefined, cursors: { a: 1 } });
  });

  it("goes on in the last segment, where that is another one now", async () => {
    const next = await writeSegment(folder, 0, [batch(1)]);
    const known = await tailOf(openTail(disk, folder));
    await writeSegment(folder, next, [batch(2)]);
    expect(await reopened(known)).toMatchObject({ number: next, cursors: { a: 2 } });
  });
});

it("lastCommit() is the newest mark there is, of all segments or of those before one", async () => {
  expect(await lastCommit(folder)).toBeUndefined();
  const second = await writeSegment(folder, 0, [batch(1), batch(2)]);
  const third = await writeSegment(folder, second, [batch(3)]);
  await writeFile(segmentPath(folder, third), "");
  const of = async (before?: number) => (await lastCommit(folder, before))?.at;
  expect([await of(), await of(third), await of(second + 1), await of(second), await of(0)]).toEqual([
    ...[3, 3, 3, 2, undefined],
  ]);
});
