/**
 * A source whose back-fill is read in a thread of its own.
 *
 * Reading years of rows keeps a processor busy for seconds; in a thread of its own that happens while the rows before
 * are written, rolled up and shipped. Only the first reading of a large file goes that way: a thread costs more than an
 * ordinary pass. Order and promises are those of the source: a batch is committed before the next one is asked for.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { LarderError } from "../../core/errors.ts";
import type { Source, SourceBatch, SourceContext } from "./source.ts";
import type { FromThread, ThreadedKind, ThreadTask, ToThread } from "./thread-messages.ts";

/** Files from this size on: some 300,000 rows of statsData. */
const LARGE_BYTES = 16 * 1024 * 1024;
/** The thread's young objects, MiB: more only costs memory. */
const YOUNG_MIB = 12;

/** Wraps a source; where the built thread is not there (running from source), everything is read in place. */
export function threaded(source: Source, kind: ThreadedKind): Source {
  return {
    ...source,
    async *readAfter(cursor, context) {
      const program = workerFile();
      if (cursor !== undefined || program === undefined || !(await isLarge(source.place))) {
        yield* source.readAfter(cursor, context);
        return;
      }
      yield* readInThread(program, { kind, path: source.place, tagText: context.tagText }, context);
    },
  };
}

async function* readInThread(program: URL, task: ThreadTask, context: SourceContext): AsyncGenerator<SourceBatch> {
  const worker = new Worker(program, { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
  const tell = (message: ToThread): void => worker.postMessage(message);
  try {
    for await (const message of messagesOf(worker, context.signal)) {
      if (message.type === "batch") {
        yield message.batch;
        tell({ type: "committed" });
      } else if (message.type === "taken") {
        const lines: string[] = [];
        for await (const line of context.alreadyTaken(message.measurements, message.fromMs, message.toMs))
          lines.push(line);
        tell({ type: "lines", lines });
      } else if (message.type === "reject") context.reject(message.what, message.reason);
      else if (message.type === "warn") context.log.warn(message.message, message.details);
      else if (message.type === "failed") throw new LarderError(message.message, message.options);
      else return;
    }
  } finally {
    await worker.terminate();
  }
}

/** What the thread says, in order, until it ends or the signal does. A thread that dies is an error. */
async function* messagesOf(worker: Worker, signal: AbortSignal): AsyncGenerator<FromThread> {
  const waiting: FromThread[] = [];
  let failure: Error | undefined;
  let ended = false;
  let wake = (): void => {};
  worker.on("message", (message: FromThread) => {
    waiting.push(message);
    wake();
  });
  worker.on("error", (error: Error) => {
    failure = error;
    wake();
  });
  worker.on("exit", () => {
    ended = true;
    wake();
  });
  const stop = (): void => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      const message = waiting.shift();
      if (message !== undefined) yield message;
      else if (failure !== undefined) throw failure;
      else if (ended) throw new Error("the thread that reads it ended unexpectedly");
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The built thread, beside the program or one folder up from its chunks. */
function workerFile(): URL | undefined {
  if (import.meta.url.endsWith(".ts")) return undefined;
  return ["./back-fill-worker.js", "../back-fill-worker.js"]
    .map((place) => new URL(place, import.meta.url))
    .find((place) => existsSync(place));
}

async function isLarge(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size >= LARGE_BYTES;
}
