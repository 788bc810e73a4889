import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, type DiskFile, realDisk } from "../disk.ts";
import { runs } from "../testing/runs.ts";
import { MEMBER_BYTES } from "./gzip-members.ts";
import { checkJournal } from "./health.ts";
import { openJournal, streamFolder } from "./journal.ts";
import { withSegment } from "./open-segment.ts";
import { packSegments } from "./pack-segments.ts";
import type { Position } from "./position.ts";
import { openReader } from "./reader.ts";
import { applyRetention } from "./retention.ts";
import { listSegments, packedPath, segmentPath } from "./segment-names.ts";
import { Crash, crashingDisk } from "./testing/crashing-disk.ts";
import { segmentOf, writePacked, writeSegment } from "./testing/written-segments.ts";

const T0 = Date.parse("2026-11-20T00:00:00Z");
let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "lpack-"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

const LARGE = { maxLines: 10_000, maxBytes: 2_000_000 };

const folder = (): string => streamFolder(stateDir, "collector");
const line = (n: number): string =>
  `bytestoclients,region=North,server=cache${n % 7} v=${(n * 7919) % 100_003}i ${T0 + n * 60_000}`;

/** Batches of some lines, in segments; returns the lines and every position a reader may have. */
async function fill(batches: number, lineCount: number, segmentBytes: number): Promise<string[]> {
  const journal = await openJournal(stateDir, "collector", { segmentBytes, nowMs: () => T0 });
  const lines: string[] = [];
  for (let i = 0; i < batches; i++) {
    const own = Array.from({ length: lineCount }, (_, n) => line(i * lineCount + n));
    lines.push(...own);
    const fromMs = T0 + i * lineCount * 60_000;
    const span = { fromMs, toMs: fromMs + (lineCount - 1) * 60_000 };
    await journal.append({ lines: `${own.join("\n")}\n`, lineCount, span, cursors: { a: i } });
  }
  await journal.close();
  return lines;
}

async function read(
  from?: Position,
  limits = { maxLines: 3, maxBytes: 400 },
): Promise<{ lines: string[]; places: Position[] }> {
  const reader = openReader(folder(), "collector");
  const lines: string[] = [];
  const places: Position[] = [];
  for (let at: Position | undefined = from ?? (await reader.start()); at !== undefined; ) {
    places.push(at);
    const piece = await reader.readPiece(at, limits);
    lines.push(...(piece?.lines.toString("utf8").split("\n").slice(0, -1) ?? []));
    at = piece?.next;
  }
  return { lines, places };
}

async function contentOf(number: number): Promise<Buffer> {
  return await withSegment(
    { folder: folder(), number },
    Buffer.alloc(0),
    async (content) => await content.read(0, content.size),
  );
}

const names = async (): Promise<string[]> =>
  (await readdir(folder())).filter((name) => !name.startsWith("lock")).sort();

describe("packSegments()", () => {
  it("makes closed segments small, and leaves the last as it is", async () => {
    const lines = await fill(40, 100, 30_000);
    const segments = await listSegments(folder());
    const before = await Promise.all(segments.map(contentOf));
    const report = await packSegments(folder(), { most: 2 });
    expect(report.segments).toBe(2);
    expect(report.packedBytes).toBeLessThan(report.plainBytes / 4);
    await packSegments(folder(), { most: 100 });
    expect((await names()).map((name) => name.endsWith(".gz"))).toEqual(
      segments.map((_, i) => i < segments.length - 1),
    );
    expect(await Promise.all(segments.map(contentOf))).toEqual(before);
    expect((await read(undefined, LARGE)).lines).toEqual(lines);
    const [health] = await checkJournal(stateDir, { streams: ["collector"] });
    expect(health).toMatchObject({ losses: [], bytes: before.reduce((sum, { length }) => sum + length, 0) });
    expect(health?.diskBytes).toBeLessThan((health?.bytes ?? 0) / 2);
    expect((await packSegments(folder(), { most: 100 })).segments).toBe(0);
  });

  it("gives the same bytes at every place, over many members", async () => {
    await fill(3, 9000, 1_000_000);
    await fill(1, 1, 1);
    const [number = 0] = await listSegments(folder());
    const plain = await contentOf(number);
    expect(plain.length).toBeGreaterThan(3 * MEMBER_BYTES);
    await packSegments(folder(), { most: 1 });
    await withSegment({ folder: folder(), number }, undefined, async (content) => {
      const places = fc.oneof(
        fc.nat(plain.length),
        fc.nat(6).map((n) => 3 * MEMBER_BYTES - 3 + n),
      );
      await fc.assert(
        fc.asyncProperty(places, fc.nat(2 * MEMBER_BYTES), async (at, length) => {
          const found = await content.read(at, length, Buffer.alloc(length));
          expect(found.equals(plain.subarray(at, at + length))).toBe(true);
        }),
        { numRuns: runs(12) },
      );
    });
  });

  it("is plain gzip to every other tool", async () => {
    await fill(6, 3000, 400_000);
    const [number = 0] = await listSegments(folder());
    const plain = await contentOf(number);
    await packSegments(folder(), { most: 1 });
    const path = packedPath(folder(), number);
    expect(execFileSync("gzip", ["-dc", path], { maxBuffer: 1e8 }).equals(plain)).toBe(true);
    execFileSync("gzip", ["-t", path]);
    const count = plain
      .toString()
      .split("\n")
      .filter((each) => each.startsWith("#commit")).length;
    expect(execFileSync("zgrep", ["-c", "^#commit", path], { encoding: "utf8" }).trim()).toBe(String(count));
  });

  it("holds no reader up: from every old place what follows is the same", async () => {
    const lines = await fill(12, 3, 500);
    const { places } = await read();
    await packSegments(folder(), { most: 100 });
    for (const [i, place] of places.entries()) {
      const reader = openReader(folder(), "collector");
      expect(await reader.canResume(place)).toBe(true);
      expect((await read(place)).lines).toEqual(lines.slice(3 * i));
    }
    let text = "";
    const span = { fromMs: T0 + 20 * 60_000, toMs: T0 + 20 * 60_000 };
    for await (const chunk of openReader(folder(), "collector").chunks(span)) text += chunk;
    expect(text).toContain(line(20));
    expect(text.length).toBeLessThan(1500);
  });

  it("reads what somebody packed by hand, and goes on behind a last segment that is packed", async () => {
    const lines = await fill(6, 3, 500);
    for (const number of await listSegments(folder())) {
      const path = segmentPath(folder(), number);
      await writeFile(packedPath(folder(), number), gzipSync(await readFile(path)));
      await rm(path);
    }
    expect((await read()).lines).toEqual(lines);
    const journal = await openJournal(stateDir, "collector");
    expect(journal.cursors).toEqual({ a: 5 });
    await journal.append({ lines: `${line(99)}\n`, lineCount: 1, span: undefined });
    await journal.close();
    expect((await read()).lines).toEqual([...lines, line(99)]);
    const [health] = await checkJournal(stateDir, { streams: ["collector"] });
    expect(health?.losses).toEqual([]);
  });

  it("leaves a damaged segment as it is", async () => {
    await fill(9, 3, 500);
    const [, number = 0] = await listSegments(folder());
    const path = segmentPath(folder(), number);
    const bytes = await readFile(path);
    bytes[40] = 0x21;
    await writeFile(path, bytes);
    await packSegments(folder(), { most: 100 });
    expect((await names()).filter((name) => name.endsWith(".lp"))).toHaveLength(2);
    expect(await readFile(path)).toEqual(bytes);
  });
});

describe("packSegments() on a disk", () => {
  const batches = [{ at: T0, lines: [line(1), line(2)] }];
  const next = segmentOf(batches).length;
  /** A segment to be packed, and the last one. */
  async function fillTwo(): Promise<void> {
    await mkdir(folder(), { recursive: true });
    await writeSegment(folder(), await writeSegment(folder(), 0, batches), batches);
  }
  const packed = "000000000000000.lp.gz";
  const [plain, last] = [0, next].map((number) => `${String(number).padStart(15, "0")}.lp`);
  const nothing = { segments: 0, plainBytes: 0, packedBytes: 0 };

  /** A disk whose writes are made other ones; what else is done on it. */
  function changing(change: (bytes: Buffer) => Buffer): Disk & { readonly done: string[]; open_: () => number } {
    const done: string[] = [];
    let open = 0;
    return {
      ...realDisk,
      done,
      open_: () => open,
      open: async (path, flags, mode) => {
        const file = await realDisk.open(path, flags, mode);
        open++;
        const writev = async (parts: readonly Uint8Array[]) => {
          await file.writev([change(Buffer.concat(parts))]);
          return { bytesWritten: parts.reduce((sum, { length }) => sum + length, 0) };
        };
        const close = async () => {
          open--;
          await file.close();
        };
        return { writev, close, datasync: async () => {} } as unknown as DiskFile;
      },
      rename: async (from, to) => {
        done.push("rename");
        await realDisk.rename(from, to);
      },
      syncFolder: async () => void done.push("sync"),
    };
  }

  it("says what it has packed, and leaves no file open", async () => {
    await fillTwo();
    const disk = changing((bytes) => bytes);
    const { size } = await packSegments(folder(), { most: 5, disk }).then(async (report) => {
      const file = await stat(join(folder(), packed));
      expect(report).toEqual({ segments: 1, plainBytes: next, packedBytes: file.size });
      return file;
    });
    expect(size).toBeGreaterThan(100);
    expect([disk.done, disk.open_(), await names()]).toEqual([["rename", "sync", "sync"], 0, [packed, last]]);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ["other content", (bytes) => (bytes.includes("LD") ? Buffer.from(bytes).fill(0, 40, 44) : bytes)],
    ["no end", (bytes) => (bytes.includes("LE") ? Buffer.alloc(0) : bytes)],
    ["nothing", () => Buffer.alloc(0)],
  ])("removes nothing that the disk does not give back: %s", async (_, change) => {
    await fillTwo();
    const disk = changing(change);
    expect(await packSegments(folder(), { most: 5, disk })).toEqual(nothing);
    expect([disk.done, disk.open_(), await names()]).toEqual([[], 0, [plain, last]]);
  });

  it("leaves nothing on a disk that is full", async () => {
    await fillTwo();
    const disk = changing((bytes) => {
      if (bytes.includes("LE")) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      return bytes;
    });
    await expect(packSegments(folder(), { most: 5, disk })).rejects.toMatchObject({ code: "ENOSPC" });
    expect([disk.done, disk.open_(), await names()]).toEqual([[], 0, [plain, last]]);
  });

  it("removes the plain one where it was packed already, and packs again where that is of another", async () => {
    await fillTwo();
    await writePacked(folder(), 0, batches);
    const disk = changing((bytes) => bytes);
    expect((await packSegments(folder(), { most: 5, disk })).segments).toBe(1);
    expect([disk.done, await names()]).toEqual([
      ["sync", "sync"],
      [packed, last],
    ]);
    const others = [[{ at: T0, lines: [line(1), line(3)] }], [{ at: T0, lines: [line(1)] }], [...batches, ...batches]];
    for (const other of others) {
      await writeSegment(folder(), 0, batches);
      await writePacked(folder(), 0, other);
      await packSegments(folder(), { most: 5, disk });
      expect([(await contentOf(0)).equals(segmentOf(batches)), await names()]).toEqual([true, [packed, last]]);
    }
    await writeSegment(folder(), 0, batches);
    await writeFile(join(folder(), packed), gzipSync(segmentOf(batches)));
    await packSegments(folder(), { most: 5, disk });
    await withSegment({ folder: folder(), number: 0 }, undefined, async ({ facts }) => expect(facts).toBeDefined());
  });

  it.each([
    ["ends in what was not committed", Buffer.concat([segmentOf(batches), Buffer.from("m v=1i 5\n")])],
    ["is empty", Buffer.alloc(0)],
    ["is damaged", Buffer.concat([Buffer.from("!\n"), segmentOf(batches)])],
  ])("leaves a segment that %s as it is", async (_, bytes) => {
    await fillTwo();
    await writeFile(segmentPath(folder(), 0), bytes);
    expect(await packSegments(folder(), { most: 5 })).toEqual(nothing);
    expect([await names(), (await readFile(segmentPath(folder(), 0))).equals(bytes)]).toEqual([[plain, last], true]);
  });

  it("removes what an earlier run has not finished, and nothing else", async () => {
    await mkdir(folder(), { recursive: true });
    for (const name of ["000000000000000.lp.gz.tmp", "000000000000009.lp.gz.tmp", "a.tmp", "000000000000009.lp.gz"]) {
      await writeFile(join(folder(), name), "");
    }
    expect(await packSegments(folder(), { most: 5 })).toEqual(nothing);
    expect(await names()).toEqual(["000000000000009.lp.gz", "a.tmp"]);
  });

  it("has nothing to do where no stream is, and says what cannot be read", async () => {
    expect(await packSegments(join(stateDir, "none"), { most: 5 })).toEqual(nothing);
    await writeFile(join(stateDir, "file"), "");
    await expect(packSegments(join(stateDir, "file"), { most: 5 })).rejects.toMatchObject({ code: "JOURNAL_READ" });
  });
});

describe("a packed segment asked for some measurements", () => {
  /** A segment of a few members: many lines, and a rare one after so many bytes, which may be where a member begins. */
  async function fillAround(places: readonly number[]): Promise<number> {
    const journal = await openJournal(stateDir, "collector", { nowMs: () => T0 });
    let lines = "";
    for (const place of places) {
      while (lines.length + 200 < place) lines += `${line(lines.length)}\n`;
      lines += `${"x".repeat(Math.max(1, place - lines.length - 5))} v=1\n`;
      lines += `rare,server=a v=${place}i ${T0}\n`;
    }
    while (lines.length < 6 * MEMBER_BYTES) lines += `${line(lines.length)}\n`;
    const batch = { lineCount: lines.split("\n").length - 1, span: { fromMs: T0, toMs: T0 } };
    await journal.append({ lines, ...batch });
    await journal.close();
    await fill(1, 1, 1);
    await packSegments(folder(), { most: 1 });
    return (await listSegments(folder()))[0] ?? 0;
  }

  async function linesOf(number: number, measurements?: readonly string[]): Promise<string[]> {
    const pieces: string[] = [];
    const part = measurements === undefined ? {} : { measurements };
    for await (const bytes of openReader(folder(), "collector").bytes(number, part)) pieces.push(bytes.toString());
    expect(pieces.every((piece) => piece === "" || piece.endsWith("\n"))).toBe(true);
    return pieces.join("").split("\n");
  }

  const isRare = (text: string): boolean => text.startsWith("rare,");

  it.each([-40, -1, 0, 1, 40])(
    "gives all their lines, %i bytes from the beginning of a member, and little else",
    async (by) => {
      const number = await fillAround([2 * MEMBER_BYTES + by]);
      const all = await linesOf(number);
      expect(all.filter(isRare)).toHaveLength(1);
      const some = await linesOf(number, ["rare"]);
      expect(some.filter(isRare)).toEqual(all.filter(isRare));
      expect(some.length).toBeLessThan(all.length / 2);
      expect(await linesOf(number, ["nothing"])).toEqual([""]);
      expect(await linesOf(number, ["rare", "bytestoclients"])).toEqual(all);
    },
  );

  it("gives those of a part", async () => {
    const number = await fillAround([MEMBER_BYTES, 3 * MEMBER_BYTES]);
    const content = (await contentOf(number)).toString();
    const [first, second] = [content.indexOf("\nrare,") + 1, content.lastIndexOf("\nrare,") + 1];
    const within = async (from: number, to: number): Promise<number> => {
      let found = "";
      const part = { from, to, measurements: ["rare"] };
      for await (const bytes of openReader(folder(), "collector").bytes(number, part)) found += bytes.toString();
      return found.split("\n").filter(isRare).length;
    };
    expect(await within(0, Number.POSITIVE_INFINITY)).toBe(2);
    expect(await within(first, second)).toBe(1);
    expect(await within(first + content.slice(first).indexOf("\n") + 1, second)).toBe(0);
    expect(await within(second, content.length)).toBe(1);
  });

  it("gives what is whole where it is damaged", async () => {
    const number = await fillAround([2 * MEMBER_BYTES]);
    const path = packedPath(folder(), number);
    const bytes = await readFile(path);
    const written = `rare,server=a v=${2 * MEMBER_BYTES}i ${T0}`;
    const foundWith = async (at: number): Promise<string[]> => {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, changed);
      return (await linesOf(number, ["rare"])).filter(isRare);
    };
    // the names of members, without which all is read
    expect(await foundWith(bytes.length - 120)).toEqual([written]);
    for (let at = 7; at < bytes.length; at += bytes.length >> 3) {
      expect((await foundWith(at)).filter((text) => text !== written)).toEqual([]);
    }
  });
});

describe("a packed journal that is damaged", () => {
  it("reads nothing that was not written, and reports what it does not read, whichever byte changes", async () => {
    const lines = await fill(9, 3, 900);
    await packSegments(folder(), { most: 100 });
    const [, number = 0] = await listSegments(folder());
    const path = packedPath(folder(), number);
    const whole = await readFile(path);
    const known = new Set(lines);
    let lost = 0;
    for (let at = 0; at < whole.length; at += 3) {
      const changed = Buffer.from(whole);
      changed[at] = (whole[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      const { lines: found } = await read();
      expect(found.filter((each) => !known.has(each))).toEqual([]);
      if (found.length === lines.length) continue;
      lost++;
      const [health] = await checkJournal(stateDir, { streams: ["collector"] });
      if (health?.losses.length === 0) expect.fail(`byte ${at} is not noticed`);
    }
    // bits of gzip's own head and checksum carry nothing
    expect(lost).toBeGreaterThan((whole.length / 3) * 0.6);
    for (const size of [0, 10, whole.length >> 1, whole.length - 3]) {
      await writeFile(path, whole.subarray(0, size));
      const { lines: found } = await read();
      expect(found.filter((each) => !known.has(each))).toEqual([]);
      const [health] = await checkJournal(stateDir, { streams: ["collector"] });
      expect(found.length === lines.length || health?.losses.length !== 0).toBe(true);
    }
  }, 60_000);

  it("keeps damage to one member", async () => {
    await fill(3, 9000, 1_000_000);
    await fill(1, 1, 1);
    const all = (await read(undefined, LARGE)).lines;
    await packSegments(folder(), { most: 1 });
    const [number = 0] = await listSegments(folder());
    const path = packedPath(folder(), number);
    const bytes = await readFile(path);
    // the head of the second member
    const second = bytes.indexOf(bytes.subarray(0, 16), 16);
    bytes[second + 3] = 0;
    await writeFile(path, bytes);
    const found = (await read(undefined, LARGE)).lines;
    const [health] = await checkJournal(stateDir, { streams: ["collector"] });
    expect(health?.losses).toHaveLength(1);
    // a batch lies over two members here
    expect(found).toEqual(all.slice(all.length - found.length));
    expect(found.length).toBeGreaterThan(9000);
  });
});

// without power: crash-model.test.ts
describe("packing and retention that are killed", () => {
  it("lose and double nothing, at whichever step", async () => {
    const lines = await fill(7, 3, 500);
    const files = new Map(
      await Promise.all((await names()).map(async (name) => [name, await readFile(join(folder(), name))] as const)),
    );
    const limits = { keepDays: 1, keepBytes: 900 };
    const clock = { nowMs: T0, provenMs: async () => T0 };
    const [, second = 0] = await listSegments(folder());
    for (let after = 0; ; after++) {
      await rm(folder(), { recursive: true });
      await (await openJournal(stateDir, "collector")).close();
      for (const [name, bytes] of files) await writeFile(join(folder(), name), bytes);
      const disk = crashingDisk(after);
      let crashed = false;
      try {
        await packSegments(folder(), { most: 100, disk });
        await applyRetention(folder(), { limits, needed: undefined, clock, disk });
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        crashed = true;
      }
      const { lines: found } = await read();
      // retention takes whole segments from the beginning; packing takes nothing
      expect(found).toEqual(lines.slice(lines.length - found.length));
      const [health] = await checkJournal(stateDir, { streams: ["collector"] });
      expect(health).toMatchObject({ losses: [], uncommittedBytes: 0 });
      const journal = await openJournal(stateDir, "collector");
      expect(journal.cursors).toEqual({ a: 6 });
      await journal.close();
      await packSegments(folder(), { most: 100 });
      expect((await read()).lines).toEqual(found);
      expect((await names()).filter((name) => /\.tmp$|\.lp$/.test(name))).toHaveLength(1);
      if (!crashed) {
        expect(found.length).toBeLessThan(lines.length);
        expect((await listSegments(folder()))[0]).toBeGreaterThanOrEqual(second);
        expect(after).toBeGreaterThan(20);
        return;
      }
    }
  }, 120_000);
});
