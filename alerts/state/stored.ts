/**
 * The states as the commit marks of the stream `alerts` keep them: alerts, notices that are still to be sent, and what is
 * known of notifiers. One commit has it all, so that no alert can change without its notice being kept.
 *
 * @module
 */
import * as z from "zod";
import type { Json } from "../../core/journal/journal.ts";
import type { Alert, Notice } from "./alert.ts";

/** A notice on its way to one notifier. */
export interface Outgoing {
  readonly notice: string;
  readonly to: string;
  readonly firstMs: number;
  readonly nextMs: number;
  readonly tries: number;
}

/** A notifier that fails. */
export interface Failing {
  readonly sinceMs: number;
  readonly why: string;
  /** It says no, and another try will not help. */
  readonly refused: boolean;
  /** It cannot even be made, as its secret is missing. */
  readonly unmade?: boolean | undefined;
}

/** What is known of the daily report. */
export interface Daily {
  /** Up to when its schedule was looked at. */
  readonly upToMs: number;
  /** The day that was reported last; undefined: none was. */
  readonly dayMs?: number | undefined;
}

export interface Stored {
  /** Part of every notice's name: unique to this state folder. */
  readonly series: string;
  readonly next: number;
  readonly lookMs: number | undefined;
  readonly daily?: Daily | undefined;
  readonly alerts: readonly Alert[];
  readonly notices: readonly Notice[];
  readonly outbox: readonly Outgoing[];
  readonly failing: Readonly<Record<string, Failing>>;
}

/** The states are committed at least this often while somebody looks. */
export const KEPT_FOR_MS = 3_600_000;

/** The key of the cursor. */
export const ALERTS_CURSOR = "alerts";

const values = z.record(z.string(), z.union([z.number(), z.string()]));
const tags = z.record(z.string(), z.string());
const level = z.enum(["bad", "warn"]);
const subject = {
  server: z.string(),
  part: z.string(),
  tags,
  values,
  sinceMs: z.number(),
  overMs: z.number().optional(),
};

const alert = z.object({
  ...subject,
  rule: z.string(),
  phase: z.enum(["pending", "firing", "over"]),
  level,
  seenMs: z.number(),
  firedMs: z.number().optional(),
  wellMs: z.number().optional(),
  incident: z.string().optional(),
  reportedMs: z.number().optional(),
  reportedLevel: level.optional(),
  reminders: z.number(),
  heldBackBy: z.string().optional(),
});

const notice = z.object({
  id: z.string(),
  kind: z.enum(["firing", "reminder", "recovered", "test", "daily"]),
  rule: z.string(),
  incident: z.string(),
  place: z.string(),
  level,
  atMs: z.number(),
  alerts: z.array(z.object(subject)),
  remaining: z.number(),
});

const stored = z.object({
  series: z.string(),
  next: z.number(),
  lookMs: z.number().optional(),
  daily: z.object({ upToMs: z.number(), dayMs: z.number().optional() }).optional(),
  alerts: z.array(alert),
  notices: z.array(notice),
  outbox: z.array(
    z.object({ notice: z.string(), to: z.string(), firstMs: z.number(), nextMs: z.number(), tries: z.number() }),
  ),
  failing: z.record(
    z.string(),
    z.object({ sinceMs: z.number(), why: z.string(), refused: z.boolean(), unmade: z.boolean().optional() }),
  ),
});

/** For the commit mark. */
export function storedJson(state: Stored): Json {
  // what is undefined is left out
  return JSON.parse(JSON.stringify({ v: 1, ...state })) as Json;
}

/** What a commit mark has; undefined where it has nothing of ours. */
export function parseStored(json: Json | undefined): Stored | undefined {
  const parsed = stored.safeParse(json);
  return parsed.success ? { ...parsed.data, lookMs: parsed.data.lookMs } : undefined;
}
