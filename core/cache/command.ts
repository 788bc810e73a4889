/**
 * Commands of the system, run with a time-out and a size limit, never through a shell.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { errorCode } from "../errors.ts";
import { durationText } from "../words/amounts.ts";

/** Why a command has no answer of its own. */
export type CommandFailure = "missing" | "denied" | "slow" | "long" | "stopped" | "failed";

/** What a command left behind. */
export interface CommandResult {
  /** `undefined` when it could not be run, was stopped, or a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no answer, with words for people; undefined when the command ended, whatever its exit code. */
  readonly failure: { readonly kind: CommandFailure; readonly text: string; readonly cause?: unknown } | undefined;
}

export interface CommandLimits {
  /** Milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Bytes of standard output. Default 4 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a command; never throws. Injected, so that a test can be any Mac. */
export type RunCommand = (program: string, args: readonly string[], limits?: CommandLimits) => Promise<CommandResult>;

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Only the last of what it complains about is kept. */
const MAX_COMPLAINT = 64 * 1024;
/** How long a command that was asked to end may take before it is killed. */
const GRACE_MS = 500;

/**
 * Runs a command. It and everything it started are ended when the time is up, when it prints too much, or when the
 * signal fires. The environment is the path, the home folder and the C locale, so that sizes have a decimal point.
 */
export const runCommand: RunCommand = async (program, args, limits = {}) => {
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, signal } = limits;
  if (signal?.aborted === true) return unanswered("stopped", "it was stopped before it began");
  return await new Promise((resolve) => {
    // a process group of its own, so that what it started ends with it
    const child = spawn(program, [...args], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: commandEnvironment(),
    });
    const printed: Buffer[] = [];
    let size = 0;
    let complaint = Buffer.alloc(0);
    let stopped: CommandResult["failure"];
    const stop = (kind: CommandFailure, text: string): void => {
      stopped ??= { kind, text };
      endGroup(child);
    };
    const timer = setTimeout(() => stop("slow", `no answer within ${durationText(timeoutMs / 1000)}`), timeoutMs);
    const aborted = (): void => stop("stopped", "it was stopped");
    signal?.addEventListener("abort", aborted, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) stop("long", `it printed more than ${maxBytes} bytes`);
      else printed.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = Buffer.concat([complaint, chunk]).subarray(-MAX_COMPLAINT);
    });
    const settle = (result: CommandResult): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      resolve(result);
    };
    child.on("error", (error) => settle(notStarted(error)));
    child.on("close", (code) => {
      const output = { stdout: decode(Buffer.concat(printed)), stderr: decode(complaint) };
      settle({ exitCode: stopped === undefined ? (code ?? undefined) : undefined, ...output, failure: stopped });
    });
  });
};

/** What a command of the system sees: the path, the home folder and the C locale. */
export function commandEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], LC_ALL: "C", LANG: "C" };
}

function unanswered(kind: CommandFailure, text: string, cause?: unknown): CommandResult {
  return { exitCode: undefined, stdout: "", stderr: "", failure: { kind, text, cause } };
}

function notStarted(error: Error): CommandResult {
  const code = errorCode(error);
  if (code === "ENOENT") return unanswered("missing", "the command is not on this computer", error);
  if (code === "EACCES") return unanswered("denied", "this user may not run the command", error);
  if (code === "EPERM") return unanswered("denied", "the system does not let this program run the command", error);
  return unanswered("failed", error.message, error);
}

function decode(bytes: Buffer): string {
  return bytes.toString("utf8").replace(/^\ufeff/, "");
}

/** Ends a command that leads a process group, and everything it started. */
export function endGroup(child: ChildProcess): void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // the group has already ended
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
