/**
 * What a server's answer to a write means for the lines: one table for every engine we ship to, pure.
 *
 * Measured on InfluxDB 1.6.7 and VictoriaMetrics 1.79.5; for 2.x, 3 Core and current VictoriaMetrics from their sources
 * (influxdata/influxdb http/write_handler.go, influxdb3_server/src/http.rs, VictoriaMetrics lib/protoparser/influx).
 * Two rules go before the table. Only 204, or 200 without a body, is an acknowledgement: a proxy answers 200 to
 * everything. And a page of a proxy is never a word about lines. What else refuses every line alike is found by asking
 * (`bisect.ts`): no text distinguishes a gateway's 400 from an engine's.
 *
 * @module
 */
import { shortened, spaced } from "../../core/words/printable.ts";
import type { Fate } from "./sink.ts";

/** An answer, as far as it matters. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The beginning of the body, as text. */
  readonly body: string;
}

/** The lines are settled: stored, but for those that are older than the server keeps. */
export interface Accepted {
  readonly fate: "taken";
  readonly expiredLines: number;
}

/** What to do with lines that were not taken, and why. */
export interface Verdict {
  readonly fate: Fate;
  /** Stable word for the error: `SINK_DENIED`. */
  readonly code: string;
  /** The server's reason, in one line and without its wrapping. */
  readonly said: string;
  /** One step for the admin, where only an admin can help. */
  readonly next?: string;
  /**
   * The server may mean a line although it blames itself: 3 Core answers 500 to a batch in which some lines are bad. If
   * the same lines get this answer again and again, halving shows it.
   */
  readonly mayBeLines: boolean;
  /** Lines of the request the server says it refused; it took the others. */
  readonly refusedLines?: number | undefined;
}

const TAKEN: Accepted = { fate: "taken", expiredLines: 0 };
const REASON_MAX_CHARS = 300;

/** What 2.x puts before the reasons it shares with 1.x. */
const WRAPPING = /^failure writing points to database: /i;
/** What VictoriaMetrics puts before every reason. */
const REQUEST_QUOTED = /^remoteAddr: "[^"]*"(?:, X-Forwarded-For: "[^"]*")?; requestURI: \S*; /;

/**
 * Reasons that concern the settings or a limit, not a line: nothing would be taken, or nothing new. Matched at the
 * beginning only, since answers about lines quote them.
 */
const CONCERNS: readonly { readonly said: RegExp; readonly code: string; readonly next: string }[] = [
  {
    said: /^unsupported path requested/i,
    code: "SINK_NOT_FOUND",
    next: "correct url: VictoriaMetrics on one node has no path, a cluster /insert/<account>/influx",
  },
  {
    said: /^(retention policy not found|database is required|database not found)/i,
    code: "SINK_NOT_FOUND",
    next: "create the retention policy, or correct the sink's settings",
  },
  {
    said: /^(invalid precision|please provide either orgid or org|bucket (is )?required)/i,
    code: "SINK_REJECTED",
    next: "check the sink's type, url and settings",
  },
  {
    said: /^partial write: max-series-per-database limit exceeded/i,
    code: "SINK_LIMIT",
    next: "raise max-series-per-database in the [data] section of influxdb.conf, or remove series, and restart InfluxDB",
  },
  {
    said: /^partial write: max-values-per-tag limit exceeded/i,
    code: "SINK_LIMIT",
    next: "raise max-values-per-tag in the [data] section of influxdb.conf, or remove series, and restart InfluxDB",
  },
  {
    said: /^(partial write of line protocol occurred: )?update to schema would exceed number of/i,
    code: "SINK_LIMIT",
    next: "raise the limit the server names, or write to a database of its own",
  },
];

/** Older than the retention of the place: 1.x; then 1.11, 1.12 and 2.7. All shards of the request were written. */
const EXPIRED =
  /^partial write: (?:points beyond retention policy dropped=(\d+)|dropped (\d+) points outside retention policy)/i;
/** A shard that is just going by age. */
const LEAVING = /^partial write: shard \d+ is pending deletion/i;
/** How many lines of a request were refused; the number is at the end, after the reason. */
const PARTIAL = /^partial write: .* dropped=(\d+)(?: for database: .*)?$/is;

/** A body damaged on its way: the same lines are fine. */
const DAMAGED = /^(unexpected eof|gzip: |http: )/i;

/** What an answer means. */
export function classify(answer: Answer): Accepted | Verdict {
  const { status } = answer;
  if (status === 204 || (status === 200 && answer.body.trim() === "")) return TAKEN;
  const reason = reasonOf(answer);
  const said = shortened(reason, REASON_MAX_CHARS);
  if (status >= 500) return serverFault(status, said);
  if (status >= 400) return clientFault(answer, reason, said);
  if (status >= 300) {
    return stop("SINK_REDIRECTED", said, "set url to the address it redirects to: writes do not follow redirects");
  }
  return later("SINK_UNCLEAR", said);
}

function serverFault(status: number, said: string): Verdict {
  return concern(said) ?? { ...later("SINK_UNAVAILABLE", said), mayBeLines: status === 500 };
}

function clientFault(answer: Answer, reason: string, said: string): Accepted | Verdict {
  const { status } = answer;
  if (status === 413) return { fate: "too-large", code: "SINK_TOO_LARGE", said, mayBeLines: false };
  if (status === 408 || status === 425 || status === 429) return later("SINK_BUSY", said);
  if (status === 401 || status === 403) {
    return stop("SINK_DENIED", said, "check the sink's user and password, or its token and what it may write");
  }
  if (status === 404)
    return stop("SINK_NOT_FOUND", said, "larder influx setup --apply creates it; or correct url and its name");
  const about = concern(said);
  if (about !== undefined) return about;
  if ((status !== 400 && status !== 422) || isPage(answer)) {
    return stop("SINK_REJECTED", said, "check the sink's type, url and settings");
  }
  const expired = EXPIRED.exec(said);
  if (expired !== null) return { fate: "taken", expiredLines: Number(expired[1] ?? expired[2]) };
  if (LEAVING.test(said)) return later("SINK_BUSY", said);
  if (DAMAGED.test(said)) return later("SINK_DAMAGED", said);
  return { fate: "refused", code: "SINK_REFUSED", said, mayBeLines: true, refusedLines: countOf(answer, reason) };
}

function concern(said: string): Verdict | undefined {
  const found = CONCERNS.find((each) => each.said.test(said));
  return found === undefined ? undefined : stop(found.code, said, found.next);
}

/** Lines that were refused while the others were taken: 1.x and 2.x count them, 3 Core lists them. */
function countOf({ body }: Answer, reason: string): number | undefined {
  const dropped = PARTIAL.exec(reason)?.[1];
  if (dropped !== undefined) return Number(dropped);
  const data = jsonOf(body)?.["data"];
  return /^partial write/i.test(reason) && Array.isArray(data) && data.length > 0 ? data.length : undefined;
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

/** What the body says, without what is put around it; a page is named as one. Control characters are tamed. */
function reasonOf(answer: Answer): string {
  if (isPage(answer)) return "a web page, as from a proxy, where an answer of the database was expected";
  const text = jsonReason(answer.body) ?? answer.body;
  return spaced(text).replace(REQUEST_QUOTED, "").replace(WRAPPING, "") || "nothing more";
}

/** 1.x `{"error"}`, 2.x `{"code","message"}`, 3 Core `{"error","data":[{error_message}]}`. */
function jsonReason(body: string): string | undefined {
  const value = jsonOf(body);
  if (value === undefined) return undefined;
  const { error, message, data } = value;
  const main = typeof message === "string" ? message : typeof error === "string" ? error : undefined;
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  const detail =
    typeof first === "object" && first !== null ? (first as Record<string, unknown>)["error_message"] : undefined;
  return typeof detail === "string" && main !== undefined ? `${main}: ${detail}` : main;
}

function jsonOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
