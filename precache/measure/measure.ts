/**
 * Measuring a cache: a portable workload, passes with rising concurrency, a table.
 *
 * The engine that warms also measures, with every sign of "there already" switched off, so that what is measured is
 * what a run does. The order of the files is shuffled again for every pass, the same on every machine.
 *
 * @module
 */
import * as z from "zod";
import { LarderError } from "../../core/errors.ts";
import { draftAsset } from "../catalogs/catalogs.ts";
import { warm } from "../warm/warm.ts";
import type { CacheTarget, Plan, PlannedAsset } from "../words/asset.ts";

/** Files to fetch, and how large they are. */
export interface BenchWorkload {
  readonly version: 1;
  readonly files: readonly { readonly url: string; readonly sizeBytes: number }[];
}

/** One pass over the workload. */
export interface BenchPass {
  readonly concurrency: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Files that did not arrive completely. */
  readonly failed: number;
}

/** Passes of one concurrency. Bytes a second. */
export interface BenchRow {
  readonly concurrency: number;
  readonly passes: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly failed: number;
}

const workloadSchema = z.object({
  version: z.literal(1),
  files: z
    .array(z.object({ url: z.url({ protocol: /^https?$/ }), sizeBytes: z.int().min(1) }))
    .min(1)
    .max(100_000),
});

const NO_SIGNS = { cachedRanges: false, contentType: false, assetInfo: false, ledger: false };

/**
 * A workload of about this many bytes: files of every size the plan has, large and small in turn, none larger than a
 * quarter of the whole.
 * @throws LarderError `BENCH_EMPTY` when nothing of the plan fits.
 */
export function benchWorkload(plan: Plan, sizeBytes: number): BenchWorkload {
  const known = plan.items.flatMap(({ asset: { url, sizeBytes: size } }) =>
    size === undefined || size === 0 || size > sizeBytes / 4 ? [] : [{ url, sizeBytes: size }],
  );
  const sorted = known.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.url < b.url ? -1 : 1));
  const inTurn = sorted.map((_, i) => sorted[i % 2 === 0 ? i / 2 : sorted.length - (i + 1) / 2]);
  const files: { url: string; sizeBytes: number }[] = [];
  let total = 0;
  for (const file of inTurn) {
    if (file === undefined || total + file.sizeBytes > sizeBytes) continue;
    files.push(file);
    total += file.sizeBytes;
  }
  if (files.length > 0) return { version: 1, files };
  throw new LarderError("Cannot make a workload: the plan has no file of known size that is small enough", {
    code: "BENCH_EMPTY",
    state: "nothing was written",
    next: "ask for more: --group installer sucatalog, or a larger --size",
  });
}

/** @throws LarderError `BENCH_WORKLOAD` when the text is not a workload. */
export function parseWorkload(text: string, place: string): BenchWorkload {
  try {
    return workloadSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LarderError(`Cannot read "${place}": it is not a workload`, {
      code: "BENCH_WORKLOAD",
      state: "nothing was measured",
      next: "write one with: larder precache bench setup",
      cause,
    });
  }
}

export interface BenchRun {
  readonly concurrencies: readonly number[];
  /** Passes for each concurrency. */
  readonly iterations: number;
  readonly abort: AbortSignal;
}

/** Runs the workload for every concurrency, so often each. Yields every pass as it ends. */
export async function* benchCache(
  workload: BenchWorkload,
  target: CacheTarget,
  { concurrencies, iterations, abort }: BenchRun,
): AsyncGenerator<BenchPass> {
  for (const concurrency of concurrencies) {
    for (let iteration = 0; iteration < iterations && !abort.aborted; iteration++) {
      yield await onePass(workload, target, { concurrency, seed: iteration + 1, abort });
    }
  }
}

/** Passes by concurrency. */
export function benchRows(passes: readonly BenchPass[]): BenchRow[] {
  return [...new Set(passes.map(({ concurrency }) => concurrency))].map((concurrency) => {
    const own = passes.filter((pass) => pass.concurrency === concurrency);
    const rates = own.map(({ bytes, seconds }) => bytes / Math.max(seconds, 0.001));
    return {
      concurrency,
      passes: own.length,
      min: Math.min(...rates),
      mean: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
      max: Math.max(...rates),
      failed: own.reduce((sum, { failed }) => sum + failed, 0),
    };
  });
}

async function onePass(
  workload: BenchWorkload,
  target: CacheTarget,
  { concurrency, seed, abort }: { concurrency: number; seed: number; abort: AbortSignal },
): Promise<BenchPass> {
  const items = mixed(workload.files, seed).map(itemOf);
  for await (const event of warm({ items, targets: [target], concurrency, signs: NO_SIGNS, abort })) {
    if (event.type !== "run-end") continue;
    const { bytesAsked: bytes, seconds, failed, skipped } = event.summary;
    return { concurrency, bytes, seconds, failed: failed + skipped };
  }
  return { concurrency, bytes: 0, seconds: 0, failed: items.length };
}

function itemOf({ url, sizeBytes }: BenchWorkload["files"][number]): PlannedAsset {
  return {
    asset: draftAsset({ url, title: url, sizeBytes, catalog: "bench" }),
    devices: 0,
    why: "bench",
    decision: "warm",
  };
}

/** The files in another order, the same one for the same seed (a linear congruential generator). */
function mixed<Item>(items: readonly Item[], seed: number): Item[] {
  const order = [...items];
  let state = seed;
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j] as Item, order[i] as Item];
  }
  return order;
}
