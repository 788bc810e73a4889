/**
 * A sink tried out: who its server is, whether it takes a point, and whether that point can be read back. One point is
 * written, `larder probe=1`, as the shipper writes where it has to know.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, errorText, LarderError } from "../../../core/errors.ts";
import type { Question } from "../../../core/history/history.ts";
import type { Log } from "../../../core/log.ts";
import { askSink } from "../ask/ask.ts";
import { createSink } from "../create-sink.ts";
import type { Destination } from "../destinations.ts";
import type { SinkOptions } from "../options.ts";
import { probeLine } from "../probe-line.ts";
import { type Engine, identifyEngine } from "./engine.ts";

export type { Engine } from "./engine.ts";

/** How far a sink came. */
export interface SinkProbe extends Engine {
  readonly name: string;
  readonly type: SinkOptions["type"];
  readonly url: string;
  /** The step that failed; `done` where none did. */
  readonly step: "reach" | "write" | "read" | "done";
  readonly problem: { readonly code: string; readonly said: string; readonly next: string | undefined } | undefined;
  readonly seconds: number;
}

export interface ProbeContext {
  readonly log: Log;
  readonly nowMs: () => number;
  /** How often the point is asked for before it counts as lost. Default 30, every half second. */
  readonly reads?: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** An engine shows what it has taken a moment later: VictoriaMetrics after a second or two, a new series after ten. */
const READS = 30;
const PAUSE_MS = 500;
/** Codes of a write that never reached an answer. */
const UNREACHED: ReadonlySet<string> = new Set(["SINK_UNREACHABLE", "SINK_CERTIFICATE", "SINK_PROXY"]);

/** Tries out one destination. Never throws. */
export async function probeSink(destination: Destination, context: ProbeContext): Promise<SinkProbe> {
  const start = performance.now();
  const { name, target } = destination;
  const engine = await identifyEngine(target);
  const ended = (step: SinkProbe["step"], error?: unknown): SinkProbe => ({
    ...{ name, type: target.type, url: target.url, ...engine, step },
    problem: error === undefined ? undefined : problemOf(error),
    seconds: (performance.now() - start) / 1000,
  });
  const timeMs = context.nowMs();
  try {
    await write(destination, timeMs, context);
  } catch (error) {
    return ended(UNREACHED.has(errorCode(error) ?? "") ? "reach" : "write", error);
  }
  try {
    if (await isThere(destination, timeMs, context)) return ended("done");
    return ended("read", new Error("the point it took is not in its answer"));
  } catch (error) {
    return ended("read", error);
  }
}

async function write(destination: Destination, timeMs: number, { log, nowMs, signal }: ProbeContext): Promise<void> {
  const sink = await createSink(destination, { log, nowMs });
  try {
    const limit = AbortSignal.timeout(60_000);
    await sink.write(probeLine(timeMs), signal === undefined ? limit : AbortSignal.any([limit, signal]));
  } finally {
    await sink.close();
  }
}

async function isThere(destination: Destination, timeMs: number, context: ProbeContext): Promise<boolean> {
  const history = await askSink([destination], context);
  for (let read = 1; ; read++) {
    const [found] = await history.ask([probeAt(timeMs)]);
    if (found || read >= (context.reads ?? READS) || context.signal?.aborted === true) return found;
    await sleep(PAUSE_MS);
  }
}

function probeAt(timeMs: number): Question<boolean> {
  let found = false;
  const take = (): void => {
    found = true;
  };
  return {
    lines: [{ measurement: "larder", fromMs: timeMs, toMs: timeMs + 1, take, enough: { newest: true } }],
    answer: () => found,
  };
}

function problemOf(error: unknown): SinkProbe["problem"] {
  const next = error instanceof LarderError ? error.next : undefined;
  return { code: errorCode(error) ?? "UNEXPECTED", said: errorText(error), next };
}
