/** What `precache` reads from outside: catalogues, inventories, answers of caches, records of name servers, old settings. */

import { silentLog } from "../../../core/log.ts";
import { parsePlist } from "../../../core/plist/plist.ts";
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
import { openDeviceSource } from "../../../precache/devices/devices.ts";
import { deviceOptions } from "../../../precache/devices/options.ts";
import { configPort } from "../../../precache/discovery/config-plist.ts";
import { diskCacheServers } from "../../../precache/discovery/disk-cache.ts";
import { parseTxt, readLocatorRecords } from "../../../precache/discovery/dns-txt.ts";
import { parseLocatorJson, parseLocatorText } from "../../../precache/discovery/locator.ts";
import { parsePrecachePyArguments } from "../../../precache/precache-py/arguments.ts";
import { fromPrecachePyConfiguration } from "../../../precache/precache-py/configuration.ts";
import { readOldLedger } from "../../../precache/presence/old-ledger.ts";
import { parseCachedRanges } from "../../../precache/transfer/cached-ranges.ts";
import { BodyFraming } from "../../../precache/transport/body-framing.ts";
import { HeadReader } from "../../../precache/transport/head-reader.ts";
import { contentLength } from "../../../precache/transport/response-head.ts";
import { whyEvent } from "../../../precache/why/why.ts";
import { parseBytes, parseRate, parseSeconds } from "../../../precache/words/units.ts";
import { parseWindow, windowAt } from "../../../precache/words/window.ts";
import { answer, asAnswer, asFile } from "../edges.ts";
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

const DEVICES = {
  ...{ log: silentLog, nowMs: () => NOW, random: () => 0.5, say: () => undefined, wait: async () => {} },
  modelsNamed: async () => ["iPad7,11"],
};

/** Any inventory, all of whose answers are the input. */
function inventory(name: string, options: (url: string) => unknown, seeds: Target["seeds"]): Target {
  return {
    name: `precache/${name}`,
    seeds,
    shortRound: 3,
    // a hundred requests, where pages do not end
    mostMs: 4000,
    run: asAnswer(async (url) => {
      const source = await openDeviceSource(deviceOptions.parse(options(url)));
      return await source.count({ ...DEVICES, signal: AbortSignal.timeout(5000) });
    }),
  };
}

const HEAD =
  "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/9\r\nX-Cached: guid bytes=0-4\r\n\r\nhello";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n";

function readAnswer(input: Buffer): unknown {
  const reader = new HeadReader();
  let framing: BodyFraming | undefined;
  const found: unknown[] = [];
  for (let at = 0; at < input.length; at += 50) {
    const piece = input.subarray(at, at + 50);
    const taken = framing === undefined ? reader.take(piece) : framing.take(piece);
    found.push(taken);
    if (typeof taken === "string") break;
    if (taken === undefined || !("head" in taken)) continue;
    const length = contentLength(taken.head.headers);
    const next = BodyFraming.of("GET", taken.head, length === "bad" ? undefined : length);
    if (typeof next === "string") break;
    framing = next;
    found.push(framing.take(taken.body));
  }
  return found.length;
}

const csv = () => [...sharedFiles("reported/device-lists", ".csv"), ...texts("model,os,count\niPad7,11;18.1;3\n")];

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
  {
    name: "precache/devices-csv",
    seeds: csv,
    words: ["model", "sep=;", '"', "\t", "total"],
    run: asFile("devices.csv", async (path) => {
      const source = await openDeviceSource(deviceOptions.parse({ kind: "csv", path }));
      return await source.count({ ...DEVICES, signal: new AbortController().signal });
    }),
  },
  inventory(
    "jamf",
    (server) => ({ kind: "jamf", server, clientId: "a", clientSecret: "secret1", include: ["mobile"] }),
    () =>
      json({
        access_token: "token-1",
        expires_in: 59,
        totalCount: 1,
        results: [
          {
            general: { osVersion: "18.1", osBuild: "22B83" },
            hardware: { modelIdentifier: "iPad7,11" },
            softwareUpdateDeviceId: "J171AP",
          },
        ],
      }),
  ),
  inventory(
    "simplemdm",
    (url) => ({ kind: "simplemdm", base: `${url}/`, token: "secret1" }),
    () =>
      json({
        data: [{ id: 1, attributes: { product_name: "iPad7,11", os_version: "18.1", build_version: "22B83" } }],
        has_more: false,
      }),
  ),
  inventory(
    "kandji",
    (url) => ({ kind: "kandji", base: `${url}/`, token: "secret1" }),
    () => [
      ...json([
        { device_id: "1", model: "iPad (7th generation)", os_version: "18.1", supplemental_build_version: "22B83" },
      ]),
      answer(403, "{}"),
    ],
  ),
  inventory(
    "mosyle",
    (url) => ({
      kind: "mosyle",
      base: `${url}/`,
      accessToken: "secret1",
      email: "a@b.c",
      password: "secret2",
      systems: ["ios"],
    }),
    () =>
      json({
        status: "OK",
        response: [{ devices: [{ device_model: "iPad7,11", osversion: "18.1" }], rows: 1, page_size: 50 }],
      }),
  ),
  inventory(
    "meraki",
    (url) => ({ kind: "meraki", base: `${url}/`, apiKey: "secret1", networks: ["N_1"] }),
    () => json([{ id: "1", systemModel: "iPad7,11", osName: "iOS 18.1" }]),
  ),
  inventory(
    "intune",
    (url) => ({
      kind: "intune",
      base: `${url}/`,
      loginBase: `${url}/`,
      tenant: "t",
      clientId: "a",
      clientSecret: "secret1",
    }),
    () =>
      json({
        access_token: "token-1",
        expires_in: 59,
        value: [{ operatingSystem: "iPadOS", model: "iPad7,11", osVersion: "18.1" }],
      }),
  ),
  {
    name: "precache/dns-txt",
    seeds: () => [
      ...texts("prs=192.0.2.1-192.0.2.9,10.0.0.0/8,*more*", "fss=10.0.0.1"),
      Buffer.from("prn=\x04\n\0\0\x01\n\0\0\x09+", "latin1"),
    ],
    words: ["prn=", "fsn=", "more", "+", "-"],
    run: async (input) => [parseTxt(input), await readLocatorRecords("x.org", async () => [input])],
  },
  {
    name: "precache/locator",
    seeds: () => [
      ...ownFiles("fixtures/doctor", "locator.json"),
      ...texts("10.0.0.2:49152, rank 1, not favored, healthy, guid 0F0B6C5E-5C8F-3D0C-9B0E-1B5B6C7D8E9F\n"),
    ],
    run: (input) => [parseLocatorJson(input.toString("utf8")), parseLocatorText(input.toString("utf8"))],
  },
  {
    name: "precache/plist-files",
    seeds: () => [
      ...ownFiles("fixtures/doctor", "disk-cache.plist"),
      ...texts(plist({ Port: 5, LastPort: "49152" })),
      ...sharedFiles("precache/precache", "config.plist"),
      ...sharedFiles("precache/applecache", ".plist"),
    ],
    run: async (input) => {
      const value = await parsePlist(input, "a file");
      return [configPort(value), diskCacheServers(value), fromPrecachePyConfiguration(value)];
    },
  },
  {
    name: "precache/precache-py-flags",
    seeds: () => texts("--cache-server http://cache:49152 -m iPad7,11 iPhone14,2 --ver", "-cs=cache -l --version"),
    run: (input) => parsePrecachePyArguments(input.toString("utf8").split(" ")),
  },
  {
    name: "precache/old-ledger",
    seeds: () => [...ownFiles("fixtures/state/0.1", "ledger.jsonl"), ...sharedFiles("state-0.1", "ledger.jsonl")],
    run: asFile("ledger.jsonl", (path) => readOldLedger(path)),
  },
  {
    name: "precache/http-answer",
    seeds: () => texts(HEAD, CHUNKED, `HTTP/1.1 100 Continue\r\n\r\n${HEAD}`),
    words: ["\r\n", "chunked", "Content-Length: ", "\r\n\r\n", "0\r\n"],
    run: readAnswer,
  },
  {
    name: "precache/words",
    seeds: () => texts("guid bytes=0-4,6-9", "40 MB/s", "300 Mbit/s", "4h", "22:00-06:00", "06:00", "1.5 TiB"),
    run: (input) => {
      const text = input.toString("utf8");
      const window = parseWindow(text);
      return [
        parseCachedRanges(text),
        parseBytes(text),
        parseRate(text),
        parseSeconds(text),
        window && windowAt(window, NOW),
      ];
    },
  },
  {
    name: "precache/why",
    seeds: () =>
      json(
        {
          timestamp: "2026-01-17 18:15:28.377791+0000",
          eventMessage: "RequestDownloadUpdate requestedPMV=18.1 MDMInitiated=YES Background=NO",
        },
        {
          timestamp: "2026-01-17 18:15:28.37+0000",
          eventMessage: "ACSLocateCachingServer -> newURL http://[fd00::1]:49152/a",
        },
      ),
    run: (input) => whyEvent(input.toString("utf8")),
  },
];
