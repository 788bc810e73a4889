/**
 * What a server's answer to a write means for the lines: one table for every engine we ship to, pure.
 *
 * Measured on InfluxDB 1.6.7 and VictoriaMetrics 1.79.5; for 2.x, 3 Core and current VictoriaMetrics from their sources
 * (influxdata/influxdb http/write_handler.go, influxdb3_server/src/http.rs, VictoriaMetrics lib/protoparser/influx).
 * Two rules stand above the table. Only 204, or 200 without a body, is an acknowledgement: a proxy says 200 to
 * everything. And a line is refused only on the word of an engine, never on that of a proxy: what looks like a web page
 * keeps the lines.
 *
 * @module
 */
import type { Fate } from "./sink.ts";

/** An answer, as far as it matters. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The beginning of the body, as text. */
  readonly body: string;
}

/** What to do with the lines, and why. */
export interface Verdict {
  readonly fate: Fate;
  /** Stable word for the error: `SINK_DENIED`. */
  readonly code: string;
  /** What the server said, in one line and without its wrapping. */
  readonly said: string;
  /** One step for the admin, where only an admin can help. */
  readonly next?: string;
  /**
   * The server may mean a line although it blames itself: 3 Core answers 500 to a batch in which some lines are bad. If
   * the same lines get this answer again and again, halving them tells.
   */
  readonly mayBeLines: boolean;
}

const REASON_MAX_CHARS = 300;

/**
 * Answers of 400 and 500 about the address we were given, not about a line: nothing would be taken. Matched at the
 * beginning only, since answers about lines quote them.
 */
const SETTINGS =
  /^(retention policy not found|database is required|database not found|invalid precision|please provide either orgid or org|bucket (is )?required)/i;

/** A body damaged on its way: the same lines are fine. */
const DAMAGED = /^(unexpected eof|gzip: |http: )/i;

/** The verdict on an answer, or undefined when it acknowledges all lines. */
export function classify(answer: Answer): Verdict | undefined {
  const { status } = answer;
  if (status === 204 || (status === 200 && answer.body.trim() === "")) return undefined;
  const said = reasonOf(answer);
  if (status >= 500) return serverFault(status, said);
  if (status >= 400) return clientFault(answer, said);
  if (status >= 300) {
    return stop("SINK_REDIRECTED", said, "set url to the address it redirects to: writes do not follow redirects");
  }
  return later("SINK_UNCLEAR", said);
}

function serverFault(status: number, said: string): Verdict {
  if (SETTINGS.test(said))
    return stop("SINK_NOT_FOUND", said, "create the retention policy, or correct the sink's settings");
  return { ...later("SINK_UNAVAILABLE", said), mayBeLines: status === 500 };
}

function clientFault(answer: Answer, said: string): Verdict {
  const { status } = answer;
  if (status === 413) return { fate: "too-large", code: "SINK_TOO_LARGE", said, mayBeLines: false };
  if (status === 408 || status === 425 || status === 429) return later("SINK_BUSY", said);
  if (status === 401 || status === 403) {
    return stop("SINK_DENIED", said, "check the sink's user and password, or its token and what it may write");
  }
  if (status === 404) return stop("SINK_NOT_FOUND", said, "create the database or bucket, or correct url and its name");
  const byLine = (status === 400 || status === 422) && !isPage(answer);
  if (!byLine || SETTINGS.test(said)) return stop("SINK_REJECTED", said, "check the sink's type, url and settings");
  if (DAMAGED.test(said)) return later("SINK_DAMAGED", said);
  return { fate: "refused", code: "SINK_REFUSED", said, mayBeLines: true };
}

function later(code: string, said: string): Verdict {
  return { fate: "later", code, said, mayBeLines: false };
}

function stop(code: string, said: string, next: string): Verdict {
  return { fate: "stopped", code, said, next, mayBeLines: false };
}

/** A web page: the word of a proxy, a load balancer or a login form. */
function isPage({ contentType, body }: Answer): boolean {
  return /^text\/html\b/i.test(contentType) || /^\s*<(!doctype|html|head|body)/i.test(body);
}

/** What the body says, without JSON around it; a page is named as one. Control characters and length are tamed. */
function reasonOf(answer: Answer): string {
  if (isPage(answer)) return "a web page, as from a proxy, where an answer of the database was expected";
  const text = jsonReason(answer.body) ?? answer.body;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  const clean = text.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").trim();
  if (clean === "") return "nothing more";
  return clean.length > REASON_MAX_CHARS ? `${clean.slice(0, REASON_MAX_CHARS)}…` : clean;
}

/** 1.x `{"error"}`, 2.x `{"code","message"}`, 3 Core `{"error","data":[{error_message}]}`. */
function jsonReason(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { error, message, data } = value as Record<string, unknown>;
  const main = typeof message === "string" ? message : typeof error === "string" ? error : undefined;
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  const detail =
    typeof first === "object" && first !== null ? (first as Record<string, unknown>)["error_message"] : undefined;
  return typeof detail === "string" && main !== undefined ? `${main}: ${detail}` : main;
}
