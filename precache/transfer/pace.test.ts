import fc from "fast-check";
import { expect, test } from "vitest";
import { createPace, readBytesFor } from "./pace.ts";

/** Until every reader that may go on has come to its next wait. */
async function everybodyReads(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Several readers that read pieces as fast as they are let, in time that passes only where they wait. */
async function simulate(bytesPerSecond: number, readers: number, pieceBytes: number, seconds: number) {
  let now = 0;
  const waiting: { at: number; wake: () => void }[] = [];
  const pace = createPace(bytesPerSecond, {
    nowMs: () => now,
    sleep: async (ms) => await new Promise((wake) => waiting.push({ at: now + ms, wake })),
  });
  const reads: { atMs: number; bytes: number }[] = [];
  const reader = async (): Promise<void> => {
    while (now < seconds * 1000) {
      reads.push({ atMs: now, bytes: pieceBytes });
      await pace.pay(pieceBytes);
    }
  };
  const running = Array.from({ length: readers }, reader);
  for (;;) {
    await everybodyReads();
    const next = waiting.sort((a, b) => a.at - b.at).shift();
    if (next === undefined) break;
    now = Math.max(now, next.at);
    next.wake();
  }
  await Promise.all(running);
  return reads;
}

test("the rate holds over seconds and no quarter of one has more than its share, however many read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1_000_000, max: 100_000_000 }),
      fc.integer({ min: 1, max: 32 }),
      async (rate, readers) => {
        const piece = readBytesFor(rate, readers);
        const reads = await simulate(rate, readers, piece, 2);
        const total = reads.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(total / 2 / rate).toBeGreaterThan(0.95);
        expect(total / 2 / rate).toBeLessThan(1.05);
        const windows = new Array<number>(8).fill(0);
        for (const { atMs, bytes } of reads) windows[Math.min(7, Math.floor(atMs / 250))]! += bytes;
        // Beginning costs a piece of each reader and the bucket's 40 ms; after that a quarter of a second is one.
        for (const bytes of windows.slice(1)) expect(bytes).toBeLessThan(rate * 0.25 * 1.2 + piece * readers);
      },
    ),
    { numRuns: 8 },
  );
});

test("a pause saves up no more than the bucket", () => {
  let now = 0;
  const pace = createPace(1000, { nowMs: () => now, sleep: async () => undefined });
  expect(pace.pay(40)).toBeUndefined();
  now += 60_000;
  expect(pace.pay(40)).toBeUndefined();
  expect(pace.pay(1)).toBeInstanceOf(Promise);
});

test("reads are small enough for the limit, and large without one", () => {
  expect(readBytesFor(undefined, 4)).toBe(262_144);
  expect(readBytesFor(1_000_000, 4)).toBe(5000);
  expect(readBytesFor(10_000, 32)).toBe(1024);
  expect(readBytesFor(10 ** 10, 1)).toBe(262_144);
});
