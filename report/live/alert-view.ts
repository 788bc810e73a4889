/**
 * Alerts on the live page, and what is wrong beside them. Pure.
 *
 * @module
 */
import type { Finding, FindingLevel } from "../../core/finding.ts";

/** An alert that fires, in the words of the page. */
export interface AlertView {
  readonly server: string;
  /** Which of several subjects in one server: a peer, a sink; "" for the server itself. */
  readonly part: string;
  readonly level: FindingLevel;
  readonly sinceMs: number;
  readonly title: string;
  readonly what: string;
  readonly next: string;
  /** Names of the findings that say the same. */
  readonly finds: readonly string[];
}

/** What is wrong and has no alert. */
export function withoutAlerts(found: readonly Finding[], alerts: readonly AlertView[]): readonly Finding[] {
  if (alerts.length === 0) return found;
  return found.filter((finding) => !alerts.some((alert) => isAbout(alert, finding)));
}

/** An alert about one of several neighbours or sinks says nothing of the others. */
function isAbout({ finds, part }: AlertView, { id, words }: Finding): boolean {
  if (!finds.includes(id)) return false;
  const { address, name } = words?.values ?? {};
  const subject = address ?? name;
  return part === "" || subject === undefined || subject === part;
}

/** The worst of what fires and what was found. */
export function worstOf(found: readonly Finding[], alerts: readonly AlertView[]): FindingLevel | "ok" {
  const levels = [...found, ...alerts].map(({ level }) => level);
  return levels.includes("bad") ? "bad" : levels.length > 0 ? "warn" : "ok";
}
