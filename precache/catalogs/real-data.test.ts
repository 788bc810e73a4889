import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestContext, listAll, type TestContext } from "../../fixtures/catalogs/context.ts";
import { sharedData } from "../../fixtures/shared-data.ts";
import { type AssetChoice, NO_CHOICE } from "../plan/asset-choice.ts";
import { judgeAssets } from "../plan/judge.ts";
import { mergeAssets } from "../plan/merge.ts";
import type { Asset } from "../words/asset.ts";
import { assetKey } from "../words/asset-url.ts";
import type { CatalogContext } from "./catalog.ts";
import { openCatalog } from "./catalogs.ts";
import { Entries } from "./entries.ts";
import { type CatalogOptions, catalogOptions } from "./options.ts";

// Apple's, SOFA's and AppleDB's real files lie beside the project; what they must yield is known.
const folder = sharedData("precache");
if (folder === undefined) process.stderr.write("real catalogues: the shared data is not there; skipped\n");

let context: TestContext;
beforeAll(async () => {
  context = await createTestContext();
});
afterAll(() => context.close());

async function list(options: Record<string, unknown>): Promise<Asset[]> {
  const assets = await listAll(await openCatalog(catalogOptions.parse(options) as CatalogOptions), context);
  expect(context.warnings).toEqual([]);
  return assets;
}

const bytes = (assets: readonly Asset[]) => assets.reduce((sum, asset) => sum + (asset.sizeBytes ?? Number.NaN), 0);
const count = <T>(items: readonly T[], key: (item: T) => string) =>
  Object.fromEntries([...new Set(items.map(key))].map((k) => [k, items.filter((item) => key(item) === k).length]));

describe.skipIf(folder === undefined)("mesu, the iOS feed of September 2015", () => {
  let assets: Asset[];
  beforeAll(async () => {
    assets = await list({
      kind: "mesu",
      base: `${folder}/mesu/`,
      feeds: ["com_apple_MobileAsset_SoftwareUpdate.ios-2015-09.xml"],
    });
  });

  it("yields every asset with its models, builds and versions", () => {
    expect(assets).toHaveLength(801);
    expect(new Set(assets.flatMap((asset) => asset.models)).size).toBe(45);
    expect(assets.filter((asset) => asset.fromBuilds.length > 0)).toHaveLength(740);
    const full = assets.filter((asset) => asset.fromBuilds.length === 0);
    expect(full).toHaveLength(61);
    expect(full.filter((asset) => asset.beta)).toHaveLength(35);
    expect(assets.filter((asset) => asset.beta)).toHaveLength(35);
    expect(count(assets, (asset) => asset.version ?? "")).toEqual({
      "9.0": 533,
      "8.4.1": 188,
      "7.1.2": 33,
      "8.3": 18,
      "6.1.6": 13,
      "6.1.3": 9,
      "5.1.1": 6,
      "6.0": 1,
    });
    expect(new Set(assets.map((asset) => new URL(asset.url).origin))).toEqual(new Set(["http://appldnld.apple.com"]));
  });

  it("names the real files, each once", () => {
    const merged = mergeAssets(assets);
    expect([merged.length, bytes(merged)]).toEqual([607, 566_793_264_079]);
    const released = merged.filter((asset) => !asset.beta);
    expect([released.length, bytes(released)]).toEqual([590, 546_519_999_663]);
    expect(mergeAssets(assets.filter((asset) => !asset.beta))).toHaveLength(590);
  });

  it("knows what an iPad2,1 asks for, and does not take iPad2,1x for it", () => {
    const own = assets.filter((asset) => asset.models.includes("iPad2,1"));
    expect(own).toHaveLength(30);
    const released = own.filter((asset) => !asset.beta);
    expect(released).toHaveLength(29);
    const merged = mergeAssets(released);
    expect([merged.length, bytes(merged)]).toEqual([17, 13_745_931_305]);
    expect(own.filter((asset) => asset.fromBuilds.length === 0).map((asset) => [asset.build, asset.beta])).toEqual([
      ["13A5344", true],
    ]);
    const from = (build: string) => own.find((asset) => asset.fromBuilds[0] === build && asset.build === "13A344");
    expect(from("11D167")?.sizeBytes).toBe(914_743_549);
    expect(from("11D167")?.url).toMatch(/4111f823c07eb7d918c018e7680af33355af5a86\.zip$/);
    expect(from("12H143")?.sizeBytes).toBeGreaterThan(1261);
  });

  it("lists one file for two models, a delta that names no version", () => {
    const shared = assets.filter((asset) => asset.models.length === 2);
    expect(shared.map((asset) => [asset.version, asset.models, asset.fromBuilds[0]])).toEqual([
      ["6.0", ["iPhone5,1", "iPhone5,2"], "10A405"],
    ]);
  });
});

describe.skipIf(folder === undefined)("sucatalog, November 2023", () => {
  const read = (name: string) =>
    list({ kind: "sucatalog", titles: "none", urls: [`${folder}/sucatalog/index-${name}.merged-1.sucatalog`] });
  const products = (assets: readonly Asset[]) => new Set(assets.map((asset) => asset.product));
  const installers = (assets: readonly Asset[]) => assets.filter((asset) => asset.group === "installer");
  const main = (assets: readonly Asset[], name: string) => assets.filter((asset) => asset.url.endsWith(`/${name}`));

  it("index-14", async () => {
    const assets = await read("14");
    expect([assets.length, bytes(assets)]).toEqual([271, 58_941_617_606]);
    expect(main(assets, "InstallAssistant.pkg")).toHaveLength(4);
    expect(bytes(main(assets, "InstallAssistant.pkg"))).toBe(50_178_006_465);
    expect(products(installers(assets)).size).toBe(4);
    expect(assets.filter((asset) => asset.url.endsWith(".tar"))).toHaveLength(244);
    expect(assets.filter((asset) => asset.url.endsWith(".pkg"))).toHaveLength(11);
    expect(main(assets, "InstallAssistant.pkg").find((asset) => asset.product === "042-58988")?.sizeBytes).toBe(
      12_856_486_405,
    );
    expect(assets.every((asset) => asset.url.startsWith("https://"))).toBe(true);
  });

  it("index-10.15", async () => {
    const assets = await read("10.15");
    expect([assets.length, bytes(assets)]).toEqual([573, 327_615_753_489]);
    expect(products(installers(assets)).size).toBe(26);
    expect(main(assets, "InstallAssistant.pkg")).toHaveLength(18);
    expect(main(assets, "InstallESDDmg.pkg")).toHaveLength(8);
    expect(assets.every((asset) => asset.url.startsWith("http://"))).toBe(true);
    const update = assets.filter((asset) => asset.product === "061-78585");
    expect(update.some((asset) => asset.url.endsWith("/macOSUpd10.15.5.pkg"))).toBe(true);
    expect(update.every((asset) => asset.group === "sucatalog")).toBe(true);
  });

  it("index-10.12", async () => {
    const assets = await read("10.12");
    expect([assets.length, bytes(assets)]).toEqual([729, 388_180_825_927]);
    expect(products(installers(assets)).size).toBe(31);
    expect(main(assets, "InstallAssistant.pkg")).toHaveLength(18);
    expect(main(assets, "InstallESDDmg.pkg")).toHaveLength(13);
    expect(assets.every((asset) => asset.url.startsWith("http://"))).toBe(true);
  });

  it("across files: the same file under http and https is one asset, asked for by https", async () => {
    const [new14, old15, old12] = [await read("14"), await read("10.15"), await read("10.12")];
    const keys = (assets: readonly Asset[]) => new Set(assets.map((asset) => assetKey(asset.url)));
    const shared = (old: readonly Asset[]) => new14.filter((asset) => keys(old).has(assetKey(asset.url)));
    expect([shared(old12).length, shared(old15).length]).toEqual([262, 264]);
    const merged = mergeAssets([...old12, ...old15, ...new14]);
    expect(merged).toHaveLength(new Set([...keys(new14), ...keys(old15), ...keys(old12)]).size);
    expect(merged.filter((asset) => asset.url.startsWith("https://"))).toHaveLength(keys(new14).size);
  });

  it("has as many products as Apple lists", async () => {
    // a product without packages lists nothing, so the products are counted where they are parsed
    const { readPlistEntries } = await import("./plist/plist.ts");
    const counts: number[] = [];
    for (const name of ["14", "10.15", "10.12"]) {
      const url = `${folder}/sucatalog/index-${name}.merged-1.sucatalog`;
      const document = await context.fetch.open({ url, kind: "plist", maxBytes: 10_000_000 });
      let products = 0;
      for await (const _ of readPlistEntries(document.read(), { path: ["Products"], what: url })) products += 1;
      counts.push(products);
    }
    expect(counts).toEqual([184, 231, 428]);
  });
});

describe.skipIf(folder === undefined)("firmware", () => {
  it("mesu's macOS list: 56 models, one file", async () => {
    const assets = await list({
      kind: "firmware",
      from: ["macos"],
      macosUrl: `${folder}/macosipsw/com_apple_macOSIPSW.xml`,
    });
    expect(new Set(assets.flatMap((asset) => asset.models)).size).toBe(56);
    const withDigest = assets.filter((asset) => asset.digest?.hex === "1bccc2a9710d94f23304bba4d976c94a989beed3");
    expect(new Set(withDigest.flatMap((asset) => asset.models)).size).toBe(55);
    const merged = mergeAssets(assets);
    expect(merged).toHaveLength(1);
    expect(merged[0]).toMatchObject({ version: "26.6", build: "25G72", firmware: true, group: "firmware" });
    expect(merged[0]?.models).toHaveLength(56);
  });

  it("SOFA's list: 69 signed firmwares of four models", async () => {
    const assets = await list({ kind: "sofa", base: `${folder}/sofa/`, feeds: ["ipsw.json"] });
    expect(assets).toHaveLength(69);
    expect(new Set(assets.flatMap((asset) => asset.models))).toEqual(
      new Set(["MacBookPro18,1", "iPad13,16", "iPhone14,2", "iPhone15,2"]),
    );
  });
});

describe.skipIf(folder === undefined)("Apple's catalogue with every .dist out of reach", () => {
  const judged = async (filter: Partial<AssetChoice>) => {
    const closed: CatalogContext = {
      ...context,
      fetch: {
        open: (request) =>
          request.url.startsWith("http") ? Promise.reject(new Error("out of reach")) : context.fetch.open(request),
      },
    };
    const url = `${folder}/sucatalog/index-10.15.merged-1.sucatalog`;
    const catalog = await openCatalog(catalogOptions.parse({ kind: "sucatalog", urls: [url] }) as CatalogOptions);
    const assets = (await listAll(catalog, closed)).filter(({ group }) => group === "installer");
    const { eligible, unjudged } = judgeAssets(assets, { ...NO_CHOICE, ...filter });
    const products = (list: Iterable<Asset>) => new Set([...list].map(({ product }) => product));
    return { eligible, products: products(eligible).size, left: products(unjudged.keys()).size };
  };

  it("takes a macOS by what the catalogue names, and no Ventura for macOS 11", async () => {
    const bigSur = await judged({ os: ["11"] });
    expect([bigSur.products, bigSur.left]).toEqual([3, 0]);
    expect(bigSur.eligible.every(({ title }) => title.startsWith("macOS Big Sur ("))).toBe(true);
    expect((await judged({ os: ["14"] })).products).toBe(3);
    expect((await judged({})).products).toBe(26);
  });

  it("takes none for the newest, and leaves all", async () => {
    const { products, left } = await judged({ newestOnly: true });
    expect([products, left > 0]).toEqual([0, true]);
  });
});

describe.skipIf(folder === undefined)("SOFA", () => {
  it("the macOS feed: the newest version and 31 installers", async () => {
    const options = { kind: "sofa", base: `${folder}/sofa/`, feeds: ["v2_macos_data_feed.json"] };
    const installers = (await list(options)).filter((asset) => asset.group === "installer");
    expect(installers).toHaveLength(31);
    expect(installers[0]).toMatchObject({ sizeBytes: 18_391_902_710, version: "26.6.2", build: "25G83" });
  });

  it("the iOS feed names no addresses", async () => {
    const options = { kind: "sofa", base: `${folder}/sofa/`, feeds: ["v2_ios_data_feed.json"] };
    expect(await list(options)).toEqual([]);
  });

  it("the list of installers: 31, the newest first", async () => {
    const assets = await list({ kind: "sofa", base: `${folder}/sofa/`, feeds: ["uma_catalog.json"] });
    expect(assets).toHaveLength(31);
    expect(assets[0]).toMatchObject({ product: "140-93587", version: "26.6.2" });
  });
});

describe.skipIf(folder === undefined)("AppleDB and precache's list", () => {
  it("one release of tvOS: full images and deltas by build", async () => {
    const { appledbAssets } = await import("./appledb.ts");
    const { parseJson } = await import("../untrusted/parse-json.ts");
    const { readFile } = await import("node:fs/promises");
    const path = `${folder}/appledb/tvOS_26.0beta2_23J5295e.json`;
    const assets = [
      ...appledbAssets(parseJson(await readFile(path), path), { withdrawn: false }, new Entries("appledb")),
    ];
    expect([assets.length, bytes(assets)]).toEqual([13, 30_980_083_557]);
    expect(assets.filter((asset) => asset.firmware)).toHaveLength(1);
    expect(assets.filter((asset) => !asset.firmware && asset.fromBuilds.length === 0)).toHaveLength(4);
    const deltas = assets.filter((asset) => asset.fromBuilds.length > 0);
    expect(deltas).toHaveLength(8);
    expect(new Set(deltas.map((asset) => asset.fromBuilds[0]))).toEqual(new Set(["22M5054b", "23J5279m"]));
    for (const asset of assets.filter((a) => !a.firmware)) {
      expect(asset.url.endsWith(".aea")).toBe(asset.models.includes("AppleTV14,1"));
      expect(asset.models.every((model) => !model.includes("-"))).toBe(true);
      expect(asset.beta).toBe(true);
    }
  });

  it("twelve apps and installers", async () => {
    const assets = await list({ kind: "apps-list", url: `${folder}/precache/com.github.krypted.precache.apps.plist` });
    expect(assets).toHaveLength(12);
    expect(assets.filter((asset) => asset.group === "app")).toHaveLength(10);
    expect(assets.filter((a) => a.group === "installer").map((a) => a.product)).toEqual(["ElCapitan", "Sierra"]);
    expect(assets.every((asset) => asset.url.startsWith("http://"))).toBe(true);
  });
});
