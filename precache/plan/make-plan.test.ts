import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunCommand } from "../../core/cache/cache.ts";
import { silentLog } from "../../core/log.ts";
import { type CatalogServer, startCatalogServer } from "../../fixtures/catalogs/catalog-server.ts";
import { pallasAsset, token } from "../../fixtures/catalogs/texts.ts";
import { startContentCache } from "../../fixtures/content-cache/index.ts";
import { startOrigin } from "../../fixtures/origin/index.ts";
import { type PrecacheInput, precacheOptions } from "../options.ts";
import { planOnly } from "./make-plan.ts";

let folder = "";
let server: CatalogServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-prepare-"));
  server = await startCatalogServer((request, response, body) => {
    if (request.method === "GET") {
      response.writeHead(404).end();
      return;
    }
    const { BuildVersion } = JSON.parse(body) as { BuildVersion: string };
    const __BaseURL = "https://updates.cdn-apple.com/mobileassets/";
    const full = pallasAsset({ __BaseURL, __RelativePath: "full.aea", _DownloadSize: 9000 });
    const own = pallasAsset({
      __BaseURL,
      __RelativePath: "own.aea",
      _DownloadSize: 400,
      PrerequisiteBuild: BuildVersion,
    });
    response.end(token({ Assets: BuildVersion === "23A341" ? [own, full] : [full] }));
  });
  const rows = ["model,os,build,board,count", "iPad13_16,26.0,23A341,J407AP,12", "iPad13_16,18.0,22A1,J407AP,3"];
  await writeFile(join(folder, "devices.csv"), rows.join("\n").replaceAll("iPad13_16", '"iPad13,16"'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const nowhere: RunCommand = async () => ({
  exitCode: undefined,
  stdout: "",
  stderr: "",
  failure: { kind: "missing", text: "not here" },
});

async function planned(options: PrecacheInput, run: RunCommand = nowhere) {
  return await planOnly({
    options: precacheOptions.parse({
      devices: [{ kind: "csv", path: join(folder, "devices.csv") }],
      catalogs: [
        { kind: "pallas", url: `${server.origin}/v2/assets` },
        { kind: "sofa", base: `${server.origin}/sofa/` },
      ],
      ...options,
    }),
    stateDir: join(folder, "state"),
    log: silentLog,
    signal: new AbortController().signal,
    nowMs: Date.now,
    world: { run, readPlist: async () => undefined },
  });
}

it("planOnly() gives each device what it will ask for: its own delta, or the full image", async () => {
  const { plan, devices } = await planned({});
  expect(devices.reduce((sum, { count }) => sum + count, 0)).toBe(15);
  expect(plan.items.map(({ devices: waiting, why, asset }) => [waiting, why, asset.sizeBytes])).toEqual([
    [12, "own delta", 400],
    [3, "full, no delta", 9000],
  ]);
});

it("planOnly() reports what it had to do without", async () => {
  const { troubles } = await planned({});
  expect(troubles.some((trouble) => trouble.startsWith("sofa"))).toBe(true);
});

it("planOnly() keeps to the room of the cache on this computer, and believes its AssetInfo.db", async () => {
  const first = (await planned({})).plan.items[0]?.asset;
  const { pathname } = new URL(first?.url ?? "");
  const origin = await startOrigin({ sizes: new Map([[pathname, 400]]) });
  const cache = await startContentCache({
    origin: origin.url,
    folder: join(folder, "cache"),
    cachedRangesHeader: false,
  });
  const answer = await fetch(`${cache.url}${pathname}?source=updates.cdn-apple.com&sourceScheme=https`);
  await answer.arrayBuffer();
  cache.flush();
  const status = { result: { Active: true, Port: cache.port, CacheStatus: "OK", CacheFree: 9000 } };
  const settings = { result: { DataPath: cache.dataPath } };
  const run: RunCommand = async (_command, args) => ({
    exitCode: 0,
    stdout: JSON.stringify(args[1] === "settings" ? settings : status),
    stderr: "",
    failure: undefined,
  });
  const { plan, roomBytes } = await planned({}, run);
  expect(roomBytes).toBe(8550);
  expect(plan.items.map(({ decision, why }) => [decision, why])).toEqual([
    ["cached", "in AssetInfo.db"],
    ["left", "no room without evicting"],
  ]);
  expect((await planned({ room: "ignore" }, run)).plan.items.map(({ decision }) => decision)).toEqual([
    "warm",
    "cached",
  ]);
  await cache.stop();
  await origin.stop();
});
