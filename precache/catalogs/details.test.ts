import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { startCatalogServer, status } from "../../fixtures/catalogs/catalog-server.ts";
import { createTestContext, listAll } from "../../fixtures/catalogs/context.ts";
import {
  appledbRelease,
  appledbSource,
  dist,
  mesuAsset,
  mesuFeed,
  product,
  sucatalog,
} from "../../fixtures/catalogs/texts.ts";
import { chosenBecause, NO_CHOICE } from "../plan/asset-choice.ts";
import { judgeAssets } from "../plan/judge.ts";
import { mergeAssets } from "../plan/merge.ts";
import { parseJson } from "../untrusted/parse-json.ts";
import { assetKey, assetUrl } from "../words/asset-url.ts";
import { compareBuilds, isBetaBuild } from "../words/build-number.ts";
import { appledbAssets, newestBuilds } from "./appledb.ts";
import { draftAsset } from "./asset-draft.ts";
import { serve } from "./catalog.contract.ts";
import { openCatalog } from "./catalogs.ts";
import { readDistTitle } from "./dist-title.ts";
import { Entries } from "./entries.ts";
import { type CatalogOptions, catalogOptions } from "./options.ts";
import { planAssets } from "./plan-file.ts";

async function* bytes(text: string, size = 7): AsyncIterable<Buffer> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

const ASSET = anAsset("http://swcdn.example/a.pkg", { group: "iPad", catalogs: ["x"] });

describe("mergeAssets()", () => {
  it("makes one asset of http and https, with all anybody knows", () => {
    const sha1 = { algorithm: "sha1", hex: "ab" } as const;
    const sha256 = { algorithm: "sha256", hex: "cd" } as const;
    const merged = mergeAssets([
      { ...ASSET, models: ["iPad6,8"], fromBuilds: ["A"], build: "C", digest: sha1, catalogs: ["mesu"] },
      { ...ASSET, url: "http://swcdn.example/b.pkg" },
      {
        ...ASSET,
        url: "https://SWCDN.example/a.pkg",
        models: ["iPad6,7", "iPad6,8"],
        fromBuilds: ["B"],
        build: "C",
        digest: sha256,
        sizeBytes: 7,
        catalogs: ["pallas"],
        product: "p",
      },
    ]);
    expect(merged).toHaveLength(2);
    expect(merged[0]).toMatchObject({
      url: "https://SWCDN.example/a.pkg",
      models: ["iPad6,8", "iPad6,7"],
      fromBuilds: ["A", "B"],
      digest: sha256,
      sizeBytes: 7,
      catalogs: ["mesu", "pallas"],
      product: "p",
    });
  });

  it("keeps a full image full, and does not take a plain list's silence for one", () => {
    const delta = { ...ASSET, fromBuilds: ["A"], build: "C", models: ["iPad6,8"] };
    expect(mergeAssets([delta, { ...ASSET, build: "C", models: ["iPad6,8"] }])[0]?.fromBuilds).toEqual([]);
    const listed = mergeAssets([{ ...ASSET, group: "other" }, delta])[0];
    expect(listed).toMatchObject({ fromBuilds: ["A"], group: "iPad", models: ["iPad6,8"] });
  });

  it("calls a file a beta only when all do, and then takes the release's word", () => {
    const beta = { ...ASSET, beta: true, build: "13A5344", title: "beta" };
    expect(mergeAssets([beta, beta])[0]).toMatchObject({ beta: true });
    expect(mergeAssets([beta, { ...ASSET, build: "13A344", title: "release" }])[0]).toMatchObject({
      beta: false,
      build: "13A344",
      title: "release",
    });
  });

  it("has every file once, whatever comes how often, and says nothing new the second time", () => {
    const some = fc
      .record({ n: fc.nat(4), https: fc.boolean(), from: fc.option(fc.constantFrom("A", "B"), { nil: undefined }) })
      .map(({ n, https, from }) => ({
        ...ASSET,
        url: `http${https ? "s" : ""}://h.example/${n}`,
        fromBuilds: from === undefined ? [] : [from],
        build: "C",
        models: [`iPad1,${n}`],
      }));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), (assets) => {
        const merged = mergeAssets(assets);
        expect(merged).toHaveLength(new Set(assets.map((asset) => assetKey(asset.url))).size);
        expect(mergeAssets(merged)).toEqual(merged);
        expect(mergeAssets([...merged, ...merged])).toEqual(merged);
      }),
    );
  });
});

describe("addresses and builds", () => {
  it("assetUrl() takes nothing that is not an address, whatever it is built from", () => {
    const part = fc.constantFrom(
      "a",
      "b-c",
      "xn--a",
      "xn--9a",
      "1",
      "0x1",
      "com",
      "A",
      ".",
      "-",
      "/",
      "%",
      "%2e",
      ":80",
      "_",
      "~",
    );
    const text = fc.tuple(fc.constantFrom("http", "https", "ftp"), fc.array(part, { maxLength: 6 }), fc.array(part));
    fc.assert(
      fc.property(text, ([scheme, host, path]) => {
        const url = `${scheme}://${host.join("")}/${path.join("")}`;
        const wanted = scheme !== "ftp" && URL.canParse(url) && /^https?:\/\/[^/]/.test(url);
        expect(assetUrl(url)).toBe(wanted ? url : undefined);
      }),
      { numRuns: runs(400) },
    );
  });

  it("assetUrl() takes http and https with a host and a path, exactly as written", () => {
    for (const url of ["http://a.example/x", "https://a.example:8080/%20y?z=1&w", "HTTPS://A.example/"]) {
      expect(assetUrl(url)).toBe(url);
    }
    const bad = [
      "ftp://a/x",
      "http://a.example",
      "http:///x",
      "http://u:p@a/x",
      "http://a/x y",
      "http://a/x#f",
      "a/x",
      "",
    ];
    for (const url of [...bad, `http://a/${"x".repeat(5000)}`, "http://a/\n"]) expect(assetUrl(url)).toBeUndefined();
  });

  it("compareBuilds() goes by train, letter, number; betas end in a small letter", () => {
    const order = [
      "nonsense",
      "9A334",
      "22H20",
      "23A5260a",
      "23A5260n",
      "23A341",
      "23A1000",
      "23B82",
      "23S36",
      "23S37",
    ];
    expect([...order].reverse().sort(compareBuilds)).toEqual(order);
    expect(["23A5260n", "22M5054b"].map(isBetaBuild)).toEqual([true, true]);
    expect(["23G83", "23G6083", "13A344", "25D771400a"].map(isBetaBuild)).toEqual([false, false, false, false]);
  });
});

describe("sucatalog", () => {
  const list = async (
    titles: string,
    more: Record<string, unknown>,
    routes: (origin: string) => Record<string, string>,
  ) => {
    const server = await startCatalogServer(status(404));
    serve(server, routes(server.origin));
    const context = await createTestContext({ hosts: [new URL(server.origin).host] });
    const options = { kind: "sucatalog", urls: [`${server.origin}/index`], titles, ...more };
    const assets = await listAll(await openCatalog(catalogOptions.parse(options) as CatalogOptions), context);
    await server.close();
    await context.close();
    return { assets, asked: server.asked, warnings: context.warnings };
  };
  const routes = (origin: string) => ({
    "/index": sucatalog({
      "042-1": product(origin, "042-1", ["InstallAssistant.pkg"]),
      "061-2": product(origin, "061-2", ["InstallAssistantAuto.pkg", "InstallESDDmg.pkg"]),
      "031-3": product(origin, "031-3", ["Old.pkg"], "2014-01-01T00:00:00Z"),
      "071-4": product(origin, "071-4", ["Voice.pkg"]),
    }),
    "/042-1.English.dist": dist("SU_TITLE", { VERSION: "14.1", BUILD: "23B74" }, 'macOS \\"Sonoma\\"'),
    "/071-4.English.dist": dist("Voice Update - Anna", {}),
  });

  it("titles installers from their .dist, and lists them untitled when that is unavailable", async () => {
    const { assets, asked } = await list("installers", {}, routes);
    expect(assets.map((asset) => [asset.title, asset.group, asset.version, asset.build])).toEqual([
      ['macOS "Sonoma" 14.1: InstallAssistant.pkg', "installer", "14.1", "23B74"],
      ["061-2: InstallAssistantAuto.pkg", "installer", undefined, undefined],
      ["061-2: InstallESDDmg.pkg", "installer", undefined, undefined],
      ["031-3: Old.pkg", "sucatalog", undefined, undefined],
      ["071-4: Voice.pkg", "sucatalog", undefined, undefined],
    ]);
    expect(asked.filter((line) => line.includes(".dist")).sort()).toEqual([
      "GET /042-1.English.dist",
      "GET /061-2.English.dist",
    ]);
    expect(assets.filter(({ unread }) => unread !== undefined).map(({ product }) => product)).toEqual([
      "061-2",
      "061-2",
    ]);
  });

  it("makes titles by which an admin can choose a product, all of its packages and the newest of its versions", async () => {
    const twice = (origin: string) => ({
      "/index": sucatalog({
        "042-1": product(origin, "042-1", ["InstallAssistant.pkg", "MajorOSInfo.pkg"]),
        "042-2": product(origin, "042-2", ["InstallAssistant.pkg", "MajorOSInfo.pkg"]),
      }),
      "/042-1.English.dist": dist("SU_TITLE", { VERSION: "14.0", BUILD: "23A344" }, "macOS Sonoma"),
      "/042-2.English.dist": dist("SU_TITLE", { VERSION: "14.1", BUILD: "23B74" }, "macOS Sonoma"),
    });
    const { assets } = await list("installers", {}, twice);
    const chosen = (apps: string[]) => assets.filter((a) => chosenBecause(a, { ...NO_CHOICE, apps }) !== undefined);
    expect(chosen(["macOS Sonoma"])).toHaveLength(4);
    expect(chosen(["macos sonoma 14.1"])).toHaveLength(2);
    expect(chosen(["042-1"])).toHaveLength(2);
    expect(chosen(["macOS"])).toHaveLength(0);
    const { eligible } = judgeAssets(assets, { ...NO_CHOICE, newestOnly: true });
    expect(eligible.map((asset) => asset.product)).toEqual(["042-2", "042-2"]);
  });

  it("drops what was posted before a day, and titles that are excluded", async () => {
    const { assets } = await list("all", { excludeTitles: ["Voice Update"], postedAfter: "2015-09-30" }, routes);
    expect([...new Set(assets.map((asset) => asset.product))]).toEqual(["042-1", "061-2"]);
  });
});

describe("readDistTitle()", () => {
  it("reads the title, the translated title, version and build", async () => {
    const text = dist("SU_TITLE", { BUILD: "19F96", VERSION: "10.15.5" }, "macOS Update");
    expect(await readDistTitle(bytes(text), "x")).toEqual({
      title: "macOS Update",
      version: "10.15.5",
      build: "19F96",
    });
    expect(await readDistTitle(bytes(dist("Plain &amp; simple", {})), "x")).toMatchObject({ title: "Plain & simple" });
    expect(await readDistTitle(bytes(dist("SU_TITLE", {}, "")), "x")).toEqual({
      title: undefined,
      version: undefined,
      build: undefined,
    });
  });

  it.each([
    ["cut short", dist("x", {}).slice(0, -40), /unclosed tag|line \d+/],
    ["entities of its own", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /declares entities/],
    ["too deep", "<a>".repeat(1000), /more than 64 tags/],
  ])("refuses what is %s", async (_, text, why) => {
    await expect(readDistTitle(bytes(text), "x")).rejects.toThrow(why);
  });
});

it("a plan of version 0.1, which named the first build by itself, is read like one of today", () => {
  const asset = { url: "https://updates.cdn-apple.com/a.aea", group: "iPad", title: "t", models: ["iPad6,8"] };
  const items = [
    { asset: { ...asset, fromBuild: "A" } },
    { asset: { ...asset, fromBuild: "A", fromBuilds: ["A", "B"] } },
    { asset: { ...asset, fromBuilds: ["A"] } },
    { asset },
  ];
  const plan = parseJson(Buffer.from(JSON.stringify({ items })), "x");
  expect([...planAssets(plan, new Entries("plan-file"))].map(({ fromBuilds }) => fromBuilds)).toEqual([
    ["A"],
    ["A", "B"],
    ["A"],
    [],
  ]);
});

it("nothing that moves a cursor gets out of a catalogue: titles are cleaned, such versions are refused", () => {
  const draft = {
    url: "https://swcdn.apple.com/a.pkg",
    title: "a\u001b]0;PWNED\u0007b\u202ec\u009bd\r\b",
    catalog: "x",
  };
  expect(draftAsset({ ...draft, version: "26.3.1 (a)", build: "23A5260n" })).toMatchObject({
    title: "a ]0;PWNED b c d",
  });
  for (const build of ["25A1\u001b]0;PWNED\u0007", "25A1\u202e", "25\n1"]) {
    expect(() => draftAsset({ ...draft, build })).toThrow(/its version or build is not valid/);
    expect(() => draftAsset({ ...draft, version: build })).toThrow(/its version or build is not valid/);
  }
});

describe("AppleDB and mesu", () => {
  it("newestBuilds() takes the newest by number, betas only when wanted", () => {
    const entries = ["iOS;23A341", "iOS;9A334", "iOS;23B5044i", "iOS;22G86", "iPadOS;23A341"];
    expect(newestBuilds(entries, "iOS", { newest: 2, betas: false })).toEqual(["23A341", "22G86", "9A334"]);
    expect(newestBuilds(entries, "iOS", { newest: 1, betas: true })[0]).toBe("23B5044i");
  });

  it("AppleDB's release candidates are betas, by flag or by version, and take no place of a version", async () => {
    const release = (build: string, more: Record<string, unknown>) => {
      const source = appledbSource({ links: [{ url: `https://a.example/${build}` }] });
      return JSON.stringify({ ...appledbRelease("watchOS", build, [source]), ...more });
    };
    const server = await startCatalogServer(status(404));
    serve(server, {
      "/ios/index.json": JSON.stringify(["watchOS;23S35", "watchOS;23S36", "watchOS;23S37", "watchOS;23R1"]),
      "/ios/watchOS;23S37.json": release("23S37", {}),
      "/ios/watchOS;23S36.json": release("23S36", { version: "26.1 RC" }),
      "/ios/watchOS;23S35.json": release("23S35", { rc: true }),
      "/ios/watchOS;23R1.json": release("23R1", { version: "26.0" }),
    });
    const context = await createTestContext();
    const list = async (betas: boolean) => {
      const options = { kind: "appledb", base: `${server.origin}/`, systems: ["watchOS"], betas };
      const found = await listAll(await openCatalog(catalogOptions.parse(options) as CatalogOptions), context);
      return found.map(({ build, beta }) => [build, beta]);
    };
    expect(await list(false)).toEqual([
      ["23S37", false],
      ["23R1", false],
    ]);
    expect(await list(true)).toEqual([
      ["23S37", false],
      ["23S36", true],
    ]);
    await server.close();
    await context.close();
  });

  it("a delta for several builds, a withdrawn file, a checksum by strength", () => {
    const sources = [
      appledbSource({ prerequisiteBuild: ["23J1", "23J2"] }),
      appledbSource({ links: [{ url: "https://a.example/gone", active: false }] }),
      appledbSource({ type: "installassistant", deviceMap: [], hashes: null }),
    ];
    const release = parseJson(Buffer.from(JSON.stringify(appledbRelease("macOS", "25B1", sources))), "x");
    const entries = new Entries("appledb");
    const assets = [...appledbAssets(release, { withdrawn: false }, entries)];
    expect(assets.map((a) => [a.group, a.fromBuilds, a.digest?.algorithm])).toEqual([
      ["AppleTV", ["23J1", "23J2"], "sha256"],
      ["installer", [], undefined],
    ]);
    expect([...appledbAssets(release, { withdrawn: true }, entries)]).toHaveLength(3);
  });

  it("what Apple says no cache may hold is not listed", async () => {
    const server = await startCatalogServer(status(200, mesuFeed([mesuAsset({ __CanUseLocalCacheServer: false })])));
    const context = await createTestContext();
    const options = { kind: "mesu", base: server.origin, feeds: ["/x"] };
    expect(await listAll(await openCatalog(catalogOptions.parse(options) as CatalogOptions), context)).toEqual([]);
    expect(context.warnings).toEqual([]);
    await server.close();
    await context.close();
  });
});
