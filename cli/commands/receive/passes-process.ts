/**
 * The process that rolls up and ships beside the receiver. A pass over the reports of a fleet computes for seconds; in the
 * receiver's own process every cache would wait for it, and an answer would not come in milliseconds.
 *
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Log } from "../../../core/log.ts";
import { onceCalm } from "./once-calm.ts";

export interface PassesProcess {
  /** Ends what it does, and resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface PassesProcessOptions {
  /** A program of ours and its words. */
  readonly program: readonly [path: string, ...words: string[]];
  /** A process that died is started again after as long. Default a minute. */
  readonly againMs?: number;
  readonly log: Log;
}

const AGAIN_MS = 60_000;

/**
 * A cache that waits for its 202 comes first. A process that lowers its own priority does so for one of its threads: those
 * that compile and collect garbage are there already.
 */
const LOWEST_PRIORITY = { execPath: "nice", execArgv: ["-n", "19", process.execPath, ...process.execArgv] };

/** Starts the process, and starts it again when it dies. It ends by itself when this process does, however that ends. */
export function startPassesProcess({ program, againMs = AGAIN_MS, log }: PassesProcessOptions): PassesProcess {
  const [path, ...words] = program;
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const start = (): void => {
    const started = fork(path, words, { ...LOWEST_PRIORITY, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child = started;
    const onEnd = (details: Readonly<Record<string, unknown>>): void => {
      if (child !== started) return;
      child = undefined;
      if (stopped) return;
      log.error("what rolls up and ships has ended; it is started again", { ...details, seconds: againMs / 1000 });
      timer = setTimeout(start, againMs);
    };
    started.once("error", (error) => onEnd({ error: error.message }));
    started.once("exit", (code, signal) => onEnd({ code, signal }));
  };
  const stopWaiting = onceCalm(start);
  return {
    async stop() {
      stopped = true;
      stopWaiting();
      clearTimeout(timer);
      if (child === undefined) return;
      const ended = once(child, "exit");
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
