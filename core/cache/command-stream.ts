/**
 * A command of the system whose output is read as it comes, however long it is; never through a shell.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { durationText } from "../words/amounts.ts";
import { commandEnvironment, endGroup } from "./command.ts";

export interface CommandStream {
  /** What it prints. A reader that stops early ends the command. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Why its output is not all there is, in words for people; undefined when it ended well. To be asked after the last chunk. */
  complaint(): string | undefined;
}

/** Only the last of what it complains about is kept. */
const MAX_COMPLAINT = 4096;

/** Runs a command; never throws. It and everything it started are ended when the time is up or the signal fires. */
export function streamCommand(
  [program = "", ...args]: readonly string[],
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): CommandStream {
  let complaint: string | undefined;
  async function* read(): AsyncIterable<Buffer> {
    if (limits.signal?.aborted === true) {
      complaint = "it was stopped before it began";
      return;
    }
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      env: commandEnvironment(),
    });
    const stop = (why: string): void => {
      complaint ??= why;
      endGroup(child);
    };
    const timer = setTimeout(
      () => stop(`it did not end within ${durationText(limits.timeoutMs / 1000)}`),
      limits.timeoutMs,
    );
    const aborted = (): void => stop("it was stopped");
    limits.signal?.addEventListener("abort", aborted, { once: true });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-MAX_COMPLAINT);
    });
    const ended = new Promise<void>((resolve) => {
      child.on("error", (error) => {
        complaint ??= error.message;
        resolve();
      });
      child.on("close", (code, signal) => {
        const how = code === null ? `it was ended by ${signal ?? "a signal"}` : `it ended with code ${code}`;
        const last = said.trimEnd().split("\n").at(-1)?.trim().slice(0, 256) ?? "";
        if (code !== 0) complaint ??= last === "" ? how : `${how}: ${last}`;
        resolve();
      });
    });
    try {
      for await (const chunk of child.stdout) yield chunk as Buffer;
      await ended;
    } catch (error) {
      // its pipe was cut when it was stopped
      complaint ??= error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
      limits.signal?.removeEventListener("abort", aborted);
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) endGroup(child);
    }
  }
  return { chunks: read(), complaint: () => complaint };
}
