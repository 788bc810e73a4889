/**
 * The model of `larder status`: facts and what follows from them.
 *
 * @module
 */
import type { CacheFacts, PipeFacts, StatusFacts } from "./facts.ts";
import { type Finding, type FindingLevel, findings, worstLevel } from "./findings.ts";
import { type GatherOptions, gatherCache, gatherPipe, gatherStatus } from "./gather.ts";

export type { CacheFacts, PipeFacts, SinkFacts } from "./facts.ts";
export { cacheFindings, findings } from "./findings.ts";
export { type GatherOptions, gatherPipe, type PipeOptions } from "./gather.ts";
export { selfBatch } from "./self-metrics.ts";
export { statusFindings } from "./status-findings.ts";

export interface StatusModel extends StatusFacts {
  readonly findings: readonly Finding[];
  readonly worst: FindingLevel | "ok";
}

/**
 * How the cache and the collector are, from the journal.
 * @throws LarderError `SHIP_CURSOR` when the place of a sink cannot be read.
 */
export async function readStatusModel(options: GatherOptions): Promise<StatusModel> {
  return toModel(await gatherStatus(options));
}

/** The cache and the pipe of this computer now, and what is wrong with them. */
export interface Pipe extends CacheFacts, PipeFacts {
  readonly findings: readonly Finding[];
  readonly worst: FindingLevel | "ok";
}

/**
 * The same without anything that has to be added up, at a fraction of the work.
 * @throws LarderError `SHIP_CURSOR` when the place of a sink cannot be read.
 */
export async function readPipe(options: GatherOptions): Promise<Pipe> {
  const facts = { ...(await gatherCache(options)), ...(await gatherPipe(options, options.nowMs)) };
  const found = findings(facts);
  return { ...facts, findings: found, worst: worstLevel(found) };
}

/** Facts with their findings. */
export function toModel(facts: StatusFacts): StatusModel {
  const found = findings(facts);
  return { ...facts, findings: found, worst: worstLevel(found) };
}
