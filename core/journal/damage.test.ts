/**
 * Whatever happens to the bytes of a journal: no line that was not written is read, what is whole is read, and what is
 * not is reported.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { checkJournal, type StreamHealth } from "./health.ts";
import { openJournal, streamFolder } from "./journal.ts";
import type { Position } from "./position.ts";
import { openReader } from "./reader.ts";
import { listSegments, segmentPath } from "./segment-names.ts";
import { scanSegment } from "./segment-scan.ts";
import { inMemory } from "./testing/written-segments.ts";

const T0 = Date.parse("2026-11-20T00:00:00Z");
const MINUTE = 60_000;

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "ldamage-"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

const folder = (): string => streamFolder(stateDir, "collector");
const line = (n: number): string => `m,server=a v=${n}i ${T0 + n * MINUTE}`;

/** Batches of two lines, one a minute, in segments of about `segmentBytes`. */
async function fill(batches: number, segmentBytes: number): Promise<{ lines: string[]; segments: number[] }> {
  let now = T0;
  const journal = await openJournal(stateDir, "collector", { segmentBytes, nowMs: () => now });
  const lines: string[] = [];
  for (let i = 0; i < batches; i++) {
    const own = [line(2 * i), line(2 * i + 1)];
    lines.push(...own);
    now = T0 + (2 * i + 1) * MINUTE + 1;
    const span = { fromMs: T0 + 2 * i * MINUTE, toMs: T0 + (2 * i + 1) * MINUTE };
    await journal.append({ lines: `${own.join("\n")}\n`, lineCount: 2, span, cursors: { a: i } });
  }
  await journal.close();
  return { lines, segments: await listSegments(folder()) };
}

async function shipped(from?: Position): Promise<string[]> {
  const reader = openReader(folder(), "collector");
  const lines: string[] = [];
  for (let at: Position | undefined = from ?? (await reader.start()); at !== undefined; ) {
    const piece = await reader.readPiece(at, { maxLines: 3, maxBytes: 200 });
    lines.push(...(piece?.lines.toString("utf8").split("\n").slice(0, -1) ?? []));
    at = piece?.next;
  }
  return lines;
}

async function told(): Promise<string[]> {
  const lines: string[] = [];
  for await (const chunk of openReader(folder(), "collector").chunks(undefined)) {
    lines.push(...chunk.split("\n").filter((each) => each !== "" && !each.startsWith("#")));
  }
  return lines;
}

async function health(): Promise<StreamHealth> {
  const [found] = await checkJournal(stateDir, { streams: ["collector"] });
  return found!;
}

const isReported = ({ losses, uncommittedBytes, cut }: StreamHealth): boolean =>
  losses.length > 0 || uncommittedBytes > 0 || cut.length > 0;

/** All that is read was written, in its order, and what is not read is reported. */
async function expectHonest(lines: readonly string[]): Promise<string[]> {
  const [read, text] = [await shipped(), await told()];
  expect(text).toEqual(read);
  const known = new Set(lines);
  expect(read.filter((each) => !known.has(each))).toEqual([]);
  expect(new Set(read).size).toBe(read.length);
  if (read.length < lines.length) expect(isReported(await health())).toBe(true);
  return read;
}

describe("a damaged journal", () => {
  it("is well when it is whole", async () => {
    const { lines, segments } = await fill(9, 400);
    expect(segments.length).toBeGreaterThan(2);
    expect(await expectHonest(lines)).toEqual(lines);
    const found = await health();
    expect(found).toMatchObject({ losses: [], uncommittedBytes: 0, cut: [], segments: segments.length });
    expect(found.checkedBytes).toBe(found.bytes);
  });

  it("is noticed, whichever bit flips", async () => {
    const { segments } = await fill(9, 400);
    const whole = await readFile(segmentPath(folder(), segments[1]!));
    let noticed = 0;
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const map = await scanSegment(inMemory(changed));
      // not `expect`: a million of them take minutes
      const untrue = map.whole.some(({ from, to }) => !changed.subarray(from, to).equals(whole.subarray(from, to)));
      if (untrue) expect.fail(`bit ${bit} is not noticed`);
      if (map.damage.length > 0 || map.end < whole.length) noticed++;
    }
    expect(noticed).toBe(8 * whole.length);
  }, 60_000);

  it("is read without what a flipped bit concerns, and reported", async () => {
    const { lines, segments } = await fill(6, 400);
    for (const number of segments) {
      const path = segmentPath(folder(), number);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at += 13) {
        const changed = Buffer.from(whole);
        changed[at] = (whole[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(path, changed);
        const read = await expectHonest(lines);
        // the batch it is in, and the one its mark has been joined with
        expect(lines.length - read.length).toBeGreaterThan(0);
        expect(lines.length - read.length).toBeLessThanOrEqual(4);
      }
      await writeFile(path, whole);
    }
  }, 60_000);

  it("says which segment, how much, and when it was written", async () => {
    const { lines, segments } = await fill(9, 400);
    const number = segments[1]!;
    const path = segmentPath(folder(), number);
    const bytes = await readFile(path);
    const mark = bytes.indexOf("#commit ");
    bytes[mark - 20] = (bytes[mark - 20] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const read = await expectHonest(lines);
    const lost = lines.filter((each) => !read.includes(each));
    expect(lost).toHaveLength(2);
    const [loss, ...others] = (await health()).losses;
    expect(others).toEqual([]);
    const lostMs = Number(lost[0]?.split(" ").at(-1));
    expect(loss).toMatchObject({ kind: "changed", segment: number, offset: 0, batches: 1 });
    expect(loss?.bytes).toBe(bytes.indexOf("\n", mark) + 1);
    expect(loss?.writtenBeforeMs).toBeGreaterThan(lostMs);
    expect(loss?.span.fromMs).toBeLessThanOrEqual(lostMs);
    expect(loss?.span.toMs).toBeGreaterThan(lostMs);
  });

  it.each<[string, (path: string) => Promise<void>, string]>([
    ["deleted", async (path) => await rm(path), "missing"],
    ["emptied", async (path) => await truncate(path, 0), "missing"],
    ["halved", async (path) => await truncate(path, Math.floor((await readFile(path)).length / 2)), "missing"],
    ["zeroed", async (path) => await writeFile(path, Buffer.alloc((await readFile(path)).length)), "changed"],
    [
      "overwritten",
      async (path) => await writeFile(path, Buffer.alloc((await readFile(path)).length, "x\n")),
      "changed",
    ],
  ])("is noticed when a segment in its middle is %s", async (_what, harm, kind) => {
    const { lines, segments } = await fill(12, 700);
    const size = segments[2]! - segments[1]!;
    await harm(segmentPath(folder(), segments[1]!));
    const read = await expectHonest(lines);
    expect(read.length).toBeGreaterThanOrEqual(lines.length - 8);
    const { losses } = await health();
    expect(losses.map((loss) => loss.kind)).toContain(kind);
    const bytes = losses.reduce((sum, loss) => sum + loss.bytes, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(size);
  });

  it("holds nobody up: a reader that stood in it or before it goes on with what is whole", async () => {
    const { lines, segments } = await fill(12, 700);
    const places: Position[] = [];
    const reader = openReader(folder(), "collector");
    for (let at: Position | undefined = await reader.start(); at !== undefined; ) {
      places.push(at);
      at = (await reader.readPiece(at, { maxLines: 1, maxBytes: 1000 }))?.next;
    }
    const path = segmentPath(folder(), segments[1]!);
    const whole = await readFile(path);
    const offsets = places.filter(({ segment, offset }) => segment === segments[1] && offset > 0);
    const harms = [
      // the newline before a place
      fc.constantFrom(...offsets).map(({ offset: at }) => Buffer.from(whole).fill(0x21, at - 1, at)),
      fc.nat(whole.length - 1).map((at) => Buffer.from(whole).fill(0x21, at, at + 1)),
      fc.nat(whole.length).map((at) => whole.subarray(0, at)),
      fc
        .tuple(fc.nat(whole.length), fc.nat(300))
        .map(([at, length]) => Buffer.from(whole).fill(0, at, Math.min(whole.length, at + length))),
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(...harms), fc.nat(places.length - 1), async (bytes, index) => {
        await writeFile(path, bytes);
        const readable = await shipped();
        const place = places[index]!;
        expect(await openReader(folder(), "collector").canResume(place)).toBe(true);
        expect(await shipped(place)).toEqual(readable.filter((each) => lines.indexOf(each) >= index));
      }),
      { numRuns: runs(50) },
    );
    await rm(path);
    const readable = await shipped();
    for (const [index, place] of places.entries()) {
      expect(await openReader(folder(), "collector").canResume(place)).toBe(true);
      expect(await shipped(place)).toEqual(readable.filter((each) => lines.indexOf(each) >= index));
    }
  });

  it("keeps what is cut off the end though it had been committed, and says so", async () => {
    const { segments } = await fill(6, 400);
    const path = segmentPath(folder(), segments.at(-1)!);
    const bytes = await readFile(path);
    bytes[bytes.lastIndexOf("#commit ") - 3] = 0x21;
    await writeFile(path, bytes);
    expect((await health()).losses).toHaveLength(1);
    const journal = await openJournal(stateDir, "collector");
    expect(journal.cursors).toEqual({ a: 4 });
    await journal.close();
    const after = await health();
    expect(after.losses).toEqual([]);
    expect(after.cut).toHaveLength(1);
    expect(bytes.includes(await readFile(after.cut[0]!.path))).toBe(true);
  });

  it("cuts nothing but the last segment, whatever the others look like", async () => {
    const { segments } = await fill(9, 400);
    for (const number of segments) await writeFile(segmentPath(folder(), number), Buffer.alloc(300, "x"));
    await (await openJournal(stateDir, "collector")).close();
    for (const number of segments.slice(0, -1)) {
      expect(await readFile(segmentPath(folder(), number))).toHaveLength(300);
    }
  });

  it("leaves no file behind after a crash that tore a batch", async () => {
    const { segments } = await fill(6, 400);
    const path = segmentPath(folder(), segments.at(-1)!);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 5));
    const found = await health();
    expect([found.losses.length, found.uncommittedBytes > 0]).toEqual([0, true]);
    await (await openJournal(stateDir, "collector")).close();
    expect((await readdir(folder())).filter((name) => name.endsWith(".cut"))).toEqual([]);
  });

  it("reports with a code when a segment is a folder or may not be read", async () => {
    const { segments } = await fill(6, 400);
    const path = segmentPath(folder(), segments[0]!);
    await rm(path);
    await mkdir(path);
    await expect(shipped()).rejects.toMatchObject({ code: "JOURNAL_READ" });
    await expect(told()).rejects.toMatchObject({ code: "JOURNAL_READ" });
    await expect(health()).rejects.toMatchObject({ code: "JOURNAL_READ" });
    if (process.getuid?.() === 0) return;
    await chmod(folder(), 0);
    await expect(shipped()).rejects.toMatchObject({ code: "JOURNAL_READ" });
    await chmod(folder(), 0o750);
  });
});
