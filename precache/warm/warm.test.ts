import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Journal, openJournal } from "../../core/journal/journal.ts";
import type { Clock } from "../../core/time/clock.ts";
import { anAsset, plannedFiles } from "../../fixtures/assets.ts";
import { type ContentCache, type ContentCacheOptions, startContentCache } from "../../fixtures/content-cache/index.ts";
import { fileDigest, type Origin, type OriginOptions, startOrigin } from "../../fixtures/origin/index.ts";
import { DeliveryBook, readJournal } from "../presence/presence.ts";
import { RunJournal } from "../run/run-journal.ts";
import type { CacheTarget, PlannedAsset } from "../words/asset.ts";
import type { AssetEnd, WarmEvent, WarmSummary } from "./events.ts";
import { type WarmOptions, warm } from "./warm.ts";

let folder: string;
let origin: Origin;
let caches: ContentCache[] = [];
let journals: Journal[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-warm-"));
  origin = await startOrigin();
});

afterEach(async () => {
  for (const journal of journals) await journal.close();
  for (const cache of caches) await cache.stop();
  await origin.stop();
  [caches, journals] = [[], []];
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

/** The books of runs: what they write and what they know of earlier ones. */
async function books(): Promise<Pick<WarmOptions, "deliveries" | "record"> & { read(): Promise<DeliveryBook> }> {
  const journal = await openJournal(folder, "precache");
  journals.push(journal);
  const own = new RunJournal(journal, { server: "one" }, new DeliveryBook());
  return {
    deliveries: own,
    record: (event) => own.record(event),
    read: async () => {
      const book = new DeliveryBook();
      await readJournal(book, folder, 1_700_000_000_000);
      return book;
    },
  };
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

  test("reports beginnings, progress and ends, one end for each asset", async () => {
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
    const told = await run([{ ...a, decision: "left" }, { ...b, decision: "cached", why: "seen" }, unknown], cache);
    expect(told.summary).toMatchObject({ planned: 2, warmed: 1, cached: 1, bytesAsked: 777, bytesPlanned: 1777 });
    expect(told.ends.find(({ outcome }) => outcome === "cached")?.reason).toBe("seen");
    const path = "/x/777b/y.pkg?source=swcdn.apple.com";
    expect(cache.requests.map(({ method, asked }) => [method, asked])).toEqual([
      ["HEAD", path],
      ["GET", path],
    ]);
  });
});

describe("faults", () => {
  test.each([
    ["reset", { kind: "reset", afterBytes: 70_000 }],
    ["a short body", { kind: "short", afterBytes: 70_000 }],
    ["a stall", { kind: "stall", afterBytes: 70_000 }],
    ["a 500", { kind: "status", status: 500 }],
    ["a silence", { kind: "silent" }],
  ] as const)("after %s the file is asked again and arrives complete", async (_what, fault) => {
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

  test("chunked, unframed and redirected answers arrive complete, through the cache", async () => {
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

  test("503 without end and without Retry-After, ends the run as suspended after three quarters of an hour", async () => {
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
  test("at the end nothing runs any more, and the next run goes on from what the cache kept", async () => {
    await slowOrigin({ bytesPerSecond: 200_000 });
    const cache = await startCache();
    const clock: Clock = { now: Date.now, sleep: async (ms) => await sleep(ms) };
    const items = plannedFiles(4, 60_000);
    const started = Date.now();
    const told = await run(items, cache, { clock, concurrency: 2, stallMs: 3000, deadlineMs: started + 150 });
    expect(told.summary).toMatchObject({ warmed: 0, skipped: 4, ended: "deadline" });
    expect(told.ends.every(({ reason }) => reason === "out of time")).toBe(true);
    // all of it takes 1.2 s at least
    expect(Date.now() - started).toBeLessThan(1200);
    const next = await run(items, cache, { clock, stallMs: 3000 });
    expect(next.summary).toMatchObject({ warmed: 4 });
    expect(next.summary.bytesFromOrigin).toBeLessThan(240_000);
  });

  test("a file that comes a byte at a time is given up, and the others come", async () => {
    const slow = createServer((request, response) => {
      const length = 1000;
      response.writeHead(200, { "content-length": length });
      if (request.url?.includes("file-0") !== true) return response.end(Buffer.alloc(length, 7));
      const timer = setInterval(() => response.write("x"), 20);
      return response.on("close", () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    try {
      const leastRate = { bytesPerSecond: 1000, overMs: 200 };
      const told = await run(plannedFiles(3, 1000), { url } as ContentCache, { leastRate, attempts: 2 });
      expect(told.summary).toMatchObject({ warmed: 2, failed: 1, ended: "done" });
      const failed = told.ends.find(({ outcome }) => outcome === "failed");
      expect(failed).toMatchObject({ code: "FETCH_SLOW", attempts: 2 });
    } finally {
      slow.closeAllConnections();
      slow.close();
    }
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

describe("the books", () => {
  test("what came whole is not asked again where the cache does not tell what it holds", async () => {
    const cache = await startCache({ cachedRangesHeader: false });
    const own = await books();
    const items = plannedFiles(5, 1000);
    await run(items, cache, own);
    const gets = cache.requests.filter(({ method }) => method === "GET").length;
    const again = await run(items, cache, own);
    expect(again.summary).toMatchObject({ cached: 5, bytesAsked: 0 });
    expect(again.ends[0]?.reason).toMatch(/^warmed \d+ s ago$/);
    expect(cache.requests.filter(({ method }) => method === "GET").length).toBe(gets);
  });

  test("but the cache's own word outranks them: after a wipe everything is fetched again", async () => {
    const cache = await startCache();
    const own = await books();
    const items = plannedFiles(3, 1000);
    await run(items, cache, own);
    expect((await run(items, cache, own)).summary.cached).toBe(3);
    cache.wipe();
    expect((await run(items, cache, own)).summary).toMatchObject({ warmed: 3, cached: 0, bytesFromOrigin: 3000 });
    expect(cache.usedBytes()).toBe(3000);
    const read = await own.read();
    expect([read.size, read.tells("one")]).toEqual([3, true]);
  });

  test("a failed file is not in them", async () => {
    const cache = await startCache({ cachedRangesHeader: false });
    cache.faults.add("", { kind: "short", afterBytes: 500 });
    const own = await books();
    expect(outcomes(await run(plannedFiles(1, 1000), cache, own))).toEqual(["failed"]);
    expect((await own.read()).size).toBe(0);
  });

  test("by the time a file is reported as done it can be read there", async () => {
    const cache = await startCache();
    const own = await books();
    const items = plannedFiles(20, 1000);
    const options = { items, targets: [targetOf(cache)], clock: quickClock(), ...own };
    for await (const event of warm(options)) {
      if (event.type !== "asset-end") continue;
      expect((await own.read()).find("one", event.item.asset.url)).toBeDefined();
    }
  });

  test("a run whose books cannot be written ends soon, and what came is reported all the same", async () => {
    await slowOrigin({ bytesPerSecond: 100_000 });
    const cache = await startCache();
    let lines = 0;
    const full = new RunJournal(
      {
        append: async () => {
          if (++lines > 1) throw new Error("no space left on device");
        },
      },
      {},
      new DeliveryBook(),
    );
    const clock: Clock = { now: Date.now, sleep: async (ms) => await sleep(ms) };
    const told = await run(plannedFiles(40, 10_000), cache, {
      clock,
      stallMs: 3000,
      deliveries: full,
      record: (event) => full.record(event),
    });
    expect(told.summary.planned).toBe(40);
    expect(told.summary.warmed).toBeGreaterThan(0);
    expect(told.summary.warmed).toBeLessThan(20);
    expect(told.ends.find(({ outcome }) => outcome === "warmed")?.reason).toContain("no space left");
    expect(full.trouble?.error).toMatchObject({ message: "no space left on device" });
  });

  test("a file that takes long is in them on its way, and its lines add up to what it cost", async () => {
    await slowOrigin({ bytesPerSecond: 300_000 });
    const cache = await startCache();
    let now = 1_700_000_000_000;
    // every look at the clock is ten seconds later: progress every time, a line every sixth
    const clock: Clock = { now: () => (now += 10_000), sleep: async () => await sleep(1) };
    const told = await run(plannedFiles(1, 200_000), cache, { clock, stallMs: 3000 });
    const parts = told.events.filter((event) => event.type === "asset-part");
    expect(parts.length).toBeGreaterThan(0);
    const lines = [...parts, ...told.ends].map(({ sinceLastLine }) => sinceLastLine);
    const [end] = told.ends;
    expect(lines.reduce((sum, { bytesAsked }) => sum + bytesAsked, 0)).toBe(200_000);
    expect(lines.reduce((sum, { bytesFromOrigin }) => sum + bytesFromOrigin, 0)).toBe(end?.bytesFromOrigin);
    expect(lines.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(end?.seconds ?? 0);
  });
});

/** Files that are not what was asked for: whatever comes with status 200, it is not warmed. */
describe("warmed means that the file came", () => {
  const page = "<html><title>Sign in</title><form action=/login></form></html>";

  async function portal(answers: Readonly<Record<string, () => [number, OutgoingHttpHeaders, string]>>) {
    const server = createServer((request, response) => {
      const name = Object.keys(answers).find((part) => request.url?.includes(part) === true);
      const [status, headers, body] = answers[name ?? ""]?.() ?? [200, {}, "y".repeat(10_000)];
      response.writeHead(status, { "content-length": body.length, ...headers });
      response.end(request.method === "HEAD" ? undefined : body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      cache: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } as ContentCache,
      stop: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }

  test("and not a web page, nothing, or what a portal redirects to; the good files come", async () => {
    const { cache, stop } = await portal({
      empty: () => [200, {}, ""],
      page: () => [200, { "content-type": "text/html" }, page],
      disguised: () => [200, { "content-type": "application/octet-stream" }, page],
      redirected: () => [302, { location: "http://portal.example.net/login" }, ""],
      login: () => [200, { "content-type": "text/html" }, page],
    });
    try {
      const own = await books();
      const names = ["empty.pkg", "page.ipsw", "disguised.pkg", "redirected.pkg", "good.pkg"];
      const items = names.flatMap((name) =>
        [undefined, 10_000].map((sizeBytes) => ({
          asset: anAsset(`http://swcdn.apple.com/${sizeBytes ?? "unknown"}/${name}`, { sizeBytes }),
          devices: 0,
          why: "named",
          decision: "warm" as const,
        })),
      );
      const told = await run(items, cache, own);
      expect(told.summary).toMatchObject({ warmed: 2, failed: 8, ended: "done" });
      expect(told.ends.filter(({ outcome }) => outcome === "warmed").map(({ item }) => item.asset.title)).toEqual([
        "good.pkg",
        "good.pkg",
      ]);
      expect((await own.read()).size).toBe(2);
    } finally {
      stop();
    }
  });

  test("nor a file of another length than its own head says, where no catalogue has one", async () => {
    let asked = 0;
    const { cache, stop } = await portal({ odd: () => [200, {}, "z".repeat(++asked === 1 ? 5000 : 57)] });
    try {
      const item = { ...(plannedFiles(1, 1)[0] as PlannedAsset), asset: anAsset("http://swcdn.apple.com/odd.pkg") };
      const told = await run([item], cache);
      expect(told.ends[0]).toMatchObject({ outcome: "failed", code: "FETCH_LENGTH" });
      expect(told.ends[0]?.reason).toContain("5000 were expected by its answer to HEAD");
    } finally {
      stop();
    }
  });

  test("nor other bytes than the catalogue's checksum says", async () => {
    const cache = await startCache();
    const [right, wrong] = plannedFiles(2, 50_000) as [PlannedAsset, PlannedAsset];
    const hex = fileDigest(new URL(right.asset.url).pathname, 50_000);
    const withDigest = (item: PlannedAsset): PlannedAsset => ({
      ...item,
      asset: { ...item.asset, digest: { algorithm: "sha256", hex } },
    });
    const told = await run([withDigest(right), withDigest(wrong)], cache, { concurrency: 1 });
    expect(outcomes(told)).toEqual(["warmed", "failed"]);
    expect(told.ends[1]).toMatchObject({ code: "FETCH_DIGEST", attempts: 1 });
  });

  test.each([
    ["a local file", "file:///etc/passwd"],
    ["https on its own port", "own"],
    ["nowhere", "http://"],
    ["an inner address", "http://169.254.169.254/latest"],
    ["a name and password", "http://user:pass@swcdn.apple.com/x"],
  ])("a redirection to %s is the fault of one file, however many there are", async (_what, to) => {
    const cache = await startCache();
    const location = to === "own" ? `https://127.0.0.1:${cache.port}/x` : to;
    for (let i = 0; i < 6; i++) cache.faults.add(`file-${i}.`, { kind: "redirect", to: location });
    const told = await run(plannedFiles(20, 1000), cache);
    expect(told.summary).toMatchObject({ warmed: 14, failed: 6, ended: "done" });
    expect(told.ends.find(({ outcome }) => outcome === "failed")).toMatchObject({
      code: "FETCH_REDIRECT",
      attempts: 1,
    });
  });

  test("whatever throws for one file ends that file only", async () => {
    const cache = await startCache();
    const odd = { ...(plannedFiles(1, 1000)[0] as PlannedAsset), asset: anAsset("ftp://swcdn.apple.com/x.pkg") };
    const told = await run([odd, odd, odd, odd, ...plannedFiles(5, 1000)], cache);
    expect(told.summary).toMatchObject({ warmed: 5, failed: 4, ended: "done" });
    expect(told.ends.find(({ outcome }) => outcome === "failed")).toMatchObject({ code: "ASSET_URL" });
  });

  test("Retry-After: 0 is not leave to ask without end", async () => {
    const cache = await startCache();
    cache.faults.add("", { kind: "status", status: 503, retryAfter: "0" }, 12);
    const clock = quickClock();
    const told = await run(plannedFiles(5, 1000), cache, { clock });
    expect(told.summary).toMatchObject({ warmed: 5 });
    const waits = told.events.filter((event) => event.type === "waiting");
    expect(Math.min(...waits.map(({ waitMs }) => waitMs))).toBeGreaterThanOrEqual(1000);
  });
});
