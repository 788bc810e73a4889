/**
 * Asks the port of the cache, and those the admin names, whether they answer.
 *
 * @module
 */
import { basename } from "node:path";
import { ASSET_CACHE_MANAGER, askPort, type CacheStatus, type PortAnswer } from "../../../core/cache/cache.ts";
import type { ManagerStatusOptions } from "./options.ts";
import type { OwnAnswers } from "./state.ts";

/** Answers of ports: of the cache itself, and by `host:port` of those that are named. */
export interface Answers {
  readonly own: OwnAnswers;
  readonly named: ReadonlyMap<string, PortAnswer>;
}

/** The names of what is asked on the cache's own port. */
export const OWN_TARGETS = ["itself", "network"] as const satisfies readonly (keyof OwnAnswers)[];

/** Asks all at once; each has three seconds. */
export async function askPorts(
  status: CacheStatus,
  settings: Pick<ManagerStatusOptions, "command" | "file" | "probes">,
  signal: AbortSignal,
): Promise<Answers> {
  const ask = async (host: string, port: number): Promise<PortAnswer> => await askPort({ host, port }, { signal });
  const { port = 0 } = status;
  const [address] = status.addresses;
  // a status from a file, or by another command, may be of another computer
  const own =
    port > 0 && settings.file === undefined && basename(settings.command[0] ?? "") === basename(ASSET_CACHE_MANAGER);
  const [itself, network, ...named] = await Promise.all([
    own ? ask("127.0.0.1", port) : undefined,
    own && address !== undefined ? ask(address, port) : undefined,
    ...settings.probes.map(async (target) => {
      const at = target.lastIndexOf(":");
      return [target, await ask(target.slice(0, at).replace(/^\[|\]$/g, ""), Number(target.slice(at + 1)))] as const;
    }),
  ]);
  return { own: { itself, network }, named: new Map(named) };
}
