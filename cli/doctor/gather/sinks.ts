/**
 * Each sink tried out: one point written and read back.
 *
 * @module
 */
import { destinationsOf, type ProbeContext, probeSink } from "../../../collector/index.ts";
import { silentLog } from "../../../core/log.ts";
import type { Settings } from "../../load-settings.ts";
import type { SinkRecord } from "../facts/facts.ts";

/** Tries them all at once. */
export async function trySinks(
  sinks: Settings["sinks"],
  asked: Pick<ProbeContext, "nowMs" | "signal">,
): Promise<SinkRecord[]> {
  return await Promise.all(
    destinationsOf(sinks).map(async (destination): Promise<SinkRecord> => {
      const { problem, clockMs, engine, fits, dedup, keepsDays, ...probe } = await probeSink(destination, {
        log: silentLog,
        ...asked,
      });
      return {
        ...probe,
        ...{ engine: engine ?? null, fits: fits ?? null, dedup: dedup ?? null, keepsDays: keepsDays ?? null },
        ...{ code: problem?.code ?? null, said: problem?.said ?? null, next: problem?.next ?? null },
        clock: clockMs === undefined ? null : new Date(clockMs).toISOString(),
      };
    }),
  );
}
