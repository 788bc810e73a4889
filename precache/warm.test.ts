import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anAsset, plannedFiles } from "../fixtures/assets.ts";
import { type ContentCache, type ContentCacheOptions, startContentCache } from "../fixtures/content-cache/index.ts";
import { type Origin, type OriginOptions, startOrigin } from "../fixtures/origin/index.ts";
import type { CacheTarget, PlannedAsset } from "./asset.ts";
import type { Clock } from "./clock.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { type WarmOptions, warm } from "./warm.ts";
import type { AssetEnd, WarmEvent, WarmSummary } from "./warm-events.ts";

let folder: string;
let origin: Origin;
let caches: ContentCache[] = [];
let ledgers: Ledger[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-warm-"));
  origin = await startOrigin();
});

afterEach(async () => {
  for (const ledger of ledgers) await ledger.close();
  for (const cache of caches) await cache.stop();
  await origin.stop();
  [caches, ledgers] = [[], []];
  rmSync(folder, { recursive: true, force: true });
});

async function slowOrigin(options: OriginOptions): Promise<void> {
  await origin.stop();
  origin = await startOrigin(options);
}

async function startCache(options: Partial<ContentCacheOptions> = {}): Promise<ContentCache> {
  const own = join(folder, `cache${caches.length}`);
  const cache = await startContentCache({ origin: origin.url, folder: own, keepAlive: true, ...options });
  caches.push(cache);
  return cache;
}

async function ledgerOf(name = "ledger"): Promise<Ledger> {
  const ledger = await openLedger(join(folder, name));
  ledgers.push(ledger);
  return ledger;
}

function targetOf(cache: { url: string }, name = "one", role: CacheTarget["role"] = "cache"): CacheTarget {
  return { name, url: cache.url, role };
}

/** Time that passes only where somebody waits. */
function quickClock(): Clock & { waited: number } {
  let now = 1_700_000_000_000;
  return {
    waited: 0,
    now: () => now,
    async sleep(ms, signal) {
      const until = now + ms;
      await sleep(1);
      if (signal?.aborted === true) return;
      this.waited += ms;
      now = Math.max(now, until);
    },
  };
}

interface Told {
  readonly events: readonly WarmEvent[];
  readonly ends: readonly AssetEnd[];
  readonly summary: WarmSummary;
}

async function run(
  items: readonly PlannedAsset[],
  cache: ContentCache,
  more: Partial<WarmOptions> = {},
): Promise<Told> {
  const events: WarmEvent[] = [];
  const options = { items, targets: [targetOf(cache)], stallMs: 1000, clock: quickClock(), ...more };
  for await (const event of warm(options)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== "run-end") throw new Error("the run did not end with run-end");
  return { events, ends: events.filter((event) => event.type === "asset-end"), summary: last.summary };
}

const outcomes = (told: Told): string[] => told.ends.map(({ outcome }) => outcome);

describe("a good run", () => {
  test("warms everything once, counts to the byte, and the second run finds it there", async () => {
    const cache = await startCache();
    const items = plannedFiles(20, 30_000);
    const first = await run(items, cache);
    expect(first.summary).toMatchObject({
      planned: 20,
      warmed: 20,
      failed: 0,
      bytesPlanned: 600_000,
      bytesAsked: 600_000,
      bytesFromOrigin: 600_000,
      ended: "done",
    });
    expect(cache.counters.total("BYTESFROMORIGINTOCLIENT")).toBe(600_000);
    expect(origin.bytesServed()).toBe(600_000);
    const second = await run(items, cache);
    expect(second.summary).toMatchObject({ warmed: 0, cached: 20, bytesFromOrigin: 0 });
    expect(second.ends[0]?.reason).toBe("X-Apple-Cached-Ranges");
    expect(origin.bytesServed()).toBe(600_000);
  });

  test("leaves a large file that the cache holds, instead of reading it", async () => {
    const cache = await startCache();
    const items = plannedFiles(1, 30_000_000);
    await run(items, cache, { stallMs: 5000 });
    const again = await run(items, cache, { stallMs: 5000 });
    expect(again.summary.cached).toBe(1);
    expect(again.summary.bytesAsked).toBe(0);
  });

  test("tells beginnings, progress and ends, one end for each asset", async () => {
    await slowOrigin({ bytesPerSecond: 400_000 });
    const cache = await startCache();
    const items = plannedFiles(2, 300_000);
    const clock: Clock = { now: Date.now, sleep: async (ms) => await sleep(ms) };
    const told = await run(items, cache, { clock, stallMs: 3000 });
    const types = told.events.map(({ type }) => type);
    expect(types[0]).toBe("run-start");
    expect(types.filter((type) => type === "asset-start").length).toBe(2);
    expect(types.filter((type) => type === "progress").length).toBeGreaterThanOrEqual(2);
    expect(told.ends.map(({ item }) => item.asset.title).sort()).toEqual(["file-0.zip", "file-1.zip"]);
  });

  test("asks only for what is planned to be warmed, and for files of unknown size too", async () => {
    const cache = await startCache();
    const [a, b] = plannedFiles(2, 1000) as [PlannedAsset, PlannedAsset];
    const unknown = { ...a, asset: anAsset("http://swcdn.apple.com/x/777b/y.pkg") };
    const told = await run([{ ...a, decision: "left" }, { ...b, decision: "cached" }, unknown], cache);
    expect(told.summary).toMatchObject({ planned: 1, warmed: 1, bytesAsked: 777, bytesPlanned: 777 });
    expect(cache.requests.map(({ asked }) => asked)).toEqual(["/x/777b/y.pkg?source=swcdn.apple.com"]);
  });
});

describe("faults", () => {
  test.each([
    ["reset", { kind: "reset", afterBytes: 70_000 }],
    ["a short body", { kind: "short", afterBytes: 70_000 }],
    ["a stall", { kind: "stall", afterBytes: 70_000 }],
    ["a 500", { kind: "status", status: 500 }],
    ["a silence", { kind: "silent" }],
  ] as const)("after %s the file is asked again and comes whole", async (_what, fault) => {
    const cache = await startCache();
    cache.faults.add("file-1", fault, 1);
    const told = await run(plannedFiles(3, 200_000), cache, { concurrency: 1, stallMs: 300 });
    expect(outcomes(told)).toEqual(["warmed", "warmed", "warmed"]);
    expect(told.ends[1]).toMatchObject({ attempts: 2, bytesFromOrigin: 200_000 });
    expect(told.events.some((event) => event.type === "waiting" && event.reason === "retry")).toBe(true);
  });

  test.each([
    ["403", { kind: "status", status: 403 }, "FETCH_STATUS", 1],
    ["404", { kind: "status", status: 404 }, "FETCH_STATUS", 1],
    ["another length than the catalogue's", { kind: "wrong-length", lengthBytes: 150_000 }, "FETCH_LENGTH", 1],
    ["breaking off every time", { kind: "short", afterBytes: 99 }, "FETCH_BROKEN", 4],
    ["a 500 every time", { kind: "status", status: 500 }, "FETCH_STATUS", 4],
  ] as const)("%s fails that file and no other", async (_what, fault, code, attempts) => {
    const cache = await startCache();
    cache.faults.add("file-1", fault);
    const told = await run(plannedFiles(4, 200_000), cache, { concurrency: 2 });
    const [failed, ...others] = told.ends.filter(({ outcome }) => outcome === "failed");
    expect(others).toEqual([]);
    expect(failed).toMatchObject({ code, attempts });
    expect(failed?.item.asset.title).toBe("file-1.zip");
    expect(told.summary).toMatchObject({ warmed: 3, failed: 1, ended: "done" });
  });

  test("more bytes than announced do not count, and spoil nothing", async () => {
    const cache = await startCache();
    cache.faults.add("", { kind: "long", extraBytes: 500 });
    const told = await run(plannedFiles(10, 20_000), cache, { concurrency: 2 });
    expect(told.summary).toMatchObject({ warmed: 10, bytesAsked: 200_000 });
  });

  test("chunked, unframed and redirected answers come whole, through the cache", async () => {
    const cache = await startCache();
    cache.faults.add("file-0", { kind: "chunked" });
    cache.faults.add("file-1", { kind: "unframed" });
    cache.faults.add("file-2", { kind: "redirect", to: "https://swcdn.apple.com/else/5000b/z.pkg" });
    const told = await run(plannedFiles(3, 5000), cache, { concurrency: 1 });
    expect(outcomes(told)).toEqual(["warmed", "warmed", "warmed"]);
    expect(cache.requests.at(-1)?.asked).toBe("/else/5000b/z.pkg?source=swcdn.apple.com&sourceScheme=https");
  });

  test("503 with Retry-After makes the whole run wait so long, and costs no file a try", async () => {
    const cache = await startCache();
    cache.suspend("120");
    const clock = quickClock();
    const told: WarmEvent[] = [];
    for await (const event of warm({ items: plannedFiles(5, 1000), targets: [targetOf(cache)], clock })) {
      told.push(event);
      if (event.type === "waiting") {
        expect(event).toMatchObject({ reason: "busy", waitMs: 120_000, item: undefined });
        cache.resume();
      }
    }
    expect(told.filter(({ type }) => type === "waiting").length).toBe(1);
    expect(told.at(-1)).toMatchObject({ summary: { warmed: 5, failed: 0 } });
    expect(clock.waited).toBeGreaterThanOrEqual(120_000);
  });

  test("503 for ever, without Retry-After, ends the run as suspended after three quarters of an hour", async () => {
    const cache = await startCache();
    cache.suspend();
    const clock = quickClock();
    const told = await run(plannedFiles(5, 1000), cache, { clock });
    expect(told.events.find(({ type }) => type === "target-dead")).toMatchObject({ code: "TARGET_SUSPENDED" });
    expect(told.summary).toMatchObject({ ended: "dead", warmed: 0, planned: 5 });
    expect(clock.waited / 60_000).toBeGreaterThan(45);
    expect(cache.requests.length).toBeLessThan(400);
  });

  test("503 for one file alone fails that file", async () => {
    const cache = await startCache();
    cache.faults.add("file-0", { kind: "status", status: 503 });
    const told = await run(plannedFiles(6, 1000), cache, { concurrency: 2 });
    expect(told.summary).toMatchObject({ warmed: 5, failed: 1, ended: "done" });
  });

  test("a cache that is not there is called dead within seconds, and nothing counts as warmed", async () => {
    const cache = await startCache();
    await cache.die();
    const clock = quickClock();
    const told = await run(plannedFiles(50, 1000), cache, { clock });
    const dead = told.events.find(({ type }) => type === "target-dead");
    expect(dead).toMatchObject({ code: "TARGET_UNREACHABLE" });
    expect(dead).toMatchObject({ message: expect.stringContaining("ECONNREFUSED") });
    expect(told.summary).toMatchObject({ planned: 50, warmed: 0, ended: "dead" });
    expect(told.ends.length).toBe(50);
    expect(clock.waited).toBeLessThan(30_000);
  });

  test("a cache that dies in the middle ends the run; what came before counts", async () => {
    await slowOrigin({ bytesPerSecond: 500_000 });
    const cache = await startCache();
    const items = plannedFiles(30, 20_000);
    const ends: AssetEnd[] = [];
    let summary: WarmSummary | undefined;
    for await (const event of warm({ items, targets: [targetOf(cache)], clock: quickClock(), stallMs: 500 })) {
      if (event.type === "asset-end") ends.push(event);
      if (event.type === "asset-end" && ends.length === 8) await cache.die();
      if (event.type === "run-end") summary = event.summary;
    }
    expect(summary).toMatchObject({ ended: "dead", planned: 30 });
    expect(summary?.warmed).toBeGreaterThanOrEqual(8);
    expect(summary?.warmed).toBeLessThan(20);
    expect((summary?.warmed ?? 0) + (summary?.failed ?? 0) + (summary?.skipped ?? 0)).toBe(30);
  });

  test("a cache that answers nothing but failures is given up after 25 files", async () => {
    const cache = await startCache();
    cache.faults.add("", { kind: "status", status: 502 });
    const told = await run(plannedFiles(60, 1000), cache);
    expect(told.events.find(({ type }) => type === "target-dead")).toMatchObject({ code: "TARGET_GIVES_NOTHING" });
    expect(told.ends.length).toBe(60);
  });

  test("a broken transfer costs the origin no byte twice", async () => {
    await slowOrigin({ bytesPerSecond: 3_000_000 });
    const cache = await startCache();
    cache.faults.add("", { kind: "reset", afterBytes: 150_000 }, 1);
    const told = await run(plannedFiles(1, 400_000), cache, { stallMs: 2000 });
    expect(told.ends[0]).toMatchObject({ outcome: "warmed", attempts: 2, bytesFromOrigin: 400_000 });
    expect(told.ends[0]?.bytesAsked).toBeGreaterThan(400_000);
    expect(cache.counters.total("BYTESFROMORIGINTOCLIENT")).toBeLessThanOrEqual(400_000);
  });
});

describe("ending early", () => {
  test("after the deadline nothing starts, files in hand are finished", async () => {
    await slowOrigin({ bytesPerSecond: 100_000 });
    const cache = await startCache();
    const clock: Clock = { now: Date.now, sleep: async (ms) => await sleep(ms) };
    const options = { clock, concurrency: 2, stallMs: 3000, deadlineMs: Date.now() + 100 };
    const told = await run(plannedFiles(8, 20_000), cache, options);
    expect(told.summary).toMatchObject({ warmed: 2, skipped: 6, failed: 0, ended: "deadline" });
    expect(told.ends.filter(({ reason }) => reason === "out of time").length).toBe(6);
  });

  test("or left, and the next run goes on from what the cache kept", async () => {
    await slowOrigin({ bytesPerSecond: 200_000 });
    const cache = await startCache();
    const clock: Clock = { now: Date.now, sleep: async (ms) => await sleep(ms) };
    const items = plannedFiles(2, 60_000);
    const started = Date.now();
    const told = await run(items, cache, {
      clock,
      stallMs: 3000,
      deadlineMs: started + 150,
      afterDeadline: "leave",
    });
    expect(told.summary).toMatchObject({ warmed: 0, skipped: 2, ended: "deadline" });
    expect(Date.now() - started).toBeLessThan(290);
    const next = await run(items, cache, { clock, stallMs: 3000 });
    expect(next.summary).toMatchObject({ warmed: 2 });
    expect(next.summary.bytesFromOrigin).toBeLessThan(120_000);
  });

  test("stop finishes what is in hand, abort leaves it", async () => {
    await slowOrigin({ bytesPerSecond: 100_000 });
    for (const how of ["stop", "abort"] as const) {
      const cache = await startCache();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 60);
      const told = await run(plannedFiles(6, 20_000, how), cache, {
        concurrency: 2,
        stallMs: 3000,
        [how]: controller.signal,
      });
      expect(told.summary).toMatchObject({ warmed: how === "stop" ? 2 : 0, failed: 0, ended: "stopped" });
      expect(told.summary.skipped).toBe(how === "stop" ? 4 : 6);
    }
  });

  test("who stops reading the events stops the run", async () => {
    await slowOrigin({ bytesPerSecond: 100_000 });
    const cache = await startCache();
    for await (const event of warm({ items: plannedFiles(50, 10_000), targets: [targetOf(cache)] })) {
      if (event.type === "asset-start") break;
    }
    const asked = cache.requests.length;
    await sleep(50);
    expect(cache.requests.length).toBe(asked);
    expect(asked).toBeLessThan(10);
  });
});

describe("several caches", () => {
  test("parents come first, and their children find everything there", async () => {
    const parent = await startCache();
    const child = await startCache({ parent: parent.url });
    const targets = [targetOf(child, "child"), targetOf(parent, "parent", "parent")];
    const told = await run(plannedFiles(5, 10_000), child, { targets });
    expect(told.ends.map(({ target }) => target.name)).toEqual([...Array(5).fill("parent"), ...Array(5).fill("child")]);
    expect(origin.bytesServed()).toBe(50_000);
    expect(child.counters.total("BYTESFROMPARENTTOCLIENT")).toBe(50_000);
    expect(told.summary).toMatchObject({ planned: 10, warmed: 10 });
  });

  test("of peers one is asked; when it dies the next goes on with what is left", async () => {
    const first = await startCache();
    const second = await startCache({ peers: [first.url] });
    const targets = [targetOf(first, "first", "peer"), targetOf(second, "second", "peer")];
    const alone = await run(plannedFiles(5, 10_000), first, { targets });
    expect(alone.summary).toMatchObject({ planned: 5, warmed: 5 });
    expect(second.requests.length).toBe(0);
    await first.die();
    const failover = await run(plannedFiles(5, 10_000, "more"), first, { targets });
    expect(failover.ends.every(({ target, outcome }) => target.name === "second" && outcome === "warmed")).toBe(true);
    expect(failover.ends.length).toBe(5);
    expect(failover.summary.targets.map(({ dead }) => dead !== undefined)).toEqual([true, false]);
  });

  test("a dead cache does not stop the others", async () => {
    const dead = await startCache();
    await dead.die();
    const living = await startCache();
    const targets = [targetOf(dead, "dead"), targetOf(living, "living")];
    const told = await run(plannedFiles(5, 1000), living, { targets });
    expect(told.summary).toMatchObject({ planned: 10, warmed: 5, ended: "done" });
  });

  test("without a target there is nothing to do but say so", async () => {
    await expect(warm({ items: [], targets: [] }).next()).rejects.toMatchObject({ code: "WARM_NO_TARGET" });
  });
});

describe("the ledger", () => {
  test("what came whole is not asked again where the cache does not tell what it holds", async () => {
    const cache = await startCache({ cachedRangesHeader: false });
    const ledger = await ledgerOf();
    const items = plannedFiles(5, 1000);
    await run(items, cache, { ledger });
    const gets = cache.requests.filter(({ method }) => method === "GET").length;
    const again = await run(items, cache, { ledger });
    expect(again.summary).toMatchObject({ cached: 5, bytesAsked: 0 });
    expect(again.ends[0]?.reason).toMatch(/^warmed \d+ min ago$/);
    expect(cache.requests.filter(({ method }) => method === "GET").length).toBe(gets);
  });

  test("but the cache's own word outranks it: after a wipe everything is fetched anew", async () => {
    const cache = await startCache();
    const ledger = await ledgerOf();
    const items = plannedFiles(3, 1000);
    await run(items, cache, { ledger });
    expect((await run(items, cache, { ledger })).summary.cached).toBe(3);
    cache.wipe();
    expect((await run(items, cache, { ledger })).summary).toMatchObject({
      warmed: 3,
      cached: 0,
      bytesFromOrigin: 3000,
    });
    expect(cache.usedBytes()).toBe(3000);
  });

  test("a failed file is not in it, nor one of another size", async () => {
    const cache = await startCache({ cachedRangesHeader: false });
    cache.faults.add("", { kind: "short", afterBytes: 500 });
    const ledger = await ledgerOf();
    const told = await run(plannedFiles(1, 1000), cache, { ledger });
    expect(outcomes(told)).toEqual(["failed"]);
    expect(ledger.size).toBe(0);
  });
});
