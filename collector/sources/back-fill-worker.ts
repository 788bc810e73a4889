/**
 * The thread that reads a back-fill: rows ▶ lines, while the collector writes, rolls up and ships those before.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { errorText, LarderError, type LarderErrorOptions } from "../../core/errors.ts";
import { silentLog } from "../../core/log.ts";
import { metricsDb } from "./metrics-db.ts";
import { metricsSqlite } from "./metrics-sqlite.ts";
import type { SourceContext } from "./source.ts";
import { BATCHES_AHEAD, type FromThread, type ThreadTask, type ToThread } from "./thread-messages.ts";

if (parentPort !== null) await read(parentPort, workerData as ThreadTask);

async function read(port: NonNullable<typeof parentPort>, task: ThreadTask): Promise<void> {
  const say = (message: FromThread): void => port.postMessage(message);
  let ahead = 0;
  let wake: (() => void) | undefined;
  let answer: ((lines: readonly string[]) => void) | undefined;
  port.on("message", (message: ToThread) => {
    if (message.type === "lines") answer?.(message.lines);
    else {
      ahead--;
      wake?.();
    }
  });
  const context: SourceContext = {
    tagText: task.tagText,
    signal: new AbortController().signal,
    log: { ...silentLog, warn: (message, details) => say({ type: "warn", message, details }) },
    nowMs: Date.now,
    reject: (what, reason) => say({ type: "reject", what, reason }),
    async *alreadyTaken(measurements, fromMs, toMs) {
      const lines = new Promise<readonly string[]>((resolve) => {
        answer = resolve;
      });
      say({ type: "taken", measurements, fromMs, toMs });
      yield* await lines;
    },
  };
  const source = task.kind === "metrics-sqlite" ? metricsSqlite(task) : metricsDb(task);
  try {
    for await (const batch of source.readAfter(undefined, context)) {
      // a copy of its own: the source overwrites the bytes with the next batch
      const lines = Uint8Array.prototype.slice.call(asBytes(batch.lines));
      const message: FromThread = { type: "batch", batch: { ...batch, lines } };
      port.postMessage(message, [lines.buffer as ArrayBuffer]);
      ahead++;
      while (ahead >= BATCHES_AHEAD) await new Promise<void>((resolve) => (wake = resolve));
    }
    say({ type: "done" });
  } catch (error) {
    say({ type: "failed", message: errorText(error), options: optionsOf(error) });
  }
  port.close();
}

function optionsOf(error: unknown): Omit<LarderErrorOptions, "cause"> {
  if (!(error instanceof LarderError)) return { code: "SOURCE_READ", retryable: true };
  const { code, state, next, retryable } = error;
  return { code, retryable, ...(state === undefined ? {} : { state }), ...(next === undefined ? {} : { next }) };
}

function asBytes(lines: string | Uint8Array): Uint8Array {
  return typeof lines === "string" ? Buffer.from(lines, "utf8") : lines;
}
