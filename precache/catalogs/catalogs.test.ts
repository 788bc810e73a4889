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
} from "../../fixtures/catalogs/texts.ts";
import type { DeviceCount } from "../words/asset.ts";
import { catalogContract } from "./catalog.contract.ts";

const JSON_FOREIGN = '{"something": "else"}';
const PLIST_FOREIGN = plist({ Something: "else" });
const device = (model: string, build?: string): DeviceCount => ({ model, os: "26.0", build, count: 1 });

catalogContract({
  name: "mesu",
  options: (origin) => ({ kind: "mesu", base: `${origin}/assets/`, feeds: ["ios.xml", "tv.xml"] }),
  routes: () => ({
    "/assets/ios.xml": mesuFeed([mesuAsset(), mesuAsset({ PrerequisiteBuild: "12H1", __RelativePath: "delta.zip" })]),
    "/assets/tv.xml": mesuFeed([mesuAsset({ SupportedDevices: ["AppleTV5,3"], __RelativePath: "tv.zip" })]),
  }),
  withBadEntry: () => ({
    "/assets/ios.xml": mesuFeed([
      mesuAsset(),
      mesuAsset({ __BaseURL: 12 }),
      "no dictionary",
      mesuAsset({ PrerequisiteBuild: "12H1", __RelativePath: "delta.zip" }),
    ]),
    "/assets/tv.xml": mesuFeed([mesuAsset({ SupportedDevices: ["AppleTV5,3"], __RelativePath: "tv.zip" })]),
  }),
  onlyBad: () => ({
    "/assets/ios.xml": mesuFeed([mesuAsset({ __BaseURL: 12 }), "no dictionary"]),
    "/assets/tv.xml": mesuFeed([]),
  }),
  foreign: PLIST_FOREIGN,
  urls: [
    "http://appldnld.example/ios9/full.zip",
    "http://appldnld.example/ios9/delta.zip",
    "http://appldnld.example/ios9/tv.zip",
  ],
});

const macProducts = (origin: string) => ({
  "042-1": product(origin, "042-1", ["InstallAssistant.pkg", "MajorOSInfo.pkg"]),
  "061-2": product(origin, "061-2", ["macOSUpd10.15.5.pkg"]),
});
const macDists = {
  "/042-1.English.dist": dist("SU_TITLE", { VERSION: "14.1", BUILD: "23B74" }, "macOS Sonoma"),
  "/061-2.English.dist": dist("macOS Catalina 10.15.5 Update", { VERSION: "10.15.5", BUILD: "19F96" }),
};
catalogContract({
  name: "sucatalog",
  options: (origin) => ({ kind: "sucatalog", urls: [`${origin}/index.sucatalog`], titles: "all" }),
  routes: (origin) => ({ ...macDists, "/index.sucatalog": sucatalog(macProducts(origin)) }),
  withBadEntry: (origin) => {
    const [first, second] = Object.entries(macProducts(origin));
    const bad = [first!, ["050-9", { Packages: [{ Size: -4 }] }] as const, ["051-9", "text"] as const, second!];
    return { ...macDists, "/index.sucatalog": sucatalog(Object.fromEntries(bad)) };
  },
  onlyBad: () => ({ "/index.sucatalog": sucatalog({ "050-9": { Packages: [{ Size: -4 }] }, "051-9": "text" }) }),
  foreign: PLIST_FOREIGN,
  urls: [
    "https://swcdn.example/042-1/InstallAssistant.pkg",
    "https://swcdn.example/042-1/MajorOSInfo.pkg",
    "https://swcdn.example/061-2/macOSUpd10.15.5.pkg",
  ],
});

const mac = {
  "Mac14,2": {
    "25G72": { Restore: restore("25G72", "https://cdn.example/mac.ipsw", "ab".repeat(20)) },
    Unknown: { Universal: { Restore: { ...restore("25G72", "https://cdn.example/mac.ipsw"), EpochVersion: 1 } } },
  },
};
const phones = {
  "iPhone14,2": {
    "23G83": { Restore: restore("23G83", "https://cdn.example/phone.ipsw"), Update: restore("23G83", "x") },
    "23G1": { SameAs: "23G83", OfferRestoreAsUpdate: true },
  },
};
const ipswMe = (firmwares: readonly unknown[]) =>
  JSON.stringify({ name: "iPad", identifier: "iPad13,16", boards: [{ boardconfig: "J407AP" }], firmwares });
const ipad = {
  identifier: "iPad13,16",
  version: "26.6.1",
  buildid: "23G83",
  url: "https://cdn.example/ipad.ipsw",
  filesize: 10_479_787_377,
  sha1sum: "cd".repeat(20),
  signed: true,
  releasedate: "2026-08-17T17:00:00Z",
};
catalogContract({
  name: "firmware",
  options: (origin) => ({
    kind: "firmware",
    from: ["macos", "itunes", "ipsw.me"],
    macosUrl: `${origin}/macos.xml`,
    itunesUrl: `${origin}/version`,
    ipswMeBase: `${origin}/v4/`,
  }),
  devices: [device("iPad")],
  routes: () => ({
    "/macos.xml": versionPlist(mac),
    "/version": versionPlist(phones),
    "/v4/devices": JSON.stringify([{ name: "iPad Air", identifier: "iPad13,16" }, { identifier: "iPhone14,2" }]),
    "/v4/device/iPad13,16?type=ipsw": ipswMe([ipad, { ...ipad, version: "18.0", signed: false }]),
  }),
  withBadEntry: () => ({
    "/macos.xml": versionPlist({ ...mac, "Mac1,1": "text", "Mac2,1": { "1A1": { Restore: { FirmwareURL: 3 } } } }),
    "/version": versionPlist({ "iPhone1,1": { "1A1": "text" }, ...phones }),
    "/v4/devices": JSON.stringify([{ name: "iPad Air", identifier: "iPad13,16" }, { identifier: "iPhone14,2" }]),
    "/v4/device/iPad13,16?type=ipsw": ipswMe([{ ...ipad, url: "javascript:1" }, ipad]),
  }),
  onlyBad: () => ({
    "/macos.xml": versionPlist({ "Mac2,1": { "1A1": { Restore: { FirmwareURL: 3 } } } }),
    "/version": versionPlist({ "iPhone1,1": "text" }),
    "/v4/devices": JSON.stringify([{ name: "iPad Air", identifier: "iPad13,16" }]),
    "/v4/device/iPad13,16?type=ipsw": ipswMe([{ ...ipad, url: "javascript:1" }]),
  }),
  foreign: PLIST_FOREIGN,
  urls: [
    "https://cdn.example/mac.ipsw",
    "https://cdn.example/mac.ipsw",
    "https://cdn.example/phone.ipsw",
    "https://cdn.example/ipad.ipsw",
  ],
});

const uma = (version: string) => ({
  Title: "macOS Tahoe",
  Version: version,
  Build: "25G83",
  AppleSlug: "140-93587",
  URL: `https://swcdn.example/${version}/InstallAssistant.pkg`,
  PostingDate: "2026-08-17T17:43:47Z",
  Size: 18_391_902_710,
});
const sofaFeed = (previous: readonly unknown[]) =>
  JSON.stringify({
    OSVersions: [{ OSVersion: "Tahoe 26", Latest: { ProductVersion: "26.6", Build: "25G83", AllBuilds: ["25G83"] } }],
    InstallationApps: {
      LatestUMA: uma("26.6"),
      AllPreviousUMA: previous,
      LatestMacIPSW: {
        MacOSIPSWURL: "https://cdn.example/mac.ipsw",
        MacOSIPSWBuild: "25G83",
        MacOSIPSWVersion: "26.6",
        MacOSIPSWAppleSlug: "140",
      },
    },
  });
catalogContract({
  name: "sofa",
  options: (origin) => ({ kind: "sofa", base: `${origin}/v2/`, feeds: ["macos.json"] }),
  routes: () => ({ "/v2/macos.json": sofaFeed([uma("26.5")]) }),
  withBadEntry: () => ({ "/v2/macos.json": sofaFeed([{ ...uma("26.4"), Size: -1 }, 7, uma("26.5")]) }),
  onlyBad: () => ({
    "/v2/macos.json": JSON.stringify({
      products: Array.from({ length: 33 }, (_, i) => ({ product_key: `1-${i}`, title: "macOS", packages: [{}] })),
    }),
  }),
  foreign: JSON_FOREIGN,
  urls: [
    "https://swcdn.example/26.6/InstallAssistant.pkg",
    "https://swcdn.example/26.5/InstallAssistant.pkg",
    "https://cdn.example/mac.ipsw",
  ],
});

const withdrawn = appledbSource({ links: [{ url: "https://updates.cdn.example/gone.aea", active: false }] });
const appledb = (sources: readonly unknown[]) => ({
  "/ios/index.json": JSON.stringify(["iOS;23A341", "tvOS;23J400", "tvOS;23J9", "tvOS;23K54", "tvOS;23K5320e"]),
  "/ios/tvOS;23K54.json": JSON.stringify(appledbRelease("tvOS", "23K54", sources)),
  "/ios/tvOS;23J400.json": JSON.stringify(
    appledbRelease("tvOS", "23J400", [
      appledbSource({ prerequisiteBuild: ["23J1", "23J2"], links: [{ url: "https://updates.cdn.example/delta.aea" }] }),
    ]),
  ),
});
const appledbOnly = (sources: readonly unknown[]) => ({
  "/ios/index.json": JSON.stringify(["tvOS;23K54"]),
  "/ios/tvOS;23K54.json": JSON.stringify(appledbRelease("tvOS", "23K54", sources)),
});
catalogContract({
  name: "appledb",
  options: (origin) => ({ kind: "appledb", base: `${origin}/` }),
  devices: [device("AppleTV14,1")],
  routes: () => appledb([appledbSource(), withdrawn, appledbSource({ type: "kdk" })]),
  withBadEntry: () => appledb([appledbSource({ links: "none" }), "text", appledbSource()]),
  onlyBad: () => appledbOnly([appledbSource({ links: "none" }), "text"]),
  foreign: JSON_FOREIGN,
  urls: ["https://updates.cdn.example/tv.aea", "https://updates.cdn.example/delta.aea"],
});

const delta = (from: string) =>
  pallasAsset({ OSVersion: "26.1", PrerequisiteBuild: from, __RelativePath: `from-${from}.aea` });
catalogContract({
  name: "pallas",
  options: (origin) => ({ kind: "pallas", url: `${origin}/v2/assets`, boards: { "iPad13,16": "J407AP" } }),
  devices: [device("iPad13,16", "23A341")],
  routes: () => ({ "/v2/assets": token({ Status: 200, Assets: [delta("23A341"), delta("22G86"), pallasAsset()] }) }),
  withBadEntry: () => ({
    "/v2/assets": token({ Assets: [delta("23A341"), { ...delta("23A341"), __BaseURL: "ftp://x/" }, 4, pallasAsset()] }),
  }),
  onlyBad: () => ({ "/v2/assets": token({ Assets: [{ ...delta("23A341"), __BaseURL: "ftp://x/" }, 4] }) }),
  foreign: token({ Assets: "none" }),
  urls: [
    "https://updates.cdn.example/mobileassets/from-23A341.aea",
    "https://updates.cdn.example/mobileassets/full.aea",
  ],
});

const app = (name: string) => ({ type: "app", url: `http://osxapps.example/us/${name}.pkg`, version: "7.2" });
catalogContract({
  name: "apps-list",
  options: (origin) => ({ kind: "apps-list", url: `${origin}/apps.plist` }),
  routes: () => ({ "/apps.plist": plist({ Keynote: app("k"), Pages: app("p") }) }),
  withBadEntry: () => ({
    "/apps.plist": plist({ Keynote: app("k"), Bad: { type: "song", url: "x" }, Worse: true, Pages: app("p") }),
  }),
  onlyBad: () => ({ "/apps.plist": plist({ Bad: { type: "song", url: "x" }, Worse: true }) }),
  foreign: "<plist><string>something else</string></plist>",
  urls: ["http://osxapps.example/us/k.pkg", "http://osxapps.example/us/p.pkg"],
});

catalogContract({
  name: "url-list",
  options: (origin) => ({ kind: "url-list", url: `${origin}/list.txt` }),
  routes: () => ({
    "/list.txt": "# ours\r\nhttps://swcdn.example/a.pkg\t123\r\n\r\nhttp://swcdn.example/b?x=1 # no size",
  }),
  withBadEntry: () => ({
    "/list.txt": "https://swcdn.example/a.pkg 123\nhttps:// no\nfile:///etc/passwd\nhttp://swcdn.example/b?x=1\n",
  }),
  foreign: undefined,
  emptyIsFine: true,
  urls: ["https://swcdn.example/a.pkg", "http://swcdn.example/b?x=1"],
});

const ours = {
  url: "https://updates.cdn.example/a.aea",
  group: "iPad",
  title: "iPadOS 26.1 for iPad13,16",
  sizeBytes: 5,
  digest: { algorithm: "sha1", hex: "ab".repeat(20) },
  models: ["iPad13,16"],
  fromBuild: null,
  firmware: false,
  beta: false,
  catalogs: ["pallas"],
};
const preheat = {
  server: "cache-1",
  server_guid: "D885102C",
  platform: "ipados",
  model: "iPad13,16",
  board: "J407AP",
  from_version: "26.0",
  from_build: "23A341",
  to_version: "26.1",
  to_build: "23B82",
  devices: 4,
  size: 4_500_000_000,
  url: "https://updates.cdn.example/b.aea",
  state: "absent",
};
catalogContract({
  name: "plan-file",
  options: (origin) => ({ kind: "plan-file", url: `${origin}/plan.json` }),
  routes: () => ({ "/plan.json": JSON.stringify({ items: [{ asset: ours, devices: 3 }], assets: [preheat] }) }),
  withBadEntry: () => ({
    "/plan.json": JSON.stringify({
      items: [{ asset: { ...ours, group: "Fridge" } }, { asset: ours }],
      assets: [{ ...preheat, size: "much" }, preheat],
    }),
  }),
  onlyBad: () => ({ "/plan.json": JSON.stringify({ items: [{ asset: { ...ours, group: "Fridge" } }, 3] }) }),
  foreign: JSON_FOREIGN,
  urls: ["https://updates.cdn.example/a.aea", "https://updates.cdn.example/b.aea"],
});
