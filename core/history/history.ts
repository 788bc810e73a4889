/**
 * The door of the history: the journal asked, followed and scanned, and the menu of questions.
 *
 * @module
 */
export {
  type Ask,
  ask,
  askJournal,
  askLines,
  askOf,
  askSums,
  type HistoryQuery,
  type HistoryRow,
  type Question,
  queryHistory,
} from "./ask.ts";
export { type Cut, cutNow } from "./cut.ts";
export { type Followed, follow, type Places, piecesFrom } from "./follow.ts";
export { type Followable, KeptCurrent } from "./kept-current.ts";
export { LatestLines } from "./latest-lines.ts";
export { nextPeriod, periodStart } from "./periods.ts";
export { isRolledUp, planSums, type Range } from "./plan.ts";
export {
  type CacheState,
  type ClientRow,
  type ClientSums,
  type Clients,
  cacheHosts,
  cacheStates,
  clients,
  events,
  groupClients,
  type HistoryEvent,
  type HostReading,
  knownTags,
  type LastAsked,
  type LastWarming,
  lastPasses,
  lastWarming,
  newestRow,
  type Pass,
  totalClients,
  usedSince,
  type WarmingLines,
  type WarmingRun,
  warmedFiles,
  warmingLines,
  warmingRuns,
} from "./questions/questions.ts";
export { flagOf, numberOf, type ReadPoint, readPoint, textOf } from "./read-point.ts";
export {
  type OpenBucket,
  parseRollupMark,
  ROLLUP_CURSOR,
  ROLLUP_VERSION,
  type RollupMark,
  readRollupMark,
} from "./rollup-mark.ts";
export { SumRows } from "./rows.ts";
export {
  addSavings,
  joinDays,
  type Savings,
  type SavingsRow,
  type Sources,
  savings,
  savingsHistory,
  savingsOf,
  type TrafficRow,
  totalSavings,
  traffic,
  trafficOf,
} from "./savings.ts";
export { linesOf, readLines, scanLines, scanReader, type Wanted } from "./scan.ts";
