/**
 * When passes run: a cron expression, plus this server's own seconds, so that a fleet does not knock at once.
 *
 * A pass that takes longer than the interval is not run twice: ticks that come while one runs are left out.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { errorText, LarderError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";

export interface ScheduleOptions {
  /** Five or six fields. */
  readonly expression: string;
  readonly timeZone: string;
  /** Name this server's seconds are drawn from: the same at every tick and after a restart. */
  readonly server: string;
  readonly spreadSeconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Runs a task at once and then at every tick until the signal; resolves after the last run has ended.
 * @throws LarderError `CONFIG_SCHEDULE` for an expression node-cron does not take.
 */
export async function runOnSchedule(options: ScheduleOptions, task: () => Promise<void>): Promise<void> {
  await checkSchedule(options.expression);
  const { default: cron } = await import("node-cron");
  const delayMs = Math.floor(shareOf(options.server) * options.spreadSeconds * 1000);
  const run = oneAtATime(task, options.log);
  void run();
  // only asked when it is due: its own clockwork counts every tick that a clock set ahead has missed, a year's one by one,
  // and waits for the old time where a clock is set back
  const job = cron.createTask(options.expression, () => undefined, { timezone: options.timeZone });
  const nextMs = (): number => {
    const [first = 0, second = 0] = job.getNextRuns(2).map((each) => each.getTime());
    // a spread wider than the interval is a place within it
    return first + (delayMs % (second - first));
  };
  const stopped = onTicks(nextMs, () => void run());
  await aborted(options.signal);
  stopped();
  await job.destroy();
  await run.idle();
}

/** The clock is looked at as often, since it may be set while a tick is waited for. */
const LOOK_MS = 30_000;

/** Calls back at each tick, once for all that a sleeping computer has missed. @returns what ends it */
function onTicks(nextMs: () => number, tick: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (dueMs: number): void => {
    const leftMs = dueMs - Date.now();
    timer = setTimeout(() => look(dueMs, leftMs), Math.max(0, Math.min(leftMs, LOOK_MS)));
  };
  const look = (dueMs: number, leftMs: number): void => {
    const now = Date.now();
    if (now >= dueMs) tick();
    // further away than it was: the clock was set back
    wait(now >= dueMs || dueMs - now > leftMs ? nextMs() : dueMs);
  };
  wait(nextMs());
  return () => clearTimeout(timer);
}

/** 0 to 1, drawn from a name. */
export function shareOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) / 0x1_0000_0000;
}

/** Wraps a task so that a call during a run is left out; `idle` waits for the run. */
export function oneAtATime(task: () => Promise<void>, log: Log): (() => Promise<void>) & { idle(): Promise<void> } {
  let running: Promise<void> | undefined;
  const run = (): Promise<void> => {
    if (running !== undefined) {
      log.info("a pass is still running; this one is left out");
      return running;
    }
    running = task()
      .catch((error: unknown) => log.error(errorText(error)))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return Object.assign(run, { idle: async () => await running });
}

/**
 * @param where the file and key it is from, for the message
 * @throws LarderError `CONFIG_SCHEDULE` for an expression node-cron does not take.
 */
export async function checkSchedule(expression: string, where?: string): Promise<void> {
  const { default: cron } = await import("node-cron");
  if (cron.validate(expression)) return;
  const place = where === undefined ? "" : ` (${where})`;
  throw new LarderError(`Cannot use the schedule "${expression}"${place}: it is not a cron expression`, {
    code: "CONFIG_SCHEDULE",
    state: "nothing was started",
    next: 'use five fields: minute hour day month weekday, such as "*/5 * * * *"',
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
