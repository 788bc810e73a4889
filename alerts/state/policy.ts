/**
 * When people are notified: reminders, quiet times, silences, groups. Data; the machine asks.
 *
 * @module
 */
import type { Alert } from "./alert.ts";

export interface Policy {
  /** Alerts of one rule and place within this long are one notice; 0: they do not wait for company. */
  readonly groupMs: number;
  /** What an incident grows by within this long is reported with it, in one notice when as much time has passed. */
  readonly joinMs: number;
  /** Reminders after the first notice; after the last of them, one every `thenEveryMs`. */
  readonly reminderMs: readonly number[];
  readonly thenEveryMs: number;
  /** What is not grave waits: quiet hours, holidays. */
  readonly quiet: boolean;
  /** A gap between two looks that is longer says nothing of what lay between them. */
  readonly gapMs: number;
  isSilenced(alert: Alert): boolean;
  /** Where an alert is, for people and for groups: region, or else site. */
  placeOf(alert: Alert): string;
}

/** When the next reminder is due. */
export function nextReminderMs({ reportedMs = 0, reminders }: Alert, policy: Policy): number {
  const { reminderMs, thenEveryMs } = policy;
  const own = reminderMs[reminders];
  if (own !== undefined) return reportedMs + own;
  const last = reminderMs.at(-1) ?? 0;
  return reportedMs + last + thenEveryMs * (reminders - reminderMs.length + 1);
}
