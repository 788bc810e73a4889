/**
 * The content cache on this computer: Apple's commands, every form of its status, its settings, its paths, and the
 * inventory of what it holds.
 *
 * @module
 */
export { type AssetInventory, readAssetInfo } from "./asset-info.ts";
export { type CommandResult, type RunCommand, runCommand } from "./command.ts";
export { type CommandStream, streamCommand } from "./command-stream.ts";
export { ASSET_CACHE_MANAGER, METRICS_DB_PATH, METRICS_SQLITE_PATH } from "./paths.ts";
export { askPort, type PortAnswer } from "./port-probe.ts";
export { parseDataPath } from "./settings.ts";
export {
  type CacheStatus,
  hostPort,
  MAX_STATUS_BYTES,
  type Neighbour,
  parseStatus,
  type StatusForm,
  type StatusTotals,
  sizeBytes,
  TOTAL_KEYS,
  TOTAL_NAMES,
  type TotalName,
  unreadableStatus,
} from "./status/status.ts";
export { wasWiped } from "./wiped.ts";
