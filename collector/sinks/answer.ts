/**
 * From what came back, an answer or a failure of the network, to the error the shipper acts on.
 *
 * @module
 */
import { errorText, LarderError } from "../../core/errors.ts";
import { retryAfterMs } from "../../core/retry.ts";
import { type Answer, classify } from "./classify.ts";
import { type Receipt, SinkError } from "./sink.ts";

/** An answer with the header that asks for patience. */
export interface WriteAnswer extends Answer {
  readonly retryAfter: string | undefined;
}

const STATE = {
  refused: "the other lines are written; refused ones go to the reject file",
  "too-large": "nothing was lost; the lines are sent in smaller pieces",
  later: "nothing was lost; the journal keeps the lines",
  stopped: "nothing was lost; the journal keeps the lines",
} as const;

/** Failures on the way that stay until somebody acts. */
const STOPPED: Readonly<Record<string, string>> = {
  HTTP_CERTIFICATE: "SINK_CERTIFICATE",
  CA_FILE: "SINK_CERTIFICATE",
  HTTP_PROXY: "SINK_PROXY",
  PROXY_INVALID: "SINK_PROXY",
};

/**
 * The receipt of an answer that settles the lines.
 * @throws SinkError with what is to become of the lines.
 */
export function acknowledge(place: string, answer: WriteAnswer, nowMs: number): Receipt {
  const verdict = classify(answer);
  if (verdict.fate === "taken") return { expiredLines: verdict.expiredLines };
  throw new SinkError(`Cannot write to "${place}": it answered ${answer.status}: ${verdict.said}`, {
    code: verdict.code,
    fate: verdict.fate,
    state: STATE[verdict.fate],
    said: verdict.said,
    mayBeLines: verdict.mayBeLines,
    refusedLines: verdict.refusedLines,
    retryAfterMs: retryAfterMs(answer.retryAfter, nowMs),
    ...(verdict.next === undefined ? {} : { next: verdict.next }),
  });
}

/**
 * The error for lines that got no answer at all: they are sent again later. What no time cures, such as a certificate
 * nobody trusts, stops the sink until somebody acts.
 */
export function noAnswer(place: string, error: unknown): SinkError {
  const said = error instanceof LarderError ? error.message.replace(/^Cannot [A-Z]+ "[^"]*": /, "") : errorText(error);
  const failed = error instanceof LarderError ? error : undefined;
  const stopped = STOPPED[failed?.code ?? ""];
  return new SinkError(`Cannot write to "${place}": ${said || "the connection failed"}`, {
    code: stopped ?? "SINK_UNREACHABLE",
    fate: stopped === undefined ? "later" : "stopped",
    state: STATE.later,
    said,
    cause: error,
    ...(failed?.next === undefined ? {} : { next: failed.next }),
  });
}
