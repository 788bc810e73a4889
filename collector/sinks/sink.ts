/**
 * A sink: a server that takes lines.
 *
 * A sink knows one protocol: how to ask, and what each answer means for the lines. It does not buffer, retry or keep
 * state; `ship.ts` does, from the journal. Contract: `sink.contract.ts`.
 *
 * @module
 */
import { LarderError, type LarderErrorOptions } from "../../core/errors.ts";

/** A server that takes lines. */
export interface Sink {
  /** The admin's name for it: the key of its cursor. */
  readonly name: string;
  /** Address without secrets, for messages. */
  readonly place: string;
  /** The most this server takes in one request. */
  readonly limits: { readonly maxLines: number; readonly maxBytes: number };
  /**
   * One request with whole lines in millisecond precision. Resolves only when the server has settled all of them.
   * @throws SinkError whose `fate` says what to do with the lines.
   */
  write(lines: Uint8Array, signal: AbortSignal): Promise<Receipt>;
  /**
   * Who the server is at this moment, for one that may lose what it has acknowledged when it crashes: another answer means
   * that it restarted. Undefined when it does not report it; a sink whose server keeps what it acknowledges has no such way.
   * @throws when the server cannot be asked now
   */
  identity?(signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

/** What a server did with lines it settled. */
export interface Receipt {
  /** Lines it did not store because they are older than it keeps. */
  readonly expiredLines: number;
}

/**
 * What is to become of lines a server did not take:
 * `refused`: at least one line will never be taken, others may have been: halve until each bad one is alone.
 * `too-large`: halve; a single line that is too large is refused.
 * `later`: the server cannot take them now: wait, then the same again.
 * `stopped`: nothing will be taken until somebody acts (login, database, address, a limit): keep all, say so, try seldom.
 */
export type Fate = "refused" | "too-large" | "later" | "stopped";

export interface SinkErrorOptions extends LarderErrorOptions {
  readonly fate: Fate;
  readonly retryAfterMs?: number | undefined;
  readonly said?: string;
  readonly mayBeLines?: boolean;
  readonly refusedLines?: number | undefined;
}

export class SinkError extends LarderError {
  readonly fate: Fate;
  /** What Retry-After asked for. */
  readonly retryAfterMs: number | undefined;
  /** The server's answer in one line: the reason kept with a refused line. */
  readonly said: string;
  /** `later`, but a line may be the cause: when the same lines get this answer again, halve them. */
  readonly mayBeLines: boolean;
  /** `refused`: how many of the lines, where the server counts them; it took the others. */
  readonly refusedLines: number | undefined;

  constructor(message: string, options: SinkErrorOptions) {
    super(message, { ...options, retryable: options.fate === "later" });
    this.name = "SinkError";
    this.fate = options.fate;
    this.retryAfterMs = options.retryAfterMs;
    this.said = options.said ?? message;
    this.mayBeLines = options.mayBeLines ?? false;
    this.refusedLines = options.refusedLines;
  }
}
