/**
 * The options of every catalogue: one object a catalogue, chosen by `kind`, with its defaults beside it.
 *
 * @module
 */
import * as z from "zod";

const MEBIBYTE = 1024 * 1024;

const url = () => z.string().min(1).describe("Address (https://, http://, file://) or a path of this machine");
const limit = (mebibytes: number) =>
  z
    .int()
    .min(1)
    .max(2048 * MEBIBYTE)
    .default(mebibytes * MEBIBYTE)
    .describe("Most bytes taken of one text, decompressed; more is an error");
const caFile = z.string().optional().describe("PEM file of a certificate authority to trust beside the system's");

const pallasOptions = z.strictObject({
  kind: z.literal("pallas"),
  url: url().default("https://gdmf.apple.com/v2/assets"),
  boardsUrl: url()
    .default("https://api.appledb.dev/device/main.json")
    .describe("Table of models and boards; asked only when an inventory does not give the board"),
  boards: z.record(z.string(), z.string()).default({}).describe("Boards by model; wins over the table"),
  audiences: z.record(z.string(), z.string()).default({}).describe("Audience by group, instead of the release ones"),
  improvements: z.boolean().default(false).describe("Also ask for background improvements"),
  concurrency: z.int().min(1).max(16).default(4).describe("Questions at a time"),
  maxRequests: z.int().min(1).max(100_000).default(5000).describe("Most questions of one plan"),
  caFile,
  maxBytes: limit(8),
});

const pmvOptions = z.strictObject({
  kind: z.literal("pmv").describe("Kept for older settings: it names versions and no files, so it is not read"),
  url: url().default("https://gdmf.apple.com/v2/pmv"),
  caFile,
  maxBytes: limit(16),
});

const sucatalogOptions = z.strictObject({
  kind: z.literal("sucatalog"),
  urls: z
    .array(url())
    .min(1)
    .default([
      "https://swscan.apple.com/content/catalogs/others/index-15-14-13-12-10.16-10.15-10.14-10.13-10.12-10.11-10.10-10.9-mountainlion-lion-snowleopard-leopard.merged-1.sucatalog",
    ])
    .describe("The catalogues to read"),
  titles: z
    .enum(["installers", "all", "none"])
    .default("installers")
    .describe("Which products' .dist is read for title, version and build"),
  excludeTitles: z.array(z.string().min(1)).default([]).describe("Products whose title holds one of these are dropped"),
  postedAfter: z.iso.date().optional().describe("Products posted before this day are dropped"),
  concurrency: z.int().min(1).max(16).default(6).describe(".dist files at a time"),
  maxBytes: limit(64),
});

const mesuOptions = z.strictObject({
  kind: z.literal("mesu"),
  base: url().default("http://mesu.apple.com/assets/"),
  feeds: z
    .array(z.string().min(1))
    .min(1)
    .default(
      ["", "tv/", "watch/"].map(
        (prefix) => `${prefix}com_apple_MobileAsset_SoftwareUpdate/com_apple_MobileAsset_SoftwareUpdate.xml`,
      ),
    )
    .describe("Paths below the base"),
  maxBytes: limit(64),
});

const firmwareOptions = z.strictObject({
  kind: z.literal("firmware"),
  from: z
    .array(z.enum(["macos", "itunes", "ipsw.me"]))
    .min(1)
    .default(["macos", "itunes"])
    .describe("Whose lists: Apple's for Macs, iTunes' for iPhone and iPad, ipsw.me's for all"),
  macosUrl: url().default("https://mesu.apple.com/assets/macos/com_apple_macOSIPSW/com_apple_macOSIPSW.xml"),
  itunesUrl: url().default("https://itunes.apple.com/check/version"),
  ipswMeBase: url().default("https://api.ipsw.me/v4/"),
  signedOnly: z.boolean().default(true).describe("Leave out what Apple no longer signs (ipsw.me)"),
  maxBytes: limit(64),
});

const sofaOptions = z.strictObject({
  kind: z.literal("sofa"),
  base: url().default("https://sofafeed.macadmins.io/v2/"),
  feeds: z
    .array(z.string().min(1))
    .min(1)
    .default(["macos_data_feed.json", "ios_data_feed.json"])
    .describe("Files below the base"),
  maxBytes: limit(32),
});

const appledbOptions = z.strictObject({
  kind: z.literal("appledb"),
  base: url().default("https://api.appledb.dev/"),
  systems: z
    .array(z.string().min(1))
    .default([])
    .describe("iOS, iPadOS, macOS, tvOS, watchOS, visionOS, audioOS; empty: those of the devices wanted"),
  newest: z.int().min(1).max(50).default(2).describe("How many of the newest builds of each system are read"),
  betas: z.boolean().default(false).describe("Betas too"),
  withdrawn: z.boolean().default(false).describe("Also list what Apple has withdrawn"),
  maxBytes: limit(32),
});

const appsListOptions = z.strictObject({
  kind: z.literal("apps-list"),
  url: url().default(
    "https://raw.githubusercontent.com/krypted/precache/master/com.github.krypted.precache.apps-list.plist",
  ),
  maxBytes: limit(4),
});

const urlListOptions = z.strictObject({ kind: z.literal("url-list"), url: url(), maxBytes: limit(16) });

const planFileOptions = z.strictObject({ kind: z.literal("plan-file"), url: url(), maxBytes: limit(64) });

/** One catalogue to read, whichever kind. */
export const catalogOptions = z.discriminatedUnion("kind", [
  pallasOptions,
  pmvOptions,
  sucatalogOptions,
  mesuOptions,
  firmwareOptions,
  sofaOptions,
  appledbOptions,
  appsListOptions,
  urlListOptions,
  planFileOptions,
]);

export type CatalogOptions = z.output<typeof catalogOptions>;
export type CatalogKind = CatalogOptions["kind"];
/** The options of one kind, defaults filled in. */
export type OptionsOf<Kind extends CatalogKind> = Extract<CatalogOptions, { kind: Kind }>;
