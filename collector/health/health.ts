/**
 * The model of `larder status`: facts and what follows from them.
 *
 * @module
 */
import type { StatusFacts } from "./facts.ts";
import { type Finding, type FindingLevel, findings, worstLevel } from "./findings.ts";
import { type GatherOptions, gatherStatus } from "./gather.ts";

export type { CacheFacts, PipeFacts, SinkFacts } from "./facts.ts";
export { cacheFindings, findings } from "./findings.ts";
export { gatherPipe, type PipeOptions } from "./gather.ts";
export { selfBatch } from "./self-metrics.ts";

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

/** Facts with their findings. */
export function toModel(facts: StatusFacts): StatusModel {
  const found = findings(facts);
  return { ...facts, findings: found, worst: worstLevel(found) };
}
