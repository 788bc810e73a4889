/**
 * The whole circle: plan from Apple's real catalogue, warm through the stand-in cache, collect the cache's own database,
 * and all of them agree to the byte.
 */
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCollector } from "../collector/index.ts";
import { collectorOptions } from "../collector/options.ts";
import { queryHistory } from "../core/history/history.ts";
import { openJournal } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { startContentCache } from "../fixtures/content-cache/index.ts";
import { startOrigin } from "../fixtures/origin/index.ts";
import { sharedData } from "../fixtures/shared-data.ts";
import { precacheOptions } from "./options.ts";
import { runPrecache } from "./run.ts";

const catalogue = sharedData("precache/sucatalog/index-14.merged-1.sucatalog");

test("plan, cache, database, journal and history agree to the byte", async (context) => {
  if (catalogue === undefined) return context.skip("the real sucatalog is not here");
  const folder = mkdtempSync(join(tmpdir(), "larder-circle-"));
  const stateDir = join(folder, "state");
  const apple = createServer((_request, response) => createReadStream(catalogue).pipe(response));
  await new Promise<void>((resolve) => apple.listen(0, "127.0.0.1", resolve));
  const sizes = new Map<string, number>();
  const origin = await startOrigin({ sizes });
  const cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache"), keepAlive: true });
  const collector = await createCollector({
    settings: {
      ...collectorOptions.parse({ sources: { metricsDb: { path: cache.metricsPath } } }),
      server: "cache1",
      stateDir,
      timezone: "UTC",
    },
    log: silentLog,
    signal: new AbortController().signal,
  });
  const nightly = async () =>
    await runPrecache({
      options: precacheOptions.parse({
        servers: [{ url: cache.url, name: "library" }],
        groups: ["sucatalog"],
        catalogs: [
          {
            kind: "sucatalog",
            urls: [`http://127.0.0.1:${(apple.address() as AddressInfo).port}/index.sucatalog`],
            titles: "none",
          },
        ],
        budget: "40 MB",
        room: "ignore",
      }),
      stateDir,
      log: silentLog,
      tags: { server: "cache1" },
      openJournal: async () => await openJournal(stateDir, "precache"),
      stop: new AbortController().signal,
      abort: new AbortController().signal,
      world: {
        run: async () => ({ exitCode: undefined, stdout: "", stderr: "", trouble: "not here" }),
        readPlist: async () => undefined,
      },
      planned: ({ plan }) => {
        for (const { asset } of plan.items) sizes.set(new URL(asset.url).pathname, asset.sizeBytes ?? 0);
      },
    });
  const sums = async (measurement: string) => {
    const rows = await queryHistory(stateDir, {
      measurement,
      fromMs: 0,
      toMs: Date.now() + 600_000,
      by: "all",
      timeZone: "UTC",
    });
    return rows[0]?.sums ?? {};
  };
  try {
    const first = await nightly();
    const planned = first.prepared.plan.items.filter(({ decision }) => decision === "warm");
    const bytes = planned.reduce((sum, { asset }) => sum + (asset.sizeBytes ?? 0), 0);
    expect(planned.length).toBeGreaterThan(20);
    expect(bytes).toBeGreaterThan(20_000_000);
    expect(first.summary).toMatchObject({ warmed: planned.length, bytesAsked: bytes, bytesFromOrigin: bytes });
    expect([cache.usedBytes(), origin.bytesServed()]).toEqual([bytes, bytes]);
    cache.flush();
    await collector.pass();
    expect(await sums("bytestoclients")).toMatchObject({
      "bytes.fromorigin.toclients": bytes,
      "bytes.fromcache.toclients": 0,
    });
    expect(await sums("precacherun")).toMatchObject({ "bytes.asked": bytes, "bytes.fromorigin": bytes });

    // The next night finds those there, and spends its budget on what comes after them.
    const { summary } = await nightly();
    expect(summary).toMatchObject({ cached: planned.length, failed: 0 });
    const { bytesAsked = 0, bytesFromOrigin = 0 } = summary ?? {};
    expect(bytesAsked).toBeGreaterThanOrEqual(bytesFromOrigin);
    cache.flush();
    await collector.pass();
    expect(await sums("bytestoclients")).toMatchObject({
      "bytes.fromorigin.toclients": bytes + bytesFromOrigin,
      "bytes.fromcache.toclients": bytesAsked - bytesFromOrigin,
    });
    expect(await sums("precacherun")).toMatchObject({
      "bytes.asked": bytes + bytesAsked,
      "bytes.fromorigin": bytes + bytesFromOrigin,
    });
    expect([cache.usedBytes(), origin.bytesServed()]).toEqual([bytes + bytesFromOrigin, bytes + bytesFromOrigin]);
  } finally {
    await collector.close();
    await cache.stop();
    await origin.stop();
    apple.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
