import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLog } from "../core/log.ts";
import { createFetchCache } from "./catalogs/fetch-cache.ts";
import { countDevices, type GatherContext, readCatalogs } from "./gather.ts";
import { precacheOptions } from "./options.ts";

let folder = "";
let server: Server;
let base = "";
let context: GatherContext;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-gather-"));
  const feed = { Devices: { "iPad13,16": { MarketingName: "iPad Air (5th generation)" } }, Models: {} };
  server = createServer((request, response) => {
    const found = /^\/(macos|ios)_data_feed\.json$/.test(request.url ?? "");
    response
      .writeHead(found ? 200 : 404, { "content-type": "application/json" })
      .end(found ? JSON.stringify(feed) : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const signal = new AbortController().signal;
  const fetch = createFetchCache({ folder: join(folder, "copies"), nowMs: Date.now, log: silentLog, signal });
  context = { fetch, log: silentLog, signal, nowMs: Date.now };
  await writeFile(join(folder, "devices.csv"), "model,count\niPad Air (5th generation),7\niPhone16,1,3\n");
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

it("countDevices() turns marketing names into identifiers, and adds models by hand", async () => {
  const options = precacheOptions.parse({
    models: ["AppleTV14,1", "iPad"],
    devices: [{ kind: "csv", path: join(folder, "devices.csv") }],
    catalogs: [{ kind: "sofa", base }],
  });
  const { devices, troubles } = await countDevices(options, context);
  expect(devices.map(({ model, count }) => [model, count])).toEqual(
    expect.arrayContaining([
      ["iPad13,16", 7],
      ["AppleTV14,1", 1],
      ["iPad", 1],
    ]),
  );
  expect(troubles).toEqual([]);
});

it("countDevices() goes on without the table of names, and tells", async () => {
  const options = precacheOptions.parse({
    devices: [{ kind: "csv", path: join(folder, "devices.csv") }],
    catalogs: [{ kind: "sofa", base: `${base}gone/` }],
  });
  const { troubles } = await countDevices(options, context);
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain("marketing names");
});

it("readCatalogs() goes on when one catalogue cannot be had, and gives up when none can", async () => {
  await writeFile(join(folder, "urls"), "https://updates.cdn-apple.com/1.zip 1000\n");
  const good = { kind: "url-list", url: join(folder, "urls") };
  const bad = { kind: "apps-list", url: `${base}none.plist` };
  const both = await readCatalogs(precacheOptions.parse({ catalogs: [bad, good] }), [], context);
  expect([both.assets.length, both.troubles.length]).toEqual([1, 1]);
  expect(both.troubles[0]).toContain("apps-list");
  await expect(readCatalogs(precacheOptions.parse({ catalogs: [bad] }), [], context)).rejects.toMatchObject({
    code: "CATALOGS_UNREADABLE",
  });
});
