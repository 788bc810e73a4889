/**
 * A round in a thread of its own, watched: an input that never comes back, one that takes all memory, and one that throws
 * where nobody catches are faults as well. Behind each the round goes on with another seed.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import type { Fault } from "./judge.ts";
import { LONGEST_INPUT } from "./mutation.ts";
import { INPUT_AT, type WorkerMessage, type WorkerTask } from "./worker.ts";

export interface WatchedOptions {
  /** Of the module that exports `targets`. */
  readonly url: string;
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
  /** It ends behind so many executions, if not before. */
  readonly executions?: number;
  readonly onFault: (input: Uint8Array, fault: Fault) => void;
  /** An input that takes longer hangs. */
  readonly hangMs?: number;
  readonly memoryMiB?: number;
}

export interface WatchedResult {
  readonly executions: number;
  readonly corpus: number;
  readonly reached: number;
}

const HANG_MS = 20_000;
const MEMORY_MIB = 512;

export async function watchedRound(options: WatchedOptions): Promise<WatchedResult> {
  const end = performance.now() + options.seconds * 1000;
  let total: WatchedResult = { executions: 0, corpus: 0, reached: 0 };
  for (let attempt = 0; attempt === 0 || performance.now() < end; attempt++) {
    const seconds = Math.max(0.2, (end - performance.now()) / 1000);
    const { result, begun } = await oneThread({ ...options, seconds, seed: options.seed + attempt * 7919 });
    total = {
      executions: total.executions + (result?.executions ?? begun),
      corpus: Math.max(total.corpus, result?.corpus ?? 0),
      reached: Math.max(total.reached, result?.reached ?? 0),
    };
    if (result !== undefined) break;
  }
  return total;
}

async function oneThread(options: WatchedOptions): Promise<{ result: WatchedResult | undefined; begun: number }> {
  const { url, name, seed, seconds, onFault, hangMs = HANG_MS, memoryMiB = MEMORY_MIB } = options;
  const shared = new SharedArrayBuffer(INPUT_AT + LONGEST_INPUT);
  const state = new Int32Array(shared, 0, 2);
  const input = (): Uint8Array => Uint8Array.from(new Uint8Array(shared, INPUT_AT, Atomics.load(state, 1)));
  const worker = new Worker(new URL("start-worker.mjs", import.meta.url), {
    workerData: { url, name, seed, seconds, executions: options.executions, shared } satisfies WorkerTask,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
  });
  let result: WatchedResult | undefined;
  let begun = 0;
  let since = performance.now();
  const watch = setInterval(() => {
    const now = Atomics.load(state, 0);
    // until the first input, code is loaded
    if (now !== begun || now === 0) since = performance.now();
    begun = now;
    if (performance.now() - since < hangMs) return;
    onFault(input(), { key: "hang", what: `it did not come back within ${hangMs} ms` });
    void worker.terminate();
    since = Number.POSITIVE_INFINITY;
  }, 100);
  worker.on("message", (message: WorkerMessage) => {
    if (message.kind === "found") onFault(message.input, message.fault);
    else {
      result = message;
      // a server that an edge keeps would keep the thread
      void worker.terminate();
    }
  });
  worker.on("error", (error: NodeJS.ErrnoException) => {
    if (begun === 0 && Atomics.load(state, 0) === 0) throw error;
    const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
    onFault(input(), {
      key: memory ? "memory" : `uncaught ${error.name}`,
      what: memory ? `it took more than ${memoryMiB} MiB` : `nobody caught ${error.stack}`,
    });
  });
  await new Promise((resolve) => worker.once("exit", resolve));
  clearInterval(watch);
  return { result, begun: Atomics.load(state, 0) };
}
