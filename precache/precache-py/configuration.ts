/**
 * precache.py's configuration (`com.github.krypted.precache.my-config.plist`) in our options. Pure.
 *
 * Every key of version 2.0.2 is here; for each that is present it is reported what it does today, or why it can do nothing.
 *
 * @module
 */
import type { PrecacheInput } from "../options.ts";
import { groupsOf } from "./flags.ts";
import { APPS_NOTE, GROUP_NOTE, type PrecachePyNote } from "./notes.ts";

/** A configuration in our words. */
export interface PrecachePyConfiguration {
  readonly options: PrecacheInput;
  readonly notes: readonly PrecachePyNote[];
}

/** Options of a converted configuration with its secrets named by the environment variable to put them in. */
export function withNamedSecrets(options: PrecacheInput): PrecacheInput {
  if (options.devices === undefined) return options;
  const devices = options.devices.map((device) => {
    if (device.kind === "jamf") return { ...device, password: { env: "LARDER_MDM_PASSWORD" } };
    return device.kind === "simplemdm" ? { ...device, token: { env: "LARDER_MDM_TOKEN" } } : device;
  });
  return { ...options, devices };
}

/** Names of the files it looked for in its working folder, in this order. */
export const CONFIGURATION_NAMES = [
  "com.github.krypted.precache.my-config.plist",
  "com.github.krypted.precache.example-config.plist",
] as const;

type Members = Readonly<Record<string, unknown>>;
type Part = (plist: Members, notes: PrecachePyNote[]) => PrecacheInput;
type Catalogs = NonNullable<PrecacheInput["catalogs"]>;

/** Our options for the value of its property list. Values of a wrong type are noted and left out. */
export function fromPrecachePyConfiguration(plist: unknown): PrecachePyConfiguration {
  const notes: PrecachePyNote[] = [];
  if (typeof plist !== "object" || plist === null || Array.isArray(plist)) {
    return { options: {}, notes: [{ word: "the file", fate: "gone", said: "it holds no dictionary" }] };
  }
  const members = plist as Members;
  const options: PrecacheInput = {};
  for (const part of PARTS) Object.assign(options, part(members, notes));
  const catalogs = CATALOG_PARTS.flatMap((part) => part(members, notes));
  noteTheRest(members, notes);
  return { options: catalogs.length === 0 ? options : { ...options, catalogs }, notes };
}

const PARTS: readonly Part[] = [
  (plist, notes) => strings(plist, "cacheModels", notes, GROUP_NOTE, (models) => ({ models })),
  (plist, notes) => strings(plist, "cacheApps", notes, APPS_NOTE, (apps) => ({ apps })),
  (plist, notes) =>
    strings(plist, "cacheMacUpdates", notes, "by product id or a word of the title, as before", (updates) => ({
      updates,
    })),
  (plist, notes) =>
    strings(plist, "cacheGroups", notes, GROUP_NOTE, (names) => ({ groups: groupsOf(names, "cacheGroups", notes) })),
  firmware,
  server,
  settingsFiles,
  inventory,
];

const CATALOG_PARTS: readonly ((plist: Members, notes: PrecachePyNote[]) => Catalogs)[] = [appsList, mesu, sucatalog];

/** Keys that never did anything, or can do nothing now. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  masBaseURL: "precache.py never used it; nor do we",
  userAgentString: "it had no effect; we say who we are, and the cache does not care",
  logLevel: "it had no effect; choose with --log-level",
  logPath: "it had no effect; the log goes to standard error, where launchd and cron keep it",
};

function firmware(plist: Members, notes: PrecachePyNote[]): PrecacheInput {
  const destination = text(plist, "destination", notes);
  const { models } = strings(plist, "cacheIPSW", notes, "kept in the destination, SHA-checked", (list) => ({
    models: list,
  }));
  if (destination !== undefined) notes.push({ word: "destination", fate: "works", said: "folder of the firmware" });
  if (models === undefined && destination === undefined) return {};
  return {
    firmware: { ...(models === undefined ? {} : { models }), ...(destination === undefined ? {} : { destination }) },
  };
}

function server(plist: Members, notes: PrecachePyNote[]): PrecacheInput {
  const url = text(plist, "cacheServerURL", notes);
  const port = portText(plist["cacheServerPort"]);
  if (plist["cacheServerPort"] !== undefined && port === undefined) notes.push(wrongType("cacheServerPort", "a port"));
  if (url === undefined || url === "") return {};
  const bare = url.replace(/\/+$/, "");
  const whole = port === undefined || /:\d+$/.test(bare) ? bare : `${bare}:${port}`;
  notes.push({ word: "cacheServerURL, cacheServerPort", fate: "works", said: `the cache is ${whole}` });
  return { servers: [whole] };
}

function settingsFiles(plist: Members, notes: PrecachePyNote[]): PrecacheInput {
  const keys = ["tetheratorConfigPlist", "cacheServerConfigPlist"] as const;
  const configPlists = keys.flatMap((key) => text(plist, key, notes) ?? []);
  for (const key of keys) {
    if (plist[key] !== undefined) notes.push({ word: key, fate: "works", said: "discovery reads the port from it" });
  }
  return configPlists.length === 0 ? {} : { configPlists };
}

function inventory(plist: Members, notes: PrecachePyNote[]): PrecacheInput {
  const mdm = text(plist, "mdm", notes)?.toLowerCase();
  const [host, user] = [text(plist, "mdmServer", notes), text(plist, "mdmUser", notes)];
  const [password, token] = [text(plist, "mdmPassword", notes), text(plist, "mdmToken", notes)];
  if (mdm === undefined || mdm === "") return {};
  const clear = "move the secret out of this file, to LARDER_MDM_PASSWORD, LARDER_MDM_TOKEN or a file only root reads";
  if (mdm === "jamf" && host !== undefined && host !== "") {
    notes.push({ word: "mdm, mdmServer, mdmUser, mdmPassword", fate: "works", said: clear });
    if (token !== undefined)
      notes.push({ word: "mdmToken", fate: "gone", said: "Jamf takes no such token; it is not used" });
    const address = /^https?:\/\//.test(host) ? host : `https://${host}`;
    return {
      devices: [
        {
          kind: "jamf",
          server: address,
          ...(user === undefined ? {} : { user }),
          password: password ?? { env: "LARDER_MDM_PASSWORD" },
        },
      ],
    };
  }
  if (mdm === "simplemdm") {
    notes.push({ word: "mdm, mdmToken", fate: "works", said: `every page is read now; ${clear}` });
    return { devices: [{ kind: "simplemdm", token: token ?? { env: "LARDER_MDM_TOKEN" } }] };
  }
  notes.push({
    word: "mdm",
    fate: "gone",
    said: `"${mdm}" without a server, or unknown: name the inventory under devices`,
  });
  return {};
}

function appsList(plist: Members, notes: PrecachePyNote[]): Catalogs {
  const url = text(plist, "appsCanCache", notes);
  if (url === undefined) return [];
  notes.push({
    word: "appsCanCache",
    fate: "works",
    said: "a list of this form is read; Apple's own was last kept in 2017",
  });
  return [{ kind: "apps-list", url }];
}

function mesu(plist: Members, notes: PrecachePyNote[]): Catalogs {
  const base = text(plist, "iosBaseURL", notes);
  const feeds = Object.values(dictionary(plist["iosFeeds"])).filter((feed) => typeof feed === "string");
  if (base === undefined && feeds.length === 0) return [];
  const word = "iosBaseURL, iosFeeds";
  if (base === undefined || isHost(base, "mesu.apple.com")) {
    notes.push({
      word,
      fate: "gone",
      said: "Apple stopped renewing this feed; what devices ask for today comes from gdmf v2/assets, which is used instead",
    });
    return [];
  }
  notes.push({ word, fate: "works", said: "your own copy of the feed is read, beside gdmf v2/assets" });
  return [{ kind: "mesu", base, ...(feeds.length === 0 ? {} : { feeds }) }, { kind: "pallas" }];
}

function sucatalog(plist: Members, notes: PrecachePyNote[]): Catalogs {
  const base = text(plist, "swuBaseURL", notes);
  const feeds = Object.values(dictionary(plist["softwareUpdateFeed"])).filter((feed) => typeof feed === "string");
  const { exclude } = strings(plist, "sucatalogExcludes", notes, "titles left out, as before", (list) => ({
    exclude: list,
  }));
  if (base === undefined && feeds.length === 0 && exclude === undefined) return [];
  const own = base !== undefined && !isHost(base, "swscan.apple.com") && feeds.length > 0;
  if (base !== undefined || feeds.length > 0) {
    notes.push({
      word: "swuBaseURL, softwareUpdateFeed",
      fate: own ? "works" : "changed",
      said: own
        ? "your own copy of the catalogue is read"
        : "the catalogue named there ends with macOS 10.12; today's is read",
    });
  }
  const urls = own ? feeds.map((feed) => `${base.replace(/\/*$/, "/")}${feed.replace(/^\/+/, "")}`) : undefined;
  return [
    {
      kind: "sucatalog",
      titles: "all",
      ...(urls === undefined ? {} : { urls }),
      ...(exclude === undefined ? {} : { excludeTitles: exclude }),
    },
  ];
}

const KNOWN = new Set([
  ...["cacheModels", "cacheApps", "cacheMacUpdates", "cacheGroups", "cacheIPSW", "destination"],
  ...["cacheServerURL", "cacheServerPort", "tetheratorConfigPlist", "cacheServerConfigPlist"],
  ...["mdm", "mdmServer", "mdmUser", "mdmPassword", "mdmToken", "appsCanCache", "iosBaseURL", "iosFeeds"],
  ...["swuBaseURL", "softwareUpdateFeed", "sucatalogExcludes"],
]);

function noteTheRest(plist: Members, notes: PrecachePyNote[]): void {
  for (const key of Object.keys(plist)) {
    const said = Object.hasOwn(WITHOUT_EFFECT, key) ? WITHOUT_EFFECT[key] : undefined;
    if (said !== undefined) notes.push({ word: key, fate: "gone", said });
    else if (!KNOWN.has(key)) notes.push({ word: key, fate: "gone", said: "precache.py knew no such key; nor do we" });
  }
}

function strings<Result extends object>(
  plist: Members,
  key: string,
  notes: PrecachePyNote[],
  said: string,
  then: (list: string[]) => Result,
): Partial<Result> {
  const value = plist[key];
  if (value === undefined) return {};
  if (!Array.isArray(value)) {
    notes.push(wrongType(key, "an array of strings"));
    return {};
  }
  const list = value.filter((item): item is string => typeof item === "string" && item !== "");
  if (list.length > 0)
    notes.push({ word: key, fate: said === GROUP_NOTE || said === APPS_NOTE ? "changed" : "works", said });
  return list.length === 0 ? {} : then(list);
}

function text(plist: Members, key: string, notes: PrecachePyNote[]): string | undefined {
  const value = plist[key];
  if (value === undefined || typeof value === "string") return value;
  if (!notes.some(({ word }) => word === key)) notes.push(wrongType(key, "a string"));
  return undefined;
}

function wrongType(word: string, expected: string): PrecachePyNote {
  return { word, fate: "gone", said: `expected ${expected}; it is not used` };
}

function portText(value: unknown): string | undefined {
  const port = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536 ? port : undefined;
}

function dictionary(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function isHost(url: string, host: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === host;
}
