/**
 * Which findings of `larder status` a rule is about: where its alert is listed, they need not be listed beside it.
 *
 * @module
 */

const FINDS: Readonly<Record<string, readonly string[]>> = {
  silent: ["silent", "collector-silent", "status-old"],
  off: ["not-activated"],
  wiped: ["wiped"],
  unregistered: ["unregistered", "registering"],
  suspended: ["suspended", "inactive"],
  unreachable: ["unreachable"],
  // its port does not answer: in a finding the cache is silent, in an alert nothing was heard of it
  "not-answering": ["silent", "unreachable"],
  source: ["source-failed", "status-unknown"],
  disk: ["disk-exceeded", "low-space"],
  pressure: ["low-space"],
  idle: ["idle"],
  neighbour: ["neighbour-unhealthy"],
  "warming-failed": ["warming-failed"],
  "warming-skipped": ["warming-skipped"],
  "warming-late": ["warming-unfinished"],
  "journal-disk": ["disk-full", "disk-nearly-full"],
  "journal-damaged": ["journal-damaged"],
  "rows-set-aside": ["rows-set-aside"],
  "log-unknown": ["log-unknown"],
  "sink-behind": ["sink-late", "sink-stopped"],
  "sink-rejects": ["sink-rejects"],
};

/** Names of the findings a rule is about. */
export function findsOf(rule: string): readonly string[] {
  return Object.hasOwn(FINDS, rule) ? (FINDS[rule] ?? []) : [];
}
