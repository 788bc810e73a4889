/**
 * Which cache to warm: tries the ways in a fixed order, keeps a record of what each found, and says why it chose.
 *
 * Given by hand wins and nothing else is tried. Otherwise: this computer is a cache (its own status, then the port in
 * its settings), then what Apple's locator finds (JSON, then text), then what the locator remembers on disk. A way
 * that names a server which does not answer is passed over and recorded. DNS TXT is read on request and never chooses.
 *
 * @module
 */
import {
  type CacheStatus,
  type CommandResult,
  parseDataPath,
  parseStatus,
  type RunCommand,
  runCommand,
} from "../../core/cache/cache.ts";
import { LarderError } from "../../core/errors.ts";
import { httpRequest } from "../../core/http/http.ts";
import type { CacheTarget } from "../words/asset.ts";
import { CONFIG_PLISTS, configPort } from "./config-plist.ts";
import { DISK_CACHE_NAME, diskCacheServers } from "./disk-cache.ts";
import { type LocatedServer, parseLocatorJson, parseLocatorText } from "./locator.ts";
import { readPlistFile } from "./read-plist-file.ts";

export type DiscoveryWay = "by hand" | "status" | "settings" | "locator" | "locator text" | "disk cache";

/** One way that was tried and what came of it. */
export interface DiscoveryStep {
  readonly way: DiscoveryWay;
  /** What was asked: a command or a path. */
  readonly asked: string;
  readonly said: string;
  readonly outcome: "chosen" | "passed over" | "nothing" | "not tried";
}

/** What was found. */
export interface Discovery {
  /** Empty when no way led to a cache. */
  readonly targets: readonly CacheTarget[];
  readonly steps: readonly DiscoveryStep[];
  /** The cache's own status, when it runs on this computer. */
  readonly status: CacheStatus | undefined;
  /** Folder of the cache's files, when it runs on this computer and is readable. */
  readonly dataPath: string | undefined;
}

/** The world discovery looks at; everything has a default for real. */
export interface DiscoveryWorld {
  readonly run?: RunCommand;
  /** A property list, or undefined when there is no such file. */
  readonly readPlist?: (path: string) => Promise<unknown>;
  /** Whether a cache answers there. */
  readonly probe?: (url: string) => Promise<boolean>;
  /** Settings files of a cache beside Apple's own, asked first. */
  readonly configPlists?: readonly string[];
  /**
   * Whether a person is there; default true. Apple's locator refreshes what the system knows of caches when it is asked, so
   * that no schedule may ask it.
   */
  readonly attended?: boolean;
}

interface Candidate {
  readonly way: DiscoveryWay;
  readonly asked: string;
  /** `host:port`, best first. */
  readonly servers: readonly string[];
  readonly said: string;
}

const MANAGER = "AssetCacheManagerUtil";
const LOCATOR = "AssetCacheLocatorUtil";

/** Finds the caches to warm. Never throws when every way fails: the steps say why. */
export async function discover(byHand: readonly CacheTarget[], world: DiscoveryWorld = {}): Promise<Discovery> {
  const run = world.run ?? runCommand;
  const probe = world.probe ?? answersAsCache;
  const readPlist = world.readPlist ?? readPlistFile;
  const status = await askManager(run);
  const dataPath =
    status.value?.active === true ? parseDataPath((await run(MANAGER, ["-j", "settings"])).stdout) : undefined;
  if (byHand.length > 0) {
    const said = byHand.map(({ url }) => url).join(", ");
    const chosen: DiscoveryStep = { way: "by hand", asked: "command line or settings", said, outcome: "chosen" };
    return { targets: byHand, steps: [chosen, notTried(status.candidate.way)], status: status.value, dataPath };
  }
  const ways = [
    async () => status.candidate,
    async () => await askSettings(readPlist, [...new Set([...(world.configPlists ?? []), ...CONFIG_PLISTS])]),
    ...(world.attended === false
      ? [async () => await leftAlone()]
      : [async () => await askLocator(run), async () => await askLocatorText(run)]),
    async () => await askDiskCache(run, readPlist),
  ];
  const steps: DiscoveryStep[] = [];
  for (const ask of ways) {
    const candidate: Candidate = await ask();
    const answering = await firstAnswering(candidate.servers, probe);
    steps.push(stepFor(candidate, answering));
    if (answering !== undefined) return { targets: [targetAt(answering)], steps, status: status.value, dataPath };
  }
  return { targets: [], steps, status: status.value, dataPath };
}

/**
 * A cache given by hand: `http://host:port`, `host:port`, or `name=host:port`.
 * @throws LarderError `CONFIG_SERVER` when it is not such an address.
 */
export function targetByHand(text: string, role: CacheTarget["role"] = "cache"): CacheTarget {
  const match = /^(?:([^=/:]+)=)?(?:(https?):\/\/)?([^/@?#\s]+)\/?$/.exec(text.trim());
  const hostPort = match?.[3] ?? "";
  const url = `http://${hostPort}`;
  if (match === null || !URL.canParse(url) || new URL(url).port === "") {
    throw new LarderError(`Cannot use "${text.replace(/\/\/[^/@]*@/, "//")}" as a cache: expected http://host:port`, {
      code: "CONFIG_SERVER",
      state: "nothing was fetched",
      next: "larder precache discover finds caches; the port is in AssetCacheManagerUtil status",
    });
  }
  if (match[2] === "https") {
    throw new LarderError(`Cannot use "${text}" as a cache: a content cache speaks plain HTTP only`, {
      code: "CONFIG_SERVER",
      state: "nothing was fetched",
      next: `write http://${hostPort}`,
    });
  }
  return { name: match[1] ?? new URL(url).hostname, url, role };
}

/** The probe macOS itself sends: `GET /`, `Max-Forwards: 0`, answered by 200. */
async function answersAsCache(url: string): Promise<boolean> {
  try {
    const limits = { timeoutMs: 3000, maxBytes: 64 * 1024 };
    const request = { url: `${url}/`, headers: { "max-forwards": "0" }, direct: true, ...limits };
    return (await httpRequest(request)).status === 200;
  } catch {
    return false;
  }
}

/** The caches that give no answer at all; any status line is one. */
export async function silentTargets(targets: readonly CacheTarget[]): Promise<CacheTarget[]> {
  const limits = { timeoutMs: 3000, maxBytes: 64 * 1024, cutLong: true, direct: true };
  const silent = await Promise.all(
    targets.map(async (target) => {
      try {
        await httpRequest({ url: `${target.url}/`, headers: { "max-forwards": "0" }, ...limits });
        return [];
      } catch {
        return [target];
      }
    }),
  );
  return silent.flat();
}

function targetAt(hostPort: string): CacheTarget {
  return targetByHand(hostPort);
}

async function firstAnswering(
  servers: readonly string[],
  probe: (url: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const server of servers) if (await probe(`http://${server}`)) return server;
  return undefined;
}

function stepFor({ way, asked, servers, said }: Candidate, answering: string | undefined): DiscoveryStep {
  if (servers.length === 0) return { way, asked, said, outcome: "nothing" };
  if (answering === undefined) return { way, asked, said: `${said}; no answer there`, outcome: "passed over" };
  return { way, asked, said: `${said}; ${answering} answers`, outcome: "chosen" };
}

function notTried(way: DiscoveryWay): DiscoveryStep {
  return { way, asked: "every other way", said: "not needed: a cache was named", outcome: "not tried" };
}

async function askManager(run: RunCommand): Promise<{ candidate: Candidate; value: CacheStatus | undefined }> {
  const result = await run(MANAGER, ["-j", "status"]);
  const value = statusIn(result.stdout);
  const base = { way: "status", asked: `${MANAGER} -j status` } as const;
  const none = (said: string): Candidate => ({ ...base, servers: [], said });
  if (value === undefined) return { candidate: none(unusable(result)), value };
  if (value.active !== true || !value.port) return { candidate: none("this computer's cache is not active"), value };
  const said = `this computer is a cache, port ${value.port}, ${value.cacheStatus ?? "state unknown"}`;
  return { candidate: { ...base, servers: [`localhost:${value.port}`], said }, value };
}

async function askSettings(
  readPlist: (path: string) => Promise<unknown>,
  paths: readonly string[],
): Promise<Candidate> {
  for (const path of paths) {
    const port = configPort(await readPlist(path).catch(() => undefined));
    if (port === undefined) continue;
    return { way: "settings", asked: path, servers: [`localhost:${port}`], said: `names port ${port}` };
  }
  return { way: "settings", asked: paths.join(", "), servers: [], said: "no port in the cache's settings" };
}

async function askLocator(run: RunCommand): Promise<Candidate> {
  const result = await run(LOCATOR, ["-j"]);
  return locatorCandidate("locator", `${LOCATOR} -j`, parseLocatorJson(result.stdout), result);
}

async function leftAlone(): Promise<Candidate> {
  const said = "not asked without a person: asking changes what the system knows; name the cache in precache.servers";
  return { way: "locator", asked: LOCATOR, servers: [], said };
}

async function askLocatorText(run: RunCommand): Promise<Candidate> {
  const result = await run(LOCATOR, []);
  return locatorCandidate("locator text", LOCATOR, parseLocatorText(`${result.stderr}\n${result.stdout}`), result);
}

function locatorCandidate(
  way: DiscoveryWay,
  asked: string,
  found: readonly LocatedServer[],
  result: CommandResult,
): Candidate {
  const servers = found.map(({ hostPort }) => hostPort);
  const said =
    found.length > 0
      ? `found ${found.map(({ hostPort, rank }) => hostPort + (rank === undefined ? "" : ` (rank ${rank})`)).join(", ")}`
      : result.exitCode === 0
        ? "found no content cache"
        : unusable(result);
  return { way, asked, servers, said };
}

async function askDiskCache(run: RunCommand, readPlist: (path: string) => Promise<unknown>): Promise<Candidate> {
  const folder = await run("getconf", ["DARWIN_USER_CACHE_DIR"]);
  const root = folder.exitCode === 0 ? folder.stdout.trim() : "";
  const base = { way: "disk cache", asked: DISK_CACHE_NAME } as const;
  if (!root.startsWith("/")) return { ...base, servers: [], said: "this system has no such folder" };
  const path = `${root.replace(/\/$/, "")}/${DISK_CACHE_NAME}`;
  const servers = diskCacheServers(await readPlist(path).catch(() => undefined));
  return {
    way: "disk cache",
    asked: path,
    servers,
    said: servers.length > 0 ? `remembers ${servers.join(", ")}` : "remembers none",
  };
}

/** The status in an output of any form; undefined when it holds none. */
function statusIn(text: string): CacheStatus | undefined {
  try {
    return parseStatus(text, MANAGER);
  } catch (error) {
    if (error instanceof LarderError) return undefined;
    throw error;
  }
}

function unusable({ failure, exitCode, stderr }: CommandResult): string {
  if (failure !== undefined) return failure.text;
  const first = stderr.trim().split("\n")[0] ?? "";
  return exitCode === 0 ? "its answer names nothing we know" : `it ended with ${exitCode}: ${first.slice(0, 200)}`;
}
