/**
 * The menu: what the journal can be asked besides sums.
 *
 * @module
 */

export { cacheHosts, type HostReading } from "./cache-hosts.ts";
export { type CacheState, cacheStates } from "./cache-state.ts";
export { type ClientRow, type ClientSums, type Clients, clients, groupClients, totalClients } from "./clients.ts";
export { events, type HistoryEvent } from "./events.ts";
export { knownTags } from "./known-tags.ts";
export { type LastWarming, lastWarming } from "./last-warming.ts";
export { lastPasses, newestRow, type Pass } from "./passes.ts";
export {
  type LastAsked,
  usedSince,
  type WarmingLines,
  type WarmingRun,
  warmedFiles,
  warmingLines,
  warmingRuns,
} from "./warming.ts";
