/** What catalogues hold: lists of Apple and of others, in all their forms. */

import { silentLog } from "../../../core/log.ts";
import {
  appledbRelease,
  appledbSource,
  dist,
  mesuAsset,
  mesuFeed,
  pallasAsset,
  plist,
  product,
  restore,
  sucatalog,
  token,
  versionPlist,
} from "../../../fixtures/catalogs/texts.ts";
import { openCatalog } from "../../../precache/catalogs/catalogs.ts";
import { readDistTitle } from "../../../precache/catalogs/dist-title.ts";
import { type CatalogOptions, catalogOptions } from "../../../precache/catalogs/options.ts";
import { readPlist } from "../../../precache/catalogs/plist/plist.ts";
import { json, ownFiles, sharedFiles, texts } from "../seeds.ts";
import type { Target } from "../target.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");

async function* inPieces(input: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < input.length; at += 5000) yield input.subarray(at, at + 5000);
}

/** A catalogue whose every text is the input. */
function catalog(name: string, options: unknown, seeds: Target["seeds"], words: readonly string[] = []): Target {
  return {
    name: `precache/${name}`,
    seeds,
    words,
    shortRound: 8,
    run: async (input) => {
      const opened = await openCatalog(catalogOptions.parse(options) as CatalogOptions);
      const fetch = {
        open: async ({ url }: { readonly url: string }) => ({
          url,
          fetchedMs: NOW,
          stale: undefined,
          read: () => inPieces(input),
        }),
      };
      const devices = [{ model: "iPad7,11", count: 2, os: "18.1", build: "22B83", board: undefined }];
      const assets: unknown[] = [];
      const context = {
        fetch,
        devices,
        hosts: [],
        log: silentLog,
        signal: new AbortController().signal,
        trouble: () => undefined,
      };
      for await (const asset of opened.list(context as never)) assets.push(asset);
      return assets;
    },
  };
}

export const targets: readonly Target[] = [
  {
    name: "precache/plist",
    seeds: () => [
      ...ownFiles("deploy", ".plist"),
      ...sharedFiles("precache/mesu"),
      ...texts(sucatalog({ a: product("http://x", "a", ["p"]) })),
    ],
    words: ["<!DOCTYPE a [", "<![CDATA[", "<!--", "&lt;", "<key>", "<data>"],
    run: (input) => readPlist(inPieces(input), "a catalogue"),
  },
  catalog("sucatalog", { kind: "sucatalog", titles: "all" }, () =>
    texts(sucatalog({ "042-1": product("http://x", "042-1", ["a.pkg", "b.pkg"]), b: product("http://x", "b", []) })),
  ),
  catalog("mesu", { kind: "mesu" }, () =>
    texts(
      mesuFeed([
        mesuAsset(),
        mesuAsset({ SupportedDevices: ["iPad7,11"], RealUpdateAttributes: { RealUpdateURL: "http://x/a.zip" } }),
      ]),
    ),
  ),
  catalog("firmware", { kind: "firmware" }, () => [
    ...texts(
      versionPlist({ "iPad7,11": { "22B83": { Restore: restore("22B83", "http://updates.cdn-apple.com/a.ipsw") } } }),
    ),
    ...sharedFiles("reported/unknown-size-believed", "ipsw.xml"),
  ]),
  catalog("sofa", { kind: "sofa" }, () => [
    ...json({
      OSVersions: [{ OSVersion: "18", Latest: { Build: "22B83", ProductVersion: "18.1" } }],
      InstallationApps: { LatestUMA: { url: "http://x/a.pkg", version: "15" } },
    }),
    ...sharedFiles("precache/sofa", "uma_catalog.json"),
  ]),
  catalog("pallas", { kind: "pallas", boards: { "iPad7,11": "J171AP" } }, () =>
    texts(token({ Assets: [pallasAsset(), pallasAsset({ SUDocumentationID: "x" })] })),
  ),
  catalog("appledb", { kind: "appledb" }, () =>
    json(appledbRelease("iPadOS", "22B83", [appledbSource(), appledbSource({ type: "ipsw" })]), [
      "iPadOS;22B83",
      "iPadOS;22A1",
    ]),
  ),
  catalog("apps-list", { kind: "apps-list", url: "http://x" }, () => [
    ...texts(plist({ Pages: { URL: "http://x/a.ipa", Size: 5 } })),
    ...sharedFiles("precache/precache", "apps.plist"),
  ]),
  catalog("url-list", { kind: "url-list", url: "http://x" }, () => [
    ...sharedFiles("reported/address-lists"),
    ...texts("http://updates.cdn-apple.com/a.ipsw 1.5GB\n# x\nhttp://a.apple.com/b?c=d sha1=0000\n"),
  ]),
  catalog("plan-file", { kind: "plan-file", url: "http://x" }, () =>
    json({
      items: [
        {
          asset: {
            url: "http://updates.cdn-apple.com/a",
            group: "iPad",
            title: "x",
            sizeBytes: 5,
            digest: { sha1: "00" },
          },
        },
      ],
      assets: [{ url: "http://updates.cdn-apple.com/b" }],
    }),
  ),
  {
    name: "precache/dist",
    seeds: () => texts(dist("macOS", { BUILD: "22B83", VERSION: "18.1" }, "macOS"), dist("SU_TITLE", {}, "x")),
    run: (input) => readDistTitle(inPieces(input), "a .dist"),
  },
];
