/**
 * What answers on the ports of caches: this computer's own, those the locator found, those it remembers.
 *
 * @module
 */
import { askPort, type CacheStatus } from "../../../core/cache/cache.ts";
import type { LocatedServer } from "../../../precache/index.ts";
import { hostOf, type PortRecord } from "../facts/facts.ts";

export interface KnownCaches {
  readonly status: CacheStatus | undefined;
  readonly located: readonly LocatedServer[];
  readonly remembered: readonly string[];
}

/** A handful says as much as all of a campus. */
const MOST = 8;

/** Asks each port once. */
export async function askCachePorts({ status, located, remembered }: KnownCaches): Promise<PortRecord[]> {
  const port = status?.active === true ? status.port : undefined;
  const own = status?.addresses[0];
  const wanted: { whose: PortRecord["whose"]; address: string }[] = [
    ...(port ? [{ whose: "itself", address: `127.0.0.1:${port}` } as const] : []),
    ...(port && own !== undefined ? [{ whose: "network", address: hostPortOf(own, port) } as const] : []),
    ...located.slice(0, MOST).map(({ hostPort }) => ({ whose: "located", address: hostPort }) as const),
    ...remembered.slice(0, MOST).map((address) => ({ whose: "remembered", address }) as const),
  ];
  return await Promise.all(
    wanted.map(async ({ whose, address }) => {
      const asked = { host: hostOf(address), port: Number(/\d+$/.exec(address)?.[0]) };
      const { http, code, seconds } = await askPort(asked);
      return { whose, address, http: http ?? null, code: code ?? null, seconds };
    }),
  );
}

function hostPortOf(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
