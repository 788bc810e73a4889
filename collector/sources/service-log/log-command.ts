/**
 * The system's log by a command that prints it from a moment on: `log show`.
 *
 * @module
 */

import { adminProgram, type ProgramDoubt } from "../../../core/admin-program.ts";
import { type CommandStream, streamCommand } from "../../../core/cache/cache.ts";
import { LarderError } from "../../../core/errors.ts";
import { type ServiceLogOptions, START } from "./options.ts";

/** A first reading goes back this far: more would keep `log show` busy for minutes. */
const FIRST_MS = 24 * 3_600_000;
/** Lines come a little out of order, and the command begins at a whole second. */
const OVERLAP_MS = 60_000;
/** Younger lines wait for the next reading: what was logged beside them may not be there yet. */
const SETTLE_MS = 5000;

export interface LogCommand {
  readonly chunks: AsyncIterable<Buffer>;
  /** Whether a line is too young to be taken. */
  isFresh(timeMs: number): boolean;
  /** All before was read when the command has ended well. */
  readonly readToMs: number;
  /** Why the command did not print all there is; to be asked after the last chunk. */
  problem(): LarderError | undefined;
}

export interface LogWindow {
  /** All before was read, Unix milliseconds; undefined where nothing was. */
  readonly readToMs: number | undefined;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Runs the command from a little before what was read; it runs when its output is read. */
export function commandLines(
  { command, timeout }: ServiceLogOptions,
  { readToMs, now, signal }: LogWindow,
): LogCommand {
  // a clock that was set back gives new lines times that were read before: they are told apart by their place
  const startMs = readToMs === undefined || readToMs > now ? now - FIRST_MS : readToMs - OVERLAP_MS;
  const words = command.map((word) => word.replaceAll(START, startText(startMs)));
  let stream: CommandStream | undefined;
  let doubt: ProgramDoubt | undefined;
  async function* chunks(): AsyncIterable<Buffer> {
    const [program = "", ...rest] = words;
    const found = await adminProgram(program);
    doubt = found.doubt;
    if (found.path === undefined) return;
    stream = streamCommand([found.path, ...rest], { timeoutMs: timeout * 1000, signal });
    yield* stream.chunks;
  }
  return {
    chunks: chunks(),
    readToMs: now - SETTLE_MS,
    // what is further ahead was written before the clock was set back
    isFresh: (timeMs) => timeMs > now - SETTLE_MS && timeMs < now + SETTLE_MS,
    problem: () => {
      const reason = doubt === undefined ? stream?.complaint() : `it was not run: ${doubt.said}`;
      return reason === undefined ? undefined : commandError(command, reason);
    },
  };
}

/** As `log show --start` takes it: `2026-11-29 05:40:00+0000`. */
function startText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}+0000`;
}

function commandError(command: readonly string[], reason: string): LarderError {
  return new LarderError(`Cannot read the log of the cache with "${command.join(" ")}": ${reason}`, {
    code: "LOG_COMMAND",
    state: "what it printed was taken; the next reading goes on from there",
    next: "run it by hand; a command that does not end, such as `log stream`, writes to a file that sources.serviceLog.file names",
    retryable: true,
  });
}
