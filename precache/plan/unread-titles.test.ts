import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunCommand } from "../../core/cache/cache.ts";
import { silentLog } from "../../core/log.ts";
import { type CatalogServer, startCatalogServer, status } from "../../fixtures/catalogs/catalog-server.ts";
import { dist, plist, sucatalog } from "../../fixtures/catalogs/texts.ts";
import { macosFamily } from "../catalogs/macos-family.ts";
import { type PrecacheInput, precacheOptions } from "../options.ts";
import { listAssets } from "./list-assets.ts";
import { planOnly } from "./make-plan.ts";

let folder = "";
let server: CatalogServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-unread-"));
  server = await startCatalogServer(status(404));
  await writeFile(join(folder, "apps.plist"), plist({}));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Installer {
  readonly posted: string;
  /** Version in its .dist; undefined: the .dist is answered 403. */
  readonly version?: string;
  readonly title?: string;
  readonly sharedSupport?: string;
}

function serve(installers: Readonly<Record<string, Installer>>): void {
  const products = Object.entries(installers).map(([id, { posted, sharedSupport }]) => [
    id,
    {
      Packages: [{ Size: 1000, URL: `https://swcdn.apple.com/${id}/InstallAssistant.pkg` }],
      PostDate: new Date(posted),
      Distributions: { English: `${server.origin}/${id}.dist` },
      ...(sharedSupport === undefined
        ? {}
        : { ExtendedMetaInfo: { InstallAssistantPackageIdentifiers: { SharedSupport: sharedSupport } } }),
    },
  ]);
  const index = sucatalog(Object.fromEntries(products));
  server.answer = (request, response) => {
    if (request.url === "/index") return response.writeHead(200).end(index);
    const { version, title = "macOS" } = installers[request.url?.slice(1, -".dist".length) ?? ""] ?? {};
    if (version === undefined) return response.writeHead(403).end("blocked");
    return response.writeHead(200).end(dist(title, { VERSION: version }));
  };
}

const options = (more: PrecacheInput) =>
  precacheOptions.parse({
    groups: ["installer"],
    catalogs: [
      { kind: "sucatalog", urls: [`${server.origin}/index`] },
      { kind: "apps-list", url: join(folder, "apps.plist") },
    ],
    ...more,
  });
const nowhere: RunCommand = async () => ({
  exitCode: undefined,
  stdout: "",
  stderr: "",
  failure: { kind: "missing", text: "not here" },
});

async function planned(more: PrecacheInput = {}) {
  const signal = new AbortController().signal;
  const { plan, troubles } = await planOnly({
    options: options(more),
    stateDir: join(folder, "state"),
    log: silentLog,
    signal,
    nowMs: Date.now,
    world: { run: nowhere, readPlist: async () => undefined },
  });
  const ids = (decision: string) =>
    plan.items.filter((item) => item.decision === decision).map(({ asset }) => asset.product);
  return { warm: ids("warm"), left: ids("left"), troubles };
}

describe("installers whose .dist cannot be read", () => {
  const two = { "1-27": { posted: "2026-09-01T10:00:00Z" }, "1-15": { posted: "2026-10-02T10:00:00Z" } };

  it.each<PrecacheInput>([
    { newestOnly: true },
    { os: ["27"] },
    { os: ["27"], newestOnly: true, betas: true },
    { newestOnly: true, betas: true },
    {},
    { exclude: ["beta"], betas: true },
    { groups: [], apps: ["macOS"], betas: true },
    { groups: [], updates: ["macOS 27"], betas: true },
  ])("pass no filter, and the run says that it is without them: %o", async (filter) => {
    serve(two);
    const { warm, left, troubles } = await planned(filter);
    expect([warm, left.sort()]).toEqual([[], ["1-15", "1-27"]]);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(/^2 files \(.*(unknown|unread).*\): 1-(15|27): InstallAssistant.pkg, /);
  });

  it("are not judged by their dates where the settings say not to read titles", async () => {
    serve({ "1-27": { ...two["1-27"], version: "27.0" }, "1-15": { ...two["1-15"], version: "15.9" } });
    const catalogs: PrecacheInput["catalogs"] = [
      { kind: "sucatalog", urls: [`${server.origin}/index`], titles: "none" },
    ];
    expect(await planned({ catalogs, newestOnly: true })).toMatchObject({ warm: [], left: ["1-15", "1-27"] });
    expect((await planned({ catalogs })).warm.sort()).toEqual(["1-15", "1-27"]);
  });

  it("are taken where no filter needs to know what they are, or where they are named by number", async () => {
    serve(two);
    expect((await planned({ betas: true })).warm.sort()).toEqual(["1-15", "1-27"]);
    const named = await planned({ groups: [], apps: ["1-15"], betas: true });
    expect([named.warm, named.left]).toEqual([["1-15"], ["1-27"]]);
  });

  it("do not take the place of one that was read, and are reported", async () => {
    serve({ "1-27": two["1-27"], "1-15": { ...two["1-15"], version: "15.9" } });
    const { warm, left, troubles } = await planned({ newestOnly: true, betas: true });
    expect([warm, left, troubles.length]).toEqual([["1-15"], ["1-27"], 1]);
    expect(await planned({ os: ["15"] })).toMatchObject({ warm: ["1-15"], left: ["1-27"] });
  });

  it("cost nothing when all titles are read", async () => {
    serve({ "1-27": { ...two["1-27"], version: "27.0" }, "1-15": { ...two["1-15"], version: "15.9" } });
    expect(await planned({ newestOnly: true })).toEqual({ warm: ["1-27"], left: [], troubles: [] });
    expect(await planned({ os: ["27"] })).toEqual({ warm: ["1-27"], left: [], troubles: [] });
  });

  it("are known by the macOS their catalogue names", async () => {
    const support = (name: string) => ({ sharedSupport: `com.apple.pkg.InstallAssistant.${name}` });
    const posted = "2023-11-07T22:05:09Z";
    serve({
      "1-13": { posted, ...support("macOSVentura") },
      "1-14": { posted, ...support("macOSSonoma") },
      "1-15": { posted, ...support("Seed.macOS15Seed2") },
      "1-99": { posted, ...support("macOSSomethingNew") },
    });
    expect(await planned({ os: ["14"] })).toMatchObject({ warm: ["1-14"], left: ["1-99"] });
    expect(await planned({ os: ["14.1"] })).toMatchObject({ warm: [], left: ["1-14", "1-99"] });
    expect((await planned()).warm.sort()).toEqual(["1-13", "1-14", "1-99"]);
    expect(await planned({ groups: [], apps: ["macOS Ventura"] })).toMatchObject({ warm: ["1-13"], left: [] });
    expect((await planned({ groups: [], apps: ["macOS Ventura 13.6"] })).left).toEqual(["1-13"]);
  });

  it("are listed by their numbers, without a filter", async () => {
    serve(two);
    const signal = new AbortController().signal;
    const list = async (more: PrecacheInput) => {
      const all = options(more);
      const context = { options: all, stateDir: folder, log: silentLog, signal, nowMs: Date.now };
      const { assets, troubles } = await listAssets(context);
      return [assets.length, troubles.length];
    };
    expect([await list({}), await list({ os: ["27"] })]).toEqual([
      [2, 0],
      [0, 1],
    ]);
  });
});

it.each([
  ["com.apple.pkg.InstallAssistant.macOSBigSur", { name: "macOS Big Sur", major: "11", seed: false }],
  ["com.apple.pkg.InstallAssistant.macOSVentura", { name: "macOS Ventura", major: "13", seed: false }],
  ["com.apple.pkg.InstallAssistant.macOSTahoe", { name: "macOS Tahoe", major: "26", seed: false }],
  ["com.apple.pkg.InstallAssistant.macOS27", { name: "macOS 27", major: "27", seed: false }],
  ["com.apple.pkg.InstallAssistant.macOS27Name", { name: "macOS Name", major: "27", seed: false }],
  ["com.apple.pkg.InstallAssistant.Seed.macOS1016Seed1", { name: "macOS 11", major: "11", seed: true }],
  ["com.apple.pkg.InstallAssistant.Seed.macOS26Seed3", { name: "macOS 26", major: "26", seed: true }],
  ["com.apple.pkg.InstallAssistant.macOSNewName", { name: "macOS New Name", major: undefined, seed: false }],
  ["com.apple.mpkg.OSInstall", undefined],
  [undefined, undefined],
])("macosFamily(%s)", (identifier, family) => {
  expect(macosFamily(identifier)).toEqual(family);
});
