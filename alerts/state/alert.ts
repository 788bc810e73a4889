/**
 * One alert and the notices made of alerts, as the journal keeps them.
 *
 * @module
 */
import type { FindingLevel } from "../../core/finding.ts";
import type { Values } from "../../core/words/fill.ts";

/** What a rule found wrong with one subject. */
export interface Alert {
  readonly rule: string;
  readonly server: string;
  /** Which of several subjects in one server: a peer, a sink; "" for the server itself. */
  readonly part: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `pending`: it has not lasted long enough. `over`: well again, and that is still to be reported. */
  readonly phase: "pending" | "firing" | "over";
  readonly level: FindingLevel;
  readonly values: Values;
  /** Since when it is known to be wrong. */
  readonly sinceMs: number;
  /** When it was first seen without a break. */
  readonly seenMs: number;
  readonly firedMs?: number | undefined;
  /** Since when it looks well again. */
  readonly wellMs?: number | undefined;
  readonly overMs?: number | undefined;
  /** The incident in which it was reported; undefined while nobody has been notified. */
  readonly incident?: string | undefined;
  readonly reportedMs?: number | undefined;
  /** The gravest level in which it was reported. */
  readonly reportedLevel?: FindingLevel | undefined;
  /** Reminders sent. */
  readonly reminders: number;
  /** The graver rule that holds it back. */
  readonly heldBackBy?: string | undefined;
}

/** What is sent: one idea, of one rule and one place. */
export interface Notice {
  /** Unique and the same at every retry. */
  readonly id: string;
  readonly kind: "firing" | "reminder" | "recovered" | "test" | "daily";
  readonly rule: string;
  /** The same from the first notice to the last about it. */
  readonly incident: string;
  /** The region or site; "" where they have none. */
  readonly place: string;
  readonly level: FindingLevel;
  readonly atMs: number;
  readonly alerts: readonly Pick<Alert, "server" | "part" | "tags" | "values" | "sinceMs" | "overMs">[];
  /** Alerts of the incident that go on. */
  readonly remaining: number;
}

export function keyOf({ rule, server, part }: Pick<Alert, "rule" | "server" | "part">): string {
  return JSON.stringify([rule, server, part]);
}
