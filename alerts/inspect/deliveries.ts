/**
 * What was sent to whom, and what was not taken, from the lines of the stream `alerts`.
 *
 * @module
 */
import { ask, numberOf, readPoint, textOf } from "../../core/history/history.ts";
import { DELIVERIES, MOST_SERVERS } from "../lines.ts";
import type { PastAsked } from "./past.ts";

/** One attempt to send a notice. */
export interface PastDelivery {
  readonly atMs: number;
  /** The notifier. */
  readonly to: string;
  /** `firing`, `reminder`, `recovered` or `daily`. */
  readonly kind: string;
  /** Empty for a daily report. */
  readonly rule: string;
  /** Servers it is about: the first of them. */
  readonly servers: readonly string[];
  /** Servers beside those. */
  readonly more: number;
  /** `accepted`: taken, and nobody knows whether it came. */
  readonly outcome: "delivered" | "accepted" | "failed";
  /** The how-manieth attempt it was. */
  readonly tries: number;
  /** Why it failed. */
  readonly why: string | undefined;
}

/** Attempts in a stretch of time, the newest first. @throws LarderError `JOURNAL_READ` */
export async function pastDeliveries(stateDir: string, { fromMs, toMs }: PastAsked): Promise<PastDelivery[]> {
  const found: PastDelivery[] = [];
  const lines = { measurement: DELIVERIES, fromMs, toMs, streams: ["alerts"] as const };
  await ask(stateDir, [
    { lines: [{ ...lines, take: (line) => found.push(deliveryOf(readPoint(line))) }], answer: () => undefined },
  ]);
  return found.sort((a, b) => b.atMs - a.atMs);
}

function deliveryOf({ timeMs, tags, fields }: ReturnType<typeof readPoint>): PastDelivery {
  const about = textOf(fields.get("about")) ?? "";
  const servers = about === "" ? [] : about.split(", ");
  const outcome = textOf(fields.get("outcome"));
  return {
    ...{ atMs: timeMs, to: tags["to"] ?? "", kind: tags["kind"] ?? "", rule: tags["rule"] ?? "", servers },
    more: Math.max(0, (numberOf(fields.get("servers")) ?? 0) - Math.min(servers.length, MOST_SERVERS)),
    outcome: outcome === "delivered" || outcome === "accepted" ? outcome : "failed",
    tries: numberOf(fields.get("tries")) ?? 1,
    why: textOf(fields.get("why")),
  };
}
