/**
 * The lines alerts leave in the journal: every change, for the history; what was reported, for annotations on boards.
 *
 * @module
 */
import type { Batch } from "../core/journal/journal.ts";
import { type Point, pointLine } from "../core/line/line.ts";
import type { Sent } from "./outbox/outbox.ts";
import type { Change, Notice } from "./state/state.ts";
import type { Message } from "./words/words.ts";

/** The measurement of attempts to send. */
export const DELIVERIES = "alertdeliveries";
/** Servers a line of it names: a notice of an outage is about hundreds. */
export const MOST_SERVERS = 20;

export interface AlertLines {
  readonly changes: readonly Change[];
  readonly notices: readonly { readonly notice: Notice; readonly message: Message }[];
  readonly sent?: readonly Sent[];
  readonly nowMs: number;
}

/** Lines, their count and their span. */
export function alertLines({
  changes,
  notices,
  sent = [],
  nowMs,
}: AlertLines): Pick<Batch, "lines" | "lineCount" | "span"> {
  const points = [
    ...changes.map((change, i) => changePoint(change, nowMs + i)),
    ...notices
      .filter(({ notice: { kind } }) => kind === "firing" || kind === "recovered")
      .map(({ notice, message }, i) => eventPoint(notice, message, nowMs + i)),
    ...sent.map((each, i) => deliveryPoint(each, nowMs + i)),
  ];
  const times = points.map(({ timeMs }) => timeMs);
  return {
    lines: points.map((point) => `${pointLine(point)}\n`).join(""),
    lineCount: points.length,
    span: points.length === 0 ? undefined : { fromMs: Math.min(...times), toMs: Math.max(...times) },
  };
}

function changePoint({ alert, to }: Change, timeMs: number): Point {
  const { server, tags, rule, part, level, sinceMs } = alert;
  const seconds = to === "ok" ? Math.max(0, (timeMs - sinceMs) / 1000) : 0;
  return {
    measurement: "alerts",
    tags: { ...tags, server, rule, subject: part },
    fields: {
      firing: { integer: to === "firing" ? 1 : 0 },
      level: { text: level },
      since: { integer: Math.round(sinceMs) },
      ...(to === "ok" ? { lasted: { float: seconds } } : {}),
    },
    timeMs,
  };
}

/** Under the cache it is about, as its alert is; the first of several. */
function deliveryPoint({ notice: { kind, rule, alerts }, to, outcome, tries }: Sent, timeMs: number): Point {
  const servers = [...new Set(alerts.map(({ server }) => server))];
  const isTaken = outcome === "delivered" || outcome === "accepted";
  return {
    measurement: DELIVERIES,
    tags: { ...alerts[0]?.tags, server: servers[0] ?? "", rule, kind, to },
    fields: {
      outcome: { text: isTaken ? outcome : "failed" },
      tries: { integer: tries },
      servers: { integer: servers.length },
      about: { text: servers.slice(0, MOST_SERVERS).join(", ") },
      ...(isTaken ? {} : { why: { text: outcome.message } }),
    },
    timeMs,
  };
}

function eventPoint({ kind, alerts }: Notice, { subject, what }: Message, timeMs: number): Point {
  const [first] = alerts;
  const event = kind === "firing" ? "alert" : "alert-over";
  return {
    measurement: "events",
    tags: { ...first?.tags, server: first?.server ?? "", event },
    fields: { title: { text: subject }, text: { text: what }, tags: { text: `larder,${event}` } },
    timeMs,
  };
}
