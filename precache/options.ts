/**
 * The options of warming: the keys under `precache` of the configuration, their defaults, and what they become.
 *
 * Validated once, before any connection. Amounts may be numbers or text: `"200 GB"`, `"300 Mbit/s"`, `"4h"`, `"06:00"`.
 *
 * @module
 */
import * as z from "zod";
import type { Layer } from "../core/config/config.ts";
import { catalogOptions } from "./catalogs/options.ts";
import { deviceOptions } from "./devices/options.ts";
import { DEFAULT_LEAST_RATE } from "./transfer/transfer.ts";
import { ASSET_GROUPS } from "./words/asset.ts";
import { parseBytes, parseRate, parseSeconds } from "./words/units.ts";
import { parseWindow } from "./words/window.ts";

/** Text or a number that one of the parsers of amounts understands. */
function amount(parse: (text: string) => number | undefined, expected: string) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const parsed = parse(String(value));
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `expected ${expected}`, input: value });
    return z.NEVER;
  });
}

const names = () => z.array(z.string().min(1).max(300)).max(10_000).default([]);
/** Names of groups. */
export const groupNames = z.array(z.enum(ASSET_GROUPS));
/** The hours of a run. */
const hours = z.string().refine((text) => parseWindow(text) !== undefined, {
  message: "expected a time of day such as 06:00, or hours such as 22:00-06:00",
});

const serverOptions = z.union([
  z.string().min(1),
  z.strictObject({
    url: z.string().min(1).describe("http://host:port"),
    name: z.string().min(1).optional().describe("Your name for it in tables and on the boards; its host by default"),
    role: z
      .enum(["parent", "cache", "peer"])
      .default("cache")
      .describe("Parents are warmed first; of all peers one is asked"),
  }),
]);

/** The keys under `precache`. */
export const precacheOptions = z.strictObject({
  servers: z
    .array(serverOptions)
    .max(1000)
    .default([])
    .describe("Caches to warm, http://host:port or {url, name, role}; none: the one that discovery finds"),
  configPlists: names().describe("Further settings files of a cache that discovery reads the port from"),
  dnsDomain: z.string().min(1).optional().describe("Domain whose _aaplcache._tcp records discover explains"),

  models: names().describe(
    "Models by hand: iPad6,8 exactly, iPad for all its models, iPad6,8@26.0/23A341 with OS and build",
  ),
  devices: z.array(deviceOptions).max(50).default([]).describe("Inventories that say which devices there are"),
  catalogs: z
    .array(catalogOptions)
    .max(50)
    .default([])
    .describe("Where files are looked up; none: those that what is wanted needs"),

  hosts: names().describe(
    "Hosts that files may come from beside Apple's, such as a mirror: mirror.example.org, 10.0.0.5:8080, *.example.org",
  ),

  groups: groupNames.default([]).describe("Whole groups"),
  apps: names().describe("Apps and installers by name"),
  updates: names().describe("Mac updates by product id or a word of the title"),
  exclude: names().describe("Titles that hold one of these are left out"),
  os: names().describe("Only these versions: 26 takes 26.0 and 26.6.1"),
  newestOnly: z.boolean().default(false).describe("Of each model and product only the newest version"),
  betas: z.boolean().default(false).describe("Betas too"),
  deltas: z
    .enum(["exact", "all", "none"])
    .default("exact")
    .describe(
      "exact: the delta made for a device's build, all of them where builds are unknown; all; none: full images only",
    ),

  firmware: z
    .strictObject({
      models: names().describe("Models whose firmware (IPSW) is fetched"),
      destination: z
        .string()
        .min(1)
        .optional()
        .describe("Folder to keep firmware in; without it, it is only in the cache"),
    })
    .prefault({}),

  budget: amount(parseBytes, "a size such as 200 GB").optional().describe("Most bytes of one run"),
  room: z
    .union([z.literal("ignore"), z.literal("auto"), amount(parseBytes, "auto, ignore, or a size such as 500 GB")])
    .default("auto")
    .describe("What the cache can take without evicting; auto asks the cache when it runs on this computer"),
  concurrency: z.int().min(1).max(100).default(4).describe("Files at a time"),
  bandwidth: amount(parseRate, "a rate such as 40 MB/s or 300 Mbit/s").optional().describe("Most bytes a second"),
  until: hours
    .optional()
    .describe(
      "Time of day at which everything ends, or all the hours of a run: 06:00, 22:00-06:00; a start outside them, or more than 12 hours before the end, does nothing",
    ),
  leastRate: amount(parseRate, "a rate such as 1 KB/s")
    .default(DEFAULT_LEAST_RATE.bytesPerSecond)
    .describe("A transfer that brings less a second, for two minutes, is ended and tried again"),
  splay: amount(parseSeconds, "a length of time such as 4h, or now")
    .default(0)
    .describe("Wait a random time up to this before the run starts"),

  held: z
    .strictObject({
      cachedRanges: z.boolean().default(true).describe("X-Apple-Cached-Ranges in the cache's answer"),
      contentType: z.boolean().default(false).describe("A missing Content-Type, precache.py's sign; weak"),
      assetInfo: z.boolean().default(true).describe("AssetInfo.db, when the cache runs on this computer"),
      ledger: z.boolean().default(true).describe("What earlier runs brought whole"),
    })
    .prefault({})
    .describe("Which signs that a file is in the cache are believed"),

  prescript: z.string().min(1).optional().describe("Runs before; another exit code than 0 cancels the run"),
  postscript: z.string().min(1).optional().describe("Runs after, with the run's summary in its environment"),
  scriptTimeout: amount(parseSeconds, "a length of time such as 60s")
    .default(60)
    .describe("The longest a script may take"),

  catalogFolder: z.string().min(1).optional().describe("Where catalogues are kept between runs"),
  catalogFreshMinutes: z.number().min(0).default(60).describe("A younger copy is used without asking the server"),
});

/** Validated options. */
export type PrecacheOptions = z.output<typeof precacheOptions>;
/** Options as an admin writes them. */
export type PrecacheInput = z.input<typeof precacheOptions>;

/** The keys of this room in the settings. */
export const precacheShape = { precache: precacheOptions.prefault({}) };

/** Keys that say what is wanted: naming one on a command line replaces all that the settings want. */
const WANTS = ["models", "devices", "groups", "apps", "updates"] as const;
const LISTS = ["url-list", "plan-file"];

/**
 * What a command line says about warming, as a part of a layer of settings. A command line that says what is wanted is
 * the whole of it: what weaker layers want is left out, their firmware folder, catalogues and limits stay. A catalogue
 * it names takes the place of those of its kind.
 */
export function requestLayer(said: PrecacheInput): Required<Pick<Layer, "values" | "clears" | "keeps">> {
  const { firmware: { models: firmwareModels = [], ...otherFirmware } = {} } = said;
  const wantsFirmware = firmwareModels.length > 0;
  const firmware = wantsFirmware ? { ...otherFirmware, models: firmwareModels } : otherFirmware;
  const kinds = (said.catalogs ?? []).map(({ kind }) => kind as string);
  const wants =
    kinds.some((kind) => LISTS.includes(kind)) || wantsFirmware || WANTS.some((key) => said[key] !== undefined);
  const replaced = new Set([...kinds, ...(wants ? LISTS : [])]);
  return {
    values: { precache: { ...said, firmware } },
    clears: wants ? [...WANTS, "firmware.models"].map((key) => `precache.${key}`) : [],
    keeps: { "precache.catalogs": (entry) => !replaced.has((entry as { kind?: unknown } | null)?.kind as string) },
  };
}

/** Settings to list what the catalogues offer of some groups, whatever the settings want to be fetched. */
export function listingOf(settings: PrecacheOptions, groups: PrecacheOptions["groups"]): PrecacheOptions {
  return {
    ...settings,
    groups,
    ...{ models: [], devices: [], apps: [], updates: [] },
    firmware: { ...settings.firmware, models: [] },
    catalogs: settings.catalogs.filter(({ kind }) => !LISTS.includes(kind)),
  };
}
