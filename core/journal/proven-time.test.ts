import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { ProvenTime } from "./proven-time.ts";
import { segmentPath } from "./segment-names.ts";
import { writeSegment } from "./testing/written-segments.ts";

const DAY = 86_400_000;
const PROOF_DAYS = 7;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lproven-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Segments of batches written on these days; the number of the next. */
async function written(segments: readonly (readonly number[])[], into = folder, first = 0): Promise<number> {
  let number = first;
  for (const days of segments) {
    const batches = days.map((day) => ({ at: day * DAY + 3_600_000 }));
    number = await writeSegment(into, number, batches);
  }
  return number;
}

it("is the day that six later days prove, however they lie in segments, without those to come", async () => {
  const gaps = fc.array(fc.oneof(fc.constant(0), fc.constant(1), fc.nat(5)), { maxLength: 14 });
  let made = 0;
  await fc.assert(
    fc.asyncProperty(gaps, fc.integer({ min: 1, max: 4 }), fc.nat(40), async (between, perSegment, today) => {
      const own = join(folder, String(made++));
      await mkdir(own);
      let last = 3;
      const days = between.map((gap) => (last += gap));
      const segments = Array.from({ length: Math.ceil(days.length / perSegment) }, (_, i) =>
        days.slice(i * perSegment, (i + 1) * perSegment),
      );
      await written(segments, own);
      const proofs = [...new Set(days)].filter((day) => day <= today).sort((a, b) => b - a);
      const expected = proofs.length < PROOF_DAYS ? Number.NEGATIVE_INFINITY : proofs[PROOF_DAYS - 1]! * DAY;
      expect(await new ProvenTime(own).before(today * DAY + 7)).toBe(expected);
    }),
    { numRuns: runs(10), examples: [[[1, 1, 1, 1, 1, 1, 1], 2, 10]] },
  );
});

it("looks no further back than it must, and again at what has been written since", async () => {
  const oldest = segmentPath(folder, 0);
  await mkdir(oldest);
  const next = await written([[1, 2], [3, 4, 5], [6], [7]], folder, 10);
  const proven = new ProvenTime(folder);
  expect(await proven.before(7 * DAY)).toBe(DAY);
  await expect(proven.before(6 * DAY)).rejects.toMatchObject({ code: "JOURNAL_READ" });
  await written([[8, 9]], folder, next);
  expect(await proven.before(9 * DAY)).toBe(3 * DAY);
  expect(await proven.before(9 * DAY - 1)).toBe(2 * DAY);
});

it("is nothing where no stream is", async () => {
  expect(await new ProvenTime(join(folder, "none")).before(1e15)).toBe(Number.NEGATIVE_INFINITY);
});
