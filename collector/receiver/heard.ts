/**
 * The caches that have reported of late, as the journal has them.
 *
 * @module
 */
import { ask, cacheHosts, type HostReading } from "../../core/history/history.ts";

/** Every cache says what it is once a day at least. */
const DAY_MS = 25 * 3_600_000;

/** Caches that have reported within a day, by name. */
export async function heardCaches(stateDir: string, nowMs: number): Promise<readonly HostReading[]> {
  const [hosts] = await ask(stateDir, [cacheHosts({ fromMs: nowMs - DAY_MS, toMs: nowMs + DAY_MS })]);
  return [...hosts].sort((a, b) => a.server.localeCompare(b.server));
}
