import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import { startContentCache } from "../../fixtures/content-cache/index.ts";
import { startOrigin } from "../../fixtures/origin/index.ts";
import type { Plan } from "../words/asset.ts";
import { type BenchPass, benchCache, benchRows, benchWorkload, parseWorkload } from "./measure.ts";

const plan: Plan = {
  items: Array.from({ length: 20 }, (_, n) => ({
    asset: anAsset(`https://updates.cdn-apple.com/b/${n}`, {
      group: "iPad",
      sizeBytes: n === 19 ? undefined : 1000 * (n + 1),
    }),
    devices: 0,
    why: "",
    decision: "warm",
  })),
};

it("benchWorkload() takes large and small in turn, none above a quarter, and reads back", () => {
  const workload = benchWorkload(plan, 40_000);
  const sizes = workload.files.map(({ sizeBytes }) => sizeBytes);
  expect(sizes.slice(0, 4)).toEqual([10_000, 1000, 9000, 2000]);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40_000);
  expect(parseWorkload(JSON.stringify(workload), "w")).toEqual(workload);
  expect(() => benchWorkload({ items: [] }, 40_000)).toThrow("no file");
  for (const text of [
    "",
    "{}",
    '{"version":1,"files":[]}',
    '{"version":1,"files":[{"url":"file:///x","sizeBytes":1}]}',
  ]) {
    expect(() => parseWorkload(text, "w")).toThrow("not a workload");
  }
});

it("benchCache() measures every concurrency so often, over a real cache", async () => {
  const folder = await mkdtemp(join(tmpdir(), "larder-bench-"));
  const workload = benchWorkload(plan, 40_000);
  const sizes = new Map(workload.files.map(({ url, sizeBytes }) => [new URL(url).pathname, sizeBytes]));
  const origin = await startOrigin({ sizes });
  const cache = await startContentCache({ origin: origin.url, folder });
  const target = { name: "c", url: cache.url, role: "cache" as const };
  const passes: BenchPass[] = [];
  for await (const pass of benchCache(workload, target, {
    concurrencies: [1, 4],
    iterations: 2,
    abort: new AbortController().signal,
  }))
    passes.push(pass);
  const bytes = workload.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(passes.map((pass) => [pass.concurrency, pass.bytes, pass.failed])).toEqual([
    [1, bytes, 0],
    [1, bytes, 0],
    [4, bytes, 0],
    [4, bytes, 0],
  ]);
  await cache.stop();
  await origin.stop();
  await rm(folder, { recursive: true, force: true });
});

it("benchRows() gives least, mean and most of each concurrency", () => {
  const pass = (concurrency: number, bytes: number, failed = 0): BenchPass => ({
    concurrency,
    bytes,
    seconds: 2,
    failed,
  });
  expect(benchRows([pass(1, 200), pass(1, 600, 1), pass(8, 1000)])).toEqual([
    { concurrency: 1, passes: 2, min: 100, mean: 200, max: 300, failed: 1 },
    { concurrency: 8, passes: 1, min: 500, mean: 500, max: 500, failed: 0 },
  ]);
});
