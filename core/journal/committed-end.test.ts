import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitLine } from "./commit.ts";
import { committedEnd } from "./committed-end.ts";
import { withSegment } from "./open-segment.ts";

/** Files are looked through in steps of this size. */
const STEP = 256 * 1024;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lsegment-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function batch(count: number): Buffer {
  const lines = Buffer.from(Array.from({ length: count }, (_, i) => `m,server=a v=${i}i ${1_000_000 + i}\n`).join(""));
  return Buffer.concat([lines, Buffer.from(commitLine(lines, { lines: count, at: 1, span: undefined, cursors: {} }))]);
}

async function endOf(bytes: Buffer): Promise<number> {
  const path = join(folder, "000000000000000.lp");
  await writeFile(path, bytes);
  return await withSegment({ folder, number: 0 }, -1, async (content) => (await committedEnd(content)).offset);
}

describe("committedEnd()", () => {
  it("looks at every byte of a batch that is read in many steps", async () => {
    const before = batch(2).length;
    const whole = Buffer.concat([batch(2), batch(40_000)]);
    expect(whole.length).toBeGreaterThan(4 * STEP);
    expect(await endOf(whole)).toBe(whole.length);
    for (const at of [before, before + STEP, before + 2 * STEP + 1, whole.lastIndexOf("#commit ") - 2]) {
      const changed = Buffer.from(whole);
      changed[at] = (whole[at] ?? 0) ^ 1;
      expect(await endOf(changed)).toBe(before);
    }
  });

  it("finds a mark that lies across two steps, before bytes that were never committed", async () => {
    const whole = batch(3);
    const markBytes = whole.length - whole.lastIndexOf("#commit ");
    for (const within of [1, 5, markBytes - 1, markBytes, markBytes + 1]) {
      expect(await endOf(Buffer.concat([whole, Buffer.alloc(STEP - within, "x")]))).toBe(whole.length);
    }
  });
});
