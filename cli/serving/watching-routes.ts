/**
 * What other programs ask: `/metrics` for Prometheus, `/healthz` for whatever watches that larder does its work.
 *
 * @module
 */
import { readFiring } from "../../alerts/index.ts";
import { type GatherOptions, openExposition, type Pipe, readPipe } from "../../collector/index.ts";
import { findingOf, worstLevel } from "../../core/finding.ts";
import { json, type Reply, type Route } from "../../core/server/server.ts";
import type { Clock } from "../../core/time/clock.ts";

export interface WatchingOptions {
  readonly options: Omit<GatherOptions, "nowMs">;
  readonly clock: Clock;
  /** False where everybody may see what is wrong: nobody needs a token. */
  readonly needsToken: boolean;
}

/** How long an answer about the pipe, which has to be looked up on the disk, is good for. */
const PIPE_MS = 10_000;

/** The routes of both. */
export function watchingRoutes({ options, clock, needsToken }: WatchingOptions): Route[] {
  const pipe = remembered(async () => await readPipe({ ...options, nowMs: clock.now() }), clock);
  const { stateDir, timeZone } = options;
  const metrics = openExposition({
    ...{ stateDir, timeZone, readPipe: pipe, now: () => clock.now() },
    readAlerts: async () => await readFiring(stateDir, { language: "en", nowMs: clock.now() }),
  });
  return [
    {
      ...{ method: "GET", path: "/metrics" },
      answer: async ({ headers }) => ({ status: 200, ...(await metrics.scrape(headers.accept)) }),
    },
    {
      ...{ method: "GET", path: "/healthz", open: true },
      answer: async ({ identity }) => await health(pipe, !needsToken || identity !== undefined),
    },
  ];
}

/** 503 once something does not do its work. What that is, is for those who may know. */
async function health(pipe: () => Promise<Pipe>, shown: boolean): Promise<Reply> {
  const findings = await pipe().then(
    (known) => known.findings,
    (error: unknown) => [findingOf(error)],
  );
  const status = worstLevel(findings);
  const named = findings.map(({ id, level }) => ({ id, level }));
  return json(status === "bad" ? 503 : 200, shown ? { status, findings: named } : { status });
}

/** Asks once for all who ask within some seconds. */
function remembered<Value>(read: () => Promise<Value>, clock: Clock): () => Promise<Value> {
  let known: { readonly atMs: number; readonly value: Promise<Value> } | undefined;
  return async () => {
    const atMs = clock.now();
    // a clock that was set back makes no answer last longer
    if (known === undefined || Math.abs(atMs - known.atMs) >= PIPE_MS) known = { atMs, value: read() };
    return await known.value;
  };
}
