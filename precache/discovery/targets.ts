/**
 * The caches of a run: those the options name, or the one discovery finds; each with a name of its own.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { PrecacheOptions } from "../options.ts";
import type { CacheTarget } from "../words/asset.ts";
import { type Discovery, type DiscoveryWorld, discover, targetByHand } from "./discover.ts";

/** Share of the free space that is used: devices fetch at night too, and a full cache evicts what was warmed. */
const USED_SHARE = 0.95;

/** What discovery finds for the options. */
export async function discoverTargets(options: PrecacheOptions, world: DiscoveryWorld = {}): Promise<Discovery> {
  const { configPlists } = options;
  const found = await discover(targetsByHand(options), {
    ...world,
    ...(configPlists.length > 0 ? { configPlists } : {}),
  });
  return { ...found, targets: withOwnNames(found.targets) };
}

/** @throws LarderError `CACHE_NOT_FOUND` when discovery found none. */
export function requireTargets(discovery: Discovery): void {
  if (discovery.targets.length > 0) return;
  const tried = discovery.steps.map(({ way, said }) => `${way}: ${said}`).join("; ");
  throw new LarderError(`Cannot find a cache to warm: ${tried}`, {
    code: "CACHE_NOT_FOUND",
    state: "nothing was fetched",
    next: "name one: --cache-server http://host:port; larder precache discover shows more",
    retryable: true,
  });
}

/** The caches the options name. */
function targetsByHand(options: PrecacheOptions): CacheTarget[] {
  return options.servers.map((server) => {
    if (typeof server === "string") return targetByHand(server);
    const target = targetByHand(server.url, server.role);
    return server.name === undefined ? target : { ...target, name: server.name };
  });
}

/** Whether a target is the cache that runs on this computer. */
export function isLocal(target: CacheTarget, discovery: Discovery): boolean {
  const { hostname, port } = new URL(target.url);
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return here && discovery.status?.port !== undefined && discovery.status.port === Number(port || 80);
}

/** Bytes a run may add without making a cache evict; undefined where no cache reports it. */
export function roomOf(options: PrecacheOptions, discovery: Discovery): number | undefined {
  if (options.room === "ignore") return undefined;
  if (typeof options.room === "number") return options.room;
  const local = discovery.targets.some((target) => isLocal(target, discovery));
  const free = local ? discovery.status?.freeBytes : undefined;
  return free === undefined ? undefined : Math.floor(Math.max(0, free) * USED_SHARE);
}

/** Two caches of one name would be one in the journal: the second gets its port. */
function withOwnNames(targets: readonly CacheTarget[]): CacheTarget[] {
  const taken = new Set<string>();
  return targets.map((target) => {
    let name = target.name;
    for (let n = 2; taken.has(name); n++) {
      const { port } = new URL(target.url);
      name = n === 2 ? `${target.name}:${port}` : `${target.name}:${port}-${n}`;
    }
    taken.add(name);
    return { ...target, name };
  });
}
