/**
 * The text of a status: the output of a command, or a file. Bytes in, with a time-out and a limit; no meaning.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { errorCode, errorText, LarderError } from "../../../core/errors.ts";
import { LIMITS } from "./raw.ts";

/** What a command left behind. */
export interface Output {
  readonly text: string;
  /** Exit code; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** Last line of its standard error. */
  readonly complaint: string | undefined;
}

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const MAX_COMPLAINT_BYTES = 16 * 1024;
/** How long a command that was told to end may take before it is made to. */
const GRACE_MS = 500;

/**
 * Runs a program, without a shell, and gives what it printed.
 * It and whatever it started are ended when the time is up, when it prints more than 4 MiB, or when the signal says so.
 * @param command program and arguments
 * @throws LarderError `STATUS_COMMAND` when it cannot be started, `STATUS_TIMEOUT`, `STATUS_HOSTILE` past the limit.
 */
export async function runCommand(command: readonly string[], options: CommandOptions): Promise<Output> {
  const [program = "", ...parameters] = command;
  options.signal?.throwIfAborted();
  return await new Promise((resolve, reject) => {
    // a group of its own, so that what it started ends with it; the C locale, so that sizes have a decimal point
    const child = spawn(program, parameters, {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], LC_ALL: "C", LANG: "C" },
    });
    const printed: Buffer[] = [];
    let size = 0;
    let complaint = "";
    let stopped: LarderError | undefined;
    const stop = (reason: LarderError): void => {
      stopped ??= reason;
      endGroup(child);
    };
    const timer = setTimeout(() => stop(tooSlow(command, options.timeoutMs)), options.timeoutMs);
    const aborted = (): void => stop(interrupted(command));
    options.signal?.addEventListener("abort", aborted, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > LIMITS.bytes) stop(tooLong(command));
      else printed.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString("utf8")).slice(-MAX_COMPLAINT_BYTES);
    });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", aborted);
      act();
    };
    child.on("error", (error) => settle(() => reject(notStarted(command, error))));
    child.on("close", (code) =>
      settle(() => {
        if (stopped !== undefined) reject(stopped);
        else resolve({ text: textOf(printed), exitCode: code ?? undefined, complaint: lastLine(complaint) });
      }),
    );
  });
}

/**
 * The text of a file and when it was written.
 * @throws LarderError `STATUS_FILE` when it cannot be read, `STATUS_HOSTILE` when it is longer than 4 MiB.
 */
export async function readStatusFile(path: string): Promise<{ text: string; modifiedMs: number }> {
  try {
    const file = await open(path, "r");
    try {
      const { size, mtimeMs } = await file.stat();
      if (size > LIMITS.bytes) throw fileError(path, `it is ${size} bytes long`, "STATUS_HOSTILE");
      const bytes = Buffer.alloc(size);
      const { bytesRead } = await file.read(bytes, 0, size, 0);
      return { text: textOf([bytes.subarray(0, bytesRead)]), modifiedMs: Math.floor(mtimeMs) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof LarderError) throw error;
    throw fileError(path, errorText(error), "STATUS_FILE", error);
  }
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\ufeff/, "");
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1)?.trim().slice(0, LIMITS.text) || undefined;
}

function endGroup(child: ChildProcess): void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // the group has ended by itself
    }
  };
  send("SIGTERM");
  const last = setTimeout(() => {
    send("SIGKILL");
    // a grandchild that left the group may still hold the pipes
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, GRACE_MS);
  child.on("close", () => clearTimeout(last));
}

function commandError(
  command: readonly string[],
  said: string,
  code: string,
  next: string,
  cause?: unknown,
): LarderError {
  return new LarderError(`Cannot ask the cache for its status with "${command.join(" ")}": ${said}`, {
    code,
    state: "nothing was written; the totals of the last reading stay",
    next,
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

function notStarted(command: readonly string[], error: Error): LarderError {
  const missing = errorCode(error) === "ENOENT";
  const said = missing ? "there is no such program; it comes with macOS 10.13 and later" : errorText(error);
  return commandError(command, said, "STATUS_COMMAND", "set sources.managerStatus.command or .file", error);
}

function tooSlow(command: readonly string[], timeoutMs: number): LarderError {
  const said = `it did not end within ${timeoutMs / 1000} s and was stopped`;
  return commandError(command, said, "STATUS_TIMEOUT", "run it by hand on the cache; restarting content caching helps");
}

function tooLong(command: readonly string[]): LarderError {
  const said = `it printed more than ${LIMITS.bytes} bytes and was stopped`;
  return commandError(command, said, "STATUS_HOSTILE", "check that the command prints a status and nothing else");
}

function interrupted(command: readonly string[]): LarderError {
  return commandError(command, "the pass was stopped", "STATUS_STOPPED", "nothing: the next pass asks again");
}

function fileError(path: string, said: string, code: string, cause?: unknown): LarderError {
  return new LarderError(`Cannot read the status of the cache from "${path}": ${said}`, {
    code,
    state: "nothing was written; the totals of the last reading stay",
    next: "check that whatever writes this file still runs",
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
