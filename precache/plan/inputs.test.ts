import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../core/log.ts";
import { startCatalogServer, status } from "../../fixtures/catalogs/catalog-server.ts";
import { dist, product, sucatalog } from "../../fixtures/catalogs/texts.ts";
import { createFetchCache } from "../catalogs/fetch-cache/fetch-cache.ts";
import { precacheOptions } from "../options.ts";
import { countDevices, type GatherContext, readCatalogs } from "./inputs.ts";

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
  const both = await readCatalogs(precacheOptions.parse({ catalogs: [bad, good] }), { devices: [], context });
  expect([both.assets.length, both.troubles.length]).toEqual([1, 1]);
  expect(both.troubles[0]).toContain("apps-list");
  await expect(
    readCatalogs(precacheOptions.parse({ catalogs: [bad] }), { devices: [], context }),
  ).rejects.toMatchObject({
    code: "CATALOGS_UNREADABLE",
    next: expect.stringContaining("way out to Apple"),
  });
  const broken = { kind: "plan-file", url: join(folder, "urls") };
  await expect(
    readCatalogs(precacheOptions.parse({ catalogs: [broken] }), { devices: [], context }),
  ).rejects.toMatchObject({
    code: "CATALOGS_UNREADABLE",
    next: expect.stringContaining("see whether the file"),
  });
});

const apple = (origin: string, id: string, distUrl: string, url: string) => ({
  ...product(origin, id, []),
  Packages: [{ Size: 1000, URL: url }],
  Distributions: { English: distUrl },
});

it("a forged catalogue leads to no file of this computer and to no address inside the network", async () => {
  const forged = await startCatalogServer(status(404));
  execFileSync("mkfifo", [join(folder, "fifo")]);
  await writeFile(join(folder, "local.dist"), dist("From a file", { VERSION: "1" }));
  const dists = [`file://${folder}/local.dist`, join(folder, "local.dist"), join(folder, "fifo"), "/dev/zero"];
  dists.push(`${base}admin.dist`, "http://169.254.169.254/x.dist", "ftp://swdist.apple.com/x.dist");
  const inner = `${base}secret.pkg`;
  const packages = ["http://169.254.169.254/x.pkg", inner, "http://0x7f.1/x.pkg", "https://evil.example.com/x.pkg"];
  const products = Object.fromEntries([
    ...dists.map((url, i) => [
      `1-${i}`,
      apple(forged.origin, `1-${i}`, url, `https://swcdn.apple.com/${i}/InstallAssistant.pkg`),
    ]),
    ...packages.map((url, i) => [`2-${i}`, apple(forged.origin, `2-${i}`, `${forged.origin}/x.dist`, url)]),
  ]);
  const text = sucatalog(products);
  forged.answer = (request, response) => {
    const index = request.url === "/index";
    response.writeHead(index ? 200 : 404).end(index ? text : "");
  };
  const catalogs = [{ kind: "sucatalog", urls: [`${forged.origin}/index`], titles: "all" }];
  const { assets } = await readCatalogs(precacheOptions.parse({ catalogs }), { devices: [], context });
  await forged.close();
  expect(assets.map(({ url }) => url)).toEqual(
    dists.map((_, i) => `https://swcdn.apple.com/${i}/InstallAssistant.pkg`),
  );
  expect(assets.some(({ title }) => title.includes("From a file"))).toBe(false);
});

it("a host the admin named is taken, and a catalogue that is a file may name files beside it", async () => {
  const text = sucatalog({ "1-1": apple("", "1-1", join(folder, "local.dist"), `${base}mirror.pkg`) });
  await writeFile(join(folder, "index.sucatalog"), text);
  await writeFile(join(folder, "local.dist"), dist("From a file", { VERSION: "1" }));
  const catalogs = [{ kind: "sucatalog", urls: [join(folder, "index.sucatalog")], titles: "all" }];
  const read = (hosts: string[]) => readCatalogs(precacheOptions.parse({ catalogs, hosts }), { devices: [], context });
  expect((await read([])).assets).toEqual([]);
  expect((await read([new URL(base).host])).assets.map(({ title }) => title)).toEqual(["From a file 1: mirror.pkg"]);
});

it.each(["fifo", "/dev/zero", "."])("a list that is %s is an error at once, and is not waited for", async (name) => {
  execFileSync("mkfifo", [join(folder, "fifo")]);
  const url = name.startsWith("/") ? name : join(folder, name);
  for (const kind of ["url-list", "plan-file"]) {
    const reading = readCatalogs(precacheOptions.parse({ catalogs: [{ kind, url }] }), { devices: [], context });
    await expect(reading).rejects.toThrow(/Cannot read .*, a file was expected/);
  }
});

it("countDevices() asks nobody for marketing names when it needs none, and lacks nothing without them", async () => {
  await writeFile(join(folder, "exact.csv"), 'model,os,build\n"iPad6,8",26.0,23A341\n');
  const options = precacheOptions.parse({
    devices: [{ kind: "csv", path: join(folder, "exact.csv") }],
    catalogs: [{ kind: "sofa", base: `${base}gone/` }],
  });
  const asked: string[] = [];
  server.on("request", ({ url }) => asked.push(url ?? ""));
  expect(await countDevices(options, context)).toEqual({
    devices: [{ model: "iPad6,8", os: "26.0", build: "23A341", count: 1 }],
    troubles: [],
  });
  expect(asked).toEqual([]);
});

it("countDevices() goes on without an inventory that fails where something else is wanted, and only there", async () => {
  const gone = { kind: "csv", path: join(folder, "gone.csv") };
  const there = { kind: "csv", path: join(folder, "devices.csv") };
  const count = (more: object) =>
    countDevices(precacheOptions.parse({ ...more, catalogs: [{ kind: "sofa", base }] }), context);
  expect((await count({ devices: [gone, there] })).troubles).toEqual([expect.stringContaining("gone.csv")]);
  expect(await count({ devices: [gone], groups: ["installer"] })).toMatchObject({
    devices: [],
    troubles: [expect.any(String)],
  });
  expect(await count({ devices: [gone], models: ["iPad6,8"] })).toMatchObject({
    devices: [{}],
    troubles: [expect.any(String)],
  });
  await expect(count({ devices: [gone] })).rejects.toMatchObject({ code: "DEVICES_UNREACHABLE" });
  await expect(count({ models: ["Toaster"], groups: ["installer"] })).rejects.toThrow("neither an identifier");
});

it("readCatalogs() keeps what is wanted, and what other catalogues know of a file in a list", async () => {
  const text = sucatalog({
    "1-1": apple("", "1-1", "none", "https://swcdn.apple.com/1/listed.pkg"),
    "1-2": apple("", "1-2", "none", "https://swcdn.apple.com/2/other.pkg"),
  });
  await writeFile(join(folder, "index.sucatalog"), text);
  await writeFile(join(folder, "urls"), "http://swcdn.apple.com/1/listed.pkg\n");
  const catalogs = [
    { kind: "sucatalog", urls: [join(folder, "index.sucatalog")], titles: "none" },
    { kind: "url-list", url: join(folder, "urls") },
  ];
  const { assets } = await readCatalogs(precacheOptions.parse({ catalogs }), {
    devices: [],
    context,
    wanted: () => false,
  });
  expect(assets.map(({ url, sizeBytes }) => [url, sizeBytes])).toEqual([
    ["https://swcdn.apple.com/1/listed.pkg", 1000],
    ["http://swcdn.apple.com/1/listed.pkg", undefined],
  ]);
});

describe("address lists", () => {
  const good = (n: number | string, sizeBytes?: number) => [`http://swcdn.apple.com/content/good${n}.pkg`, sizeBytes];
  const read = async (text: string | Buffer) => {
    await writeFile(join(folder, "list"), text);
    const { assets, troubles } = await readCatalogs(
      precacheOptions.parse({ catalogs: [{ kind: "url-list", url: join(folder, "list") }] }),
      { devices: [], context },
    );
    return { found: assets.map(({ url, sizeBytes }) => [url, sizeBytes]), troubles };
  };
  const one = "http://swcdn.apple.com/content/good1.pkg";

  it.each<[string, number | undefined]>([
    [one, undefined],
    [`${one} 12`, 12],
    [`${one}\t10000`, 10_000],
    [`${one} 12 GB`, 12_000_000_000],
    [`${one} 12.4GB`, 12_400_000_000],
    [`${one} 12.857.000.000`, 12_857_000_000],
    [`${one} 10,000`, 10_000],
    [`${one} 10.0K`, 10_000],
    [`${one} 64 MiB # big`, 67_108_864],
    [`${one},10000`, 10_000],
    [`${one};10000`, 10_000],
    [`"${one}",10000`, 10_000],
    [`"${one}","10 KB"`, 10_000],
    [`"${one}"`, undefined],
    [`<${one}>`, undefined],
    [`  ${one}  `, undefined],
    [`${one}\thttp://mirror.example/good1.pkg`, undefined],
    [`${one} # remark`, undefined],
  ])("%j", async (line, size) => {
    expect(await read(`${line}\n`)).toEqual({ found: [good(1, size)], troubles: [] });
  });

  it("lines may end in CR, and the text may be UTF-16", async () => {
    const both = [good(1, 10_000), good(2)];
    const text = `${one} 10000\rhttp://swcdn.apple.com/content/good2.pkg\r`;
    expect((await read(text)).found).toEqual(both);
    expect((await read(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]))).found).toEqual(both);
  });

  it("names the columns, aria2's options and comments are not addresses", async () => {
    expect(await read(`url,size\n${one}\n  out=one.pkg\n  checksum=sha-1=aa\n# x\n\n`)).toEqual({
      found: [good(1)],
      troubles: [],
    });
  });

  it("every line that is not read is reported with its number", async () => {
    const lines = [
      one,
      "http://swcdn.apple.com/content/with space.pkg",
      "http://example.com/not-apple.pkg 10000",
      "- [Installer](http://swcdn.apple.com/content/good1.pkg)",
      "http://127.0.0.1:22/x",
      "swcdn.apple.com/content/good1.pkg",
      `${one} 12 parsecs`,
      "http://swcdn.apple.com/content/good2.pkg",
      "x",
    ];
    const { found, troubles } = await read(lines.join("\n"));
    expect(found).toEqual([good(1), good(2)]);
    expect(troubles).toEqual([
      expect.stringMatching(
        /^7 lines of the list .*list", left out: line 2: "space.pkg" after the address is not a size; line 3: .*not a host of Apple's, nor named under precache.hosts; line 4: .*; lines 5-7, 9$/,
      ),
    ]);
    await expect(read("<!DOCTYPE html><html>\n")).rejects.toThrow(/none of its 1 lines is an address/);
    expect(await read("")).toEqual({ found: [], troubles: [] });
  });
});
