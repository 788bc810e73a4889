/**
 * A thread that runs a round: what hangs it or takes all its memory ends it and nothing else. The input it is at lies in
 * memory it shares with who started it.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { Coverage } from "./coverage.ts";
import type { Fault } from "./judge.ts";
import { fuzzRound } from "./round.ts";
import type { Target } from "./target.ts";

export interface WorkerTask {
  /** Of the module that exports `targets`. */
  readonly url: string;
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
  /** It ends behind so many, if not before. */
  readonly executions: number | undefined;
  /** Two words, how many were begun and how long the input is, and the input behind them. */
  readonly shared: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: "found"; readonly input: Uint8Array; readonly fault: Fault }
  | { readonly kind: "done"; readonly executions: number; readonly corpus: number; readonly reached: number };

/** Bytes before the input. */
export const INPUT_AT = 8;

if (parentPort !== null) await work(workerData as WorkerTask);

async function work({ url, name, seed, seconds, executions: most, shared }: WorkerTask): Promise<void> {
  const { targets } = (await import(url)) as { targets: readonly Target[] };
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  const state = new Int32Array(shared, 0, 2);
  const room = new Uint8Array(shared, INPUT_AT);
  const say = (message: WorkerMessage): void => parentPort?.postMessage(message);
  const coverage = new Coverage();
  const end = performance.now() + seconds * 1000;
  const { executions, corpus } = await fuzzRound(target, {
    seed,
    coverage,
    more: (begun) => performance.now() < end && begun < (most ?? Number.POSITIVE_INFINITY),
    onInput: (input) => {
      room.set(input.subarray(0, room.length));
      Atomics.store(state, 1, Math.min(input.length, room.length));
      Atomics.add(state, 0, 1);
    },
    onFault: (input, fault) => say({ kind: "found", input, fault }),
  });
  say({ kind: "done", executions, corpus, reached: coverage.reached });
  coverage.close();
}
