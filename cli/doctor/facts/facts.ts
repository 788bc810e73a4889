/**
 * Facts from evidence: everything is parsed here, once. What is not there, or in no known form, is undefined; the second
 * is listed, so that nobody takes it for health.
 *
 * @module
 */
import type * as z from "zod";
import { type CacheStatus, parseStatus } from "../../../core/cache/cache.ts";
import { errorText } from "../../../core/errors.ts";
import { parsePlist } from "../../../core/plist/plist.ts";
import { diskCacheServers, type LocatedServer, parseLocatorJson } from "../../../precache/index.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { type CacheSettings, parseSettings } from "./cache-settings.ts";
import { locatedAddress } from "./located-address.ts";
import {
  type LaunchdJob,
  type PowerSettings,
  parseFileVault,
  parseLaunchdJob,
  parseMounts,
  parsePower,
  parseSntp,
  parseSystemProxies,
  type SystemProxies,
} from "./mac-settings.ts";
import { type NetworkService, parseDefaultRoute, parseNetworkServices } from "./network-services.ts";
import {
  aboutRecord,
  type CommandRecord,
  commandRecords,
  type FileRecord,
  fileRecords,
  findingRecords,
  type HostRecord,
  hostRecords,
  type LateRecord,
  lateRecords,
  type NotifierRecord,
  networkRecord,
  notifierRecords,
  type PortRecord,
  portRecords,
  type SinkRecord,
  sinkRecords,
  type TxtRecord,
  txtRecords,
  warmingRecord,
} from "./records.ts";
import { parseResolvConf, parseScutilDns, type Resolvers } from "./resolvers.ts";

export { hostOf, isInNetwork, isRange, isWithin } from "./addresses.ts";
export { parseSettings } from "./cache-settings.ts";
export { volumeOf } from "./mac-settings.ts";
export { publishedRanges } from "./published-ranges.ts";
export type {
  CommandRecord,
  FileRecord,
  findingRecords,
  HostRecord,
  LateRecord,
  NotifierRecord,
  PortRecord,
  SinkRecord,
  TxtRecord,
} from "./records.ts";
export type { Resolvers } from "./resolvers.ts";

export interface Facts {
  readonly about: Omit<z.output<typeof aboutRecord>, "at"> & { readonly atMs: number };
  readonly status: CacheStatus | undefined;
  readonly settings: CacheSettings | undefined;
  readonly located: readonly LocatedServer[] | undefined;
  /** This computer's address on the internet, as Apple's locator sees it. */
  readonly publicAddress: string | undefined;
  readonly remembered: readonly string[] | undefined;
  readonly fileVault: boolean | undefined;
  readonly power: PowerSettings | undefined;
  readonly mounts: readonly string[] | undefined;
  readonly services: readonly NetworkService[] | undefined;
  /** The interface of the default route; null where there is no such route. */
  readonly route: string | null | undefined;
  readonly resolvers: Resolvers | undefined;
  readonly proxies: SystemProxies | undefined;
  readonly daemon: LaunchdJob | undefined;
  /** Seconds this clock is behind a time server. */
  readonly behindSeconds: number | undefined;
  readonly commands: readonly CommandRecord[];
  readonly late: readonly LateRecord[];
  readonly files: readonly FileRecord[] | undefined;
  readonly ports: readonly PortRecord[];
  readonly hosts: readonly HostRecord[] | undefined;
  readonly txt: readonly TxtRecord[] | undefined;
  readonly sinks: readonly SinkRecord[] | undefined;
  readonly notifiers: readonly NotifierRecord[] | undefined;
  readonly found: z.output<typeof findingRecords> | undefined;
  readonly warming: z.output<typeof warmingRecord> | undefined;
  readonly network: z.output<typeof networkRecord> | undefined;
  /** Files of the evidence that are in no form we know, and why. */
  readonly unread: readonly { readonly file: string; readonly why: string }[];
}

/** The facts in some evidence. Never throws: what cannot be read is in `unread`. */
export async function readFacts(evidence: Evidence): Promise<Facts> {
  const unread: { file: string; why: string }[] = [];
  const noting = (file: string, why: string): undefined => {
    unread.push({ file, why });
    return undefined;
  };
  const textOf = (file: string): string | undefined => {
    const bytes = evidence.get(file);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
  };
  const text = <Value>(file: string, parse: (text: string) => Value | undefined): Value | undefined => {
    const found = textOf(file);
    // a command that printed nothing has its reason in commands.json
    if (found === undefined || found.trim() === "") return undefined;
    try {
      const value = parse(found);
      return value === undefined ? noting(file, "it has no form we know") : value;
    } catch (error) {
      return noting(file, errorText(error));
    }
  };
  const record = <Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | undefined =>
    text(file, (json) => {
      const parsed = schema.safeParse(JSON.parse(json), { error: recordWords });
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      return noting(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unexpected"}`);
    });
  const about = record("about.json", aboutRecord) ?? STRANGER;
  return {
    about: { ...about, atMs: Date.parse(about.at) },
    status: text("status.json", (json) => parseStatus(json, "status.json")),
    settings: text("settings.json", parseSettings),
    located: text("locator.json", (json) => (isJson(json) ? parseLocatorJson(json) : undefined)),
    publicAddress: text("locator.json", (json) => locatedAddress(json) ?? null) ?? undefined,
    remembered: await rememberedIn(evidence.get("disk-cache.plist"), noting),
    fileVault: text("filevault.txt", parseFileVault),
    power: text("power.txt", parsePower),
    mounts: text("mounts.txt", parseMounts),
    services: text("services.txt", parseNetworkServices),
    route: text("route.txt", (printed) => parseDefaultRoute(printed) ?? null),
    resolvers: text("dns.txt", parseScutilDns) ?? text("resolv.conf", parseResolvConf),
    proxies: text("proxies.txt", parseSystemProxies),
    daemon: text("daemon.txt", parseLaunchdJob),
    behindSeconds: text("sntp.txt", (printed) => parseSntp(printed) ?? Number.NaN),
    commands: record("commands.json", commandRecords) ?? [],
    files: record("files.json", fileRecords),
    late: record("late.json", lateRecords) ?? [],
    ports: record("ports.json", portRecords) ?? [],
    hosts: record("hosts.json", hostRecords),
    txt: record("txt.json", txtRecords),
    sinks: record("sinks.json", sinkRecords),
    notifiers: record("notifiers.json", notifierRecords),
    found: record("findings.json", findingRecords),
    warming: record("warming.json", warmingRecord),
    network: record("network.json", networkRecord),
    unread,
  };
}

/** Zod's words, but for what is not there. */
function recordWords({ input }: { readonly input?: unknown }): string | undefined {
  return input === undefined ? "it is missing" : undefined;
}

/** What is assumed where about.json cannot be read. */
const STRANGER: z.output<typeof aboutRecord> = {
  format: 1,
  larder: "",
  at: new Date(0).toISOString(),
  system: "other",
  part: "server",
  addresses: [],
  models: 0,
  configured: false,
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function rememberedIn(
  bytes: Uint8Array | undefined,
  noting: (file: string, why: string) => undefined,
): Promise<string[] | undefined> {
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    return diskCacheServers(await parsePlist(Buffer.from(bytes), "disk-cache.plist"));
  } catch (error) {
    return noting("disk-cache.plist", errorText(error));
  }
}
