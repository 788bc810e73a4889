import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunCommand } from "../../core/cache/cache.ts";
import { LarderError } from "../../core/errors.ts";
import { queryHistory, readLines } from "../../core/history/history.ts";
import { openJournal } from "../../core/journal/journal.ts";
import { acquireLock } from "../../core/lock.ts";
import { silentLog } from "../../core/log.ts";
import { systemClock } from "../../core/time/clock.ts";
import { type ContentCache, startContentCache } from "../../fixtures/content-cache/index.ts";
import { fileBytes, type Origin, startOrigin } from "../../fixtures/origin/index.ts";
import { type PrecacheInput, precacheOptions } from "../options.ts";
import { planOnly } from "../plan/make-plan.ts";
import type { WarmEvent } from "../warm/events.ts";
import { type RunContext, runFolder, runPrecache } from "./run.ts";

let folder = "";
let origin: Origin;
let cache: ContentCache;
const files = Array.from({ length: 6 }, (_, n) => ({
  url: `https://updates.cdn-apple.com/f/${n}.zip`,
  size: 1000 * (n + 1),
}));
const nowhere: RunCommand = async () => ({
  exitCode: undefined,
  stdout: "",
  stderr: "",
  failure: { kind: "missing", text: "not here" },
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-run-"));
  const sizes = new Map(files.map(({ url, size }) => [new URL(url).pathname, size]));
  origin = await startOrigin({ sizes });
  cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache") });
  await writeFile(join(folder, "urls"), files.map(({ url, size }) => `${url} ${size}\n`).join(""));
});
afterEach(async () => {
  await cache.stop();
  await origin.stop();
  await rm(folder, { recursive: true, force: true });
});

function context(options: PrecacheInput = {}, more: Partial<RunContext> = {}): RunContext & { events: WarmEvent[] } {
  const events: WarmEvent[] = [];
  const stateDir = join(folder, "state");
  return {
    options: precacheOptions.parse({
      servers: [{ url: cache.url, name: "library" }],
      catalogs: [{ kind: "url-list", url: join(folder, "urls") }],
      ...options,
    }),
    stateDir,
    log: silentLog,
    tags: { server: "cache1" },
    openJournal: async () => await openJournal(stateDir, "precache"),
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    exitCodes: { ok: 0, partly: 3, failed: 1 },
    observe: (event) => events.push(event),
    world: { run: nowhere, readPlist: async () => undefined },
    events,
    ...more,
  };
}

const total = files.reduce((sum, { size }) => sum + size, 0);
const sum = async (measurement: string): Promise<Record<string, unknown>> =>
  (
    await queryHistory(join(folder, "state"), {
      measurement,
      fromMs: 0,
      toMs: Date.now() + 60_000,
      by: "all",
      timeZone: "UTC",
    })
  )[0]?.sums ?? {};

describe("runPrecache()", () => {
  it("warms the plan, and journal, events and the cache agree to the byte", async () => {
    const first = context();
    const report = await runPrecache(first);
    expect(report.verdict).toBe("ok");
    expect(report.summary).toMatchObject({
      planned: 6,
      warmed: 6,
      failed: 0,
      bytesAsked: total,
      bytesFromOrigin: total,
    });
    expect(cache.usedBytes()).toBe(total);
    expect(origin.bytesServed()).toBe(total);
    expect(await sum("precacherun")).toMatchObject({
      planned: 6,
      warmed: 6,
      "bytes.asked": total,
      "bytes.fromorigin": total,
    });
    expect(await sum("precacheasset")).toMatchObject({ bytes: total });
    expect(first.events.filter(({ type }) => type === "asset-end")).toHaveLength(6);
  });

  it("ends in one line of the log, also when it fails before it begins; alerts then find it in the journal", async () => {
    const lines: [string, unknown][] = [];
    const log = { ...silentLog, info: (message: string, details?: object) => void lines.push([message, details]) };
    await runPrecache(context({}, { log }));
    const urls = { kind: "url-list" as const, url: join(folder, "missing") };
    const prescript = join(folder, "refuses");
    await writeFile(prescript, "#!/bin/sh\necho not tonight\nexit 9\n", { mode: 0o755 });
    await expect(runPrecache(context({ catalogs: [urls], prescript }, { log }))).rejects.toThrow("not tonight");
    expect(lines.filter(([message]) => message === "warming run").map(([, details]) => details)).toEqual([
      expect.objectContaining({ verdict: "ok", planned: 6, warmed: 6, failed: 0, bytesFromOrigin: total }),
      expect.objectContaining({
        verdict: "failed",
        code: "PRESCRIPT_FAILED",
        why: expect.stringContaining("not tonight"),
      }),
    ]);
    const events: string[] = [];
    for await (const line of readLines(join(folder, "state"), {
      measurement: "events",
      fromMs: 0,
      toMs: Date.now() + 60_000,
    }))
      events.push(line);
    expect(events.at(-1)).toMatch(/event=run-skipped.*not tonight/);
  });

  it("fetches nothing again the next night, and says so", async () => {
    await runPrecache(context());
    const report = await runPrecache(context());
    expect(report.summary).toMatchObject({ planned: 6, cached: 6, warmed: 0, bytesFromOrigin: 0 });
    expect(report.prepared?.plan.items.every(({ decision }) => decision === "cached")).toBe(true);
    expect(origin.bytesServed()).toBe(total);
  });

  it("is seen by a plan made afterwards, which keeps no run waiting", async () => {
    const first = context();
    await runPrecache(first);
    const { options, stateDir, world } = first;
    const look = {
      options,
      stateDir,
      log: silentLog,
      signal: first.stop,
      nowMs: Date.now,
      ...(world ? { world } : {}),
    };
    const { plan } = await planOnly(look);
    expect(plan.items.map(({ decision, why }) => [decision, why])).toEqual(
      files.map(() => ["cached", "X-Apple-Cached-Ranges"]),
    );
    const lock = await acquireLock(join(runFolder(stateDir), "lock"), "warming run");
    expect((await planOnly(look)).plan.items.every(({ decision }) => decision === "cached")).toBe(true);
    await lock.release();
  });

  it("fetches what one of two caches lacks, but asks only one of two peers", async () => {
    const second = await startContentCache({ origin: origin.url, folder: join(folder, "second") });
    await runPrecache(context());
    const both = (role: "cache" | "peer"): PrecacheInput => ({
      servers: [
        { url: second.url, name: "hall", role },
        { url: cache.url, name: "library", role },
      ],
    });
    const peers = await runPrecache(context(both("peer")));
    expect(peers.prepared?.plan.items.every(({ decision }) => decision === "cached")).toBe(true);
    expect(peers.summary?.planned).toBe(6);
    second.wipe();
    const report = await runPrecache(context(both("cache")));
    expect(report.prepared?.plan.items.every(({ decision }) => decision === "warm")).toBe(true);
    expect(report.summary?.targets.map(({ warmed, cached }) => [warmed, cached])).toEqual([
      [6, 0],
      [0, 6],
    ]);
    expect(second.usedBytes()).toBe(total);
    await second.stop();
  });

  it("fetches all of it again when the cache was wiped, whatever the ledger remembers", async () => {
    await runPrecache(context());
    cache.wipe();
    const report = await runPrecache(context());
    expect(report.summary).toMatchObject({ warmed: 6, cached: 0 });
    expect(cache.usedBytes()).toBe(total);
  });

  it("keeps to the budget and leaves the rest", async () => {
    const report = await runPrecache(context({ budget: "3500" }));
    expect(report.summary?.bytesAsked).toBe(3000);
    expect(report.prepared?.plan.items.filter(({ decision }) => decision === "left")).toHaveLength(4);
  });

  it("asks the origin for sizes nobody knows when there is a budget", async () => {
    const one = `${origin.url}/f/2.zip`;
    await writeFile(join(folder, "urls"), `${one}\n`);
    const hosts = [new URL(origin.url).host];
    const report = await runPrecache(context({ budget: "1 MB", hosts }, { say: () => undefined }));
    expect(report.prepared?.plan.items[0]?.asset.sizeBytes).toBe(3000);
  });

  it.each([
    [
      "no size is known and there is a limit",
      { budget: "1 MB" },
      "",
      /^6 files \(size unknown, and there is a limit\): /,
    ],
    ["nothing fits", { budget: "10" }, " 1000", /^6 files \(beyond the budget\): /],
    [
      "filters leave out all that is named",
      { exclude: ["ZIP"] },
      " 1000",
      /^6 files \(its title holds "ZIP", exclude\): /,
    ],
  ])("does not pass for a success when it fetches nothing, as %s", async (_, options, size, reason) => {
    const nobody = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(nobody.address() as AddressInfo).port}`;
    await writeFile(join(folder, "urls"), files.map((_each, n) => `http://${host}/${n}.zip${size}\n`).join(""));
    const run = context({ ...options, hosts: [host] });
    const report = await runPrecache(run);
    nobody.close();
    expect([report.verdict, report.skipped]).toEqual(["partly", expect.stringMatching(reason)]);
    expect(run.events.map(({ type }) => type)).toEqual(["run-skipped"]);
    expect(report.prepared?.plan.items.map(({ decision }) => decision)).toEqual(files.map(() => "left"));
  });

  it("is in the journal when there is nothing to fetch: alerts know that it ran", async () => {
    await writeFile(join(folder, "urls"), "");
    const run = context();
    const { verdict, skipped, summary } = await runPrecache(run);
    expect({ verdict, skipped, summary }).toMatchObject({ verdict: "ok", summary: { planned: 0, ended: "done" } });
    expect(run.events.map(({ type }) => type)).toEqual(["run-start", "run-end"]);
  });

  it("ends partly when a file fails, with the reason", async () => {
    await writeFile(join(folder, "urls"), `${files[0]?.url} 999\n${files[1]?.url} 2000\n`);
    const report = await runPrecache(context());
    expect(report.verdict).toBe("partly");
    expect(report.failures.map(({ item, code }) => [item.asset.url, code !== undefined])).toEqual([
      [files[0]?.url, true],
    ]);
  });

  it("ends when the journal cannot be written, and leaves nothing locked", async () => {
    let closed = 0;
    const full = {
      append: async (): Promise<void> => {
        throw new LarderError("Cannot write to the journal: the disk is full", { code: "JOURNAL_FULL" });
      },
      close: async (): Promise<void> => {
        closed++;
      },
    };
    const report = await runPrecache(context({}, { openJournal: async () => full }));
    expect(report).toMatchObject({ verdict: "failed", trouble: { code: "JOURNAL_FULL" } });
    expect(report.trouble?.message).toContain("the disk is full");
    expect(report.trouble?.state).toContain("in the cache");
    expect(report.summary?.planned).toBe(6);
    expect(closed).toBe(1);
    expect((await runPrecache(context())).verdict).toBe("ok");
  });

  it("runs one at a time, and says who is running", async () => {
    const lock = await acquireLock(join(runFolder(join(folder, "state")), "lock"), "warming run");
    await expect(runPrecache(context())).rejects.toMatchObject({ code: "LOCKED" });
    await lock.release();
    expect((await runPrecache(context())).verdict).toBe("ok");
  });

  it("waits a random part of the splay, and a stop ends the wait", async () => {
    const stop = new AbortController();
    const said: string[] = [];
    const waiting = runPrecache(
      context({ splay: "4h" }, { stop: stop.signal, random: () => 0.5, say: (text) => said.push(text) }),
    );
    setTimeout(() => stop.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: "STOPPED" });
    expect(said).toEqual(["the run starts in 2 h"]);
    expect(origin.requests).toHaveLength(0);
  });

  it("ends as stopped, and in no other words, when it is stopped while it plans", async () => {
    const stop = new AbortController();
    const silent = createServer(() => stop.abort());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const catalogs = [{ kind: "sofa" as const, base: `http://127.0.0.1:${port}/` }];
    const planning = runPrecache(context({ catalogs, groups: ["installer"] }, { stop: stop.signal }));
    await expect(planning).rejects.toMatchObject({ code: "STOPPED", state: "nothing was fetched" });
    silent.closeAllConnections();
    silent.close();
    expect((await runPrecache(context())).verdict).toBe("ok");
  });

  it("asks the prescript first and lets the postscript know how it went", async () => {
    const script = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
      await chmod(join(folder, name), 0o755);
      return join(folder, name);
    };
    const out = join(folder, "out");
    const postscript = await script("post", `echo "$LARDER_PRECACHE_WARMED $LARDER_PRECACHE_EXIT_CODE" >> '${out}'`);
    const refused = context({ prescript: await script("pre", "echo not tonight; exit 9"), postscript });
    await expect(runPrecache(refused)).rejects.toMatchObject({ code: "PRESCRIPT_FAILED" });
    expect(origin.requests).toHaveLength(0);
    await runPrecache(context({ postscript }));
    expect(await readFile(out, "utf8")).toBe(" 1\n6 0\n");
  });

  describe("and its hours", () => {
    const at = (hour: number, minute: number, second = 0): number =>
      new Date(2026, 8, 14, hour, minute, second).getTime();

    it("are fixed when it starts: it fetches nothing after them", async () => {
      let now = at(5, 59, 59);
      const clock = { now: () => now, sleep: systemClock.sleep };
      const plan = context({ until: "06:00", concurrency: 1 }, { clock });
      const report = await runPrecache({
        ...plan,
        observe: (event) => {
          if (event.type === "asset-start") now = at(6, 0);
        },
      });
      expect(report.summary).toMatchObject({ ended: "deadline", warmed: 1, skipped: 5 });
      expect(report.verdict).toBe("partly");
    });

    it.each([
      ["06:00", at(8, 10), "too late: it was to end at 06:00, and the next 06:00 is more than 12 hours away"],
      ["06:00", at(6, 5), "too late: it was to end at 06:00, and the next 06:00 is more than 12 hours away"],
      ["22:00-06:00", at(8, 10), "outside its hours, 22:00 to 06:00"],
    ])("%s: too late it does nothing, says so, and tells the journal and the postscript", async (until, now, why) => {
      const out = join(folder, "out");
      const postscript = join(folder, "post");
      await writeFile(postscript, `#!/bin/sh\necho "$LARDER_PRECACHE_ENDED $LARDER_PRECACHE_EXIT_CODE" > '${out}'\n`);
      await chmod(postscript, 0o755);
      const clock = { now: () => now, sleep: systemClock.sleep };
      const report = await runPrecache(context({ until, postscript, splay: "4h" }, { clock }));
      expect(report).toMatchObject({ verdict: "partly", skipped: why, prepared: undefined, summary: undefined });
      expect([origin.requests, cache.requests]).toEqual([[], []]);
      expect(await readFile(out, "utf8")).toBe("skipped 3\n");
      const lines: string[] = [];
      for await (const line of readLines(join(folder, "state"), {
        measurement: "events",
        fromMs: 0,
        toMs: now + 1000,
        streams: ["precache"],
      }))
        lines.push(line);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`text="${why}"`);
    });

    it("bound the splay, and the plan", async () => {
      let now = at(5, 59, 50);
      const clock = {
        now: () => now,
        sleep: async (ms: number) => {
          // a turn of the loop, not a time: a plan may be quicker than a millisecond
          await new Promise((resolve) => setImmediate(resolve));
          now += ms;
        },
      };
      const said: string[] = [];
      const late = context(
        { until: "06:00", splay: "4h" },
        { clock, random: () => 0.999999, say: (text) => said.push(text) },
      );
      const report = await runPrecache(late);
      expect(said[0]).toBe("the run starts in 10 s");
      expect(report).toMatchObject({
        verdict: "partly",
        skipped: "too late: its time was over before the plan was made",
      });
      expect(cache.requests).toEqual([]);
    });
  });

  it("asks the cache about a file that is there once, not twice", async () => {
    await runPrecache(context());
    const before = cache.requests.length;
    const report = await runPrecache(context());
    expect(report.summary).toMatchObject({ cached: 6 });
    expect(cache.requests.slice(before).map(({ method }) => method)).toEqual(files.map(() => "HEAD"));
  });

  it("believes no record the cache contradicts", async () => {
    await writeFile(join(folder, "urls"), `${files[0]?.url}\n`);
    await mkdir(join(folder, "state", "precache"), { recursive: true });
    const entry = { target: "library", url: files[0]?.url, size: 57, at: Date.now() - 60_000 };
    await writeFile(join(folder, "state", "precache", "ledger.jsonl"), `${JSON.stringify(entry)}\n`);
    const report = await runPrecache(context());
    expect(report.summary).toMatchObject({ warmed: 1, cached: 0, bytesAsked: 1000 });
  });

  it("ends as failed when the cache is dead", async () => {
    await cache.die();
    let slept = 0;
    const sleep = async (ms: number): Promise<void> => {
      slept += ms;
    };
    const clock = { now: () => Date.now() + slept, sleep };
    const report = await runPrecache(context({ concurrency: 2 }, { clock }));
    expect(report.verdict).toBe("failed");
    expect(report.summary?.ended).toBe("dead");
  });

  it("keeps firmware on disk, checked, and fetches a good one no second time", async () => {
    const ipsw = { url: "https://updates.cdn-apple.com/i/iPad_26.1.ipsw", size: 4321 };
    await writeFile(join(folder, "urls"), `${ipsw.url}\n${files[0]?.url} 1000\n`);
    const destination = join(folder, "ipsw");
    const first = await runPrecache(context({ firmware: { destination } }));
    expect(first.summary).toMatchObject({ planned: 2, warmed: 2, failed: 0 });
    const stored = await readFile(join(destination, "iPad_26.1.ipsw"));
    const { pathname } = new URL(ipsw.url);
    expect(stored.equals(Buffer.concat([...fileBytes(pathname, 0, stored.length)]))).toBe(true);
    expect(first.summary?.bytesFromOrigin).toBe(stored.length + 1000);
    expect(await sum("precacherun")).toMatchObject({ planned: 2, warmed: 2, "bytes.fromorigin": stored.length + 1000 });
    await writeFile(join(folder, "urls"), `${ipsw.url} ${stored.length}\n`);
    const second = await runPrecache(context({ firmware: { destination } }));
    expect(second.summary).toMatchObject({ planned: 1, cached: 1, bytesAsked: 0 });
  });

  it("finishes the files in hand when it is asked to stop", async () => {
    const stop = new AbortController();
    const plan = context({ concurrency: 1 }, { stop: stop.signal });
    const report = await runPrecache({
      ...plan,
      observe: (event) => {
        plan.events.push(event);
        if (event.type === "asset-start") stop.abort();
      },
    });
    const ends = plan.events.filter((event) => event.type === "asset-end");
    expect(ends.map(({ outcome }) => outcome).sort()).toEqual([
      ...Array.from({ length: 5 }, () => "skipped"),
      "warmed",
    ]);
    expect(report.summary?.ended).toBe("stopped");
    expect(report.verdict).toBe("partly");
  });
});
