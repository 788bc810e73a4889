/**
 * What a rule is: a pure look at the facts of one cache, or of the computer that watches.
 *
 * A verdict is `firing`, `ok` or `unknown`. Where nothing is known it is unknown, and an alert stays as it is: only
 * evidence ends it.
 *
 * @module
 */
import { ALERT_RULES, type AlertRuleFacts, type AlertRuleId, type ThresholdName } from "../../core/alert-rules.ts";
import type { FindingLevel } from "../../core/finding.ts";
import { type Level, levelOf, type Threshold } from "../../core/thresholds.ts";
import type { Values } from "../../core/words/fill.ts";
import type { CacheFacts, OwnFacts } from "../facts/facts.ts";

/** Numbers and texts of a verdict: what the words of a message are filled with. */
export type { Values };

export interface Firing {
  readonly is: "firing";
  readonly level: FindingLevel;
  readonly values: Values;
  /** Of rules with several subjects in one cache: which one. */
  readonly part?: string;
  /** Since when it is known to be so; default: since it was first seen. */
  readonly sinceMs?: number;
  /** The evidence is certain: it does not have to last. */
  readonly atOnce?: true;
}

export interface Ok extends Lasting {
  readonly is: "ok";
  readonly part?: string;
}

interface Lasting {
  /** From when on it may fire though nothing is new; default: never. Signs of life that grow old need not be counted. */
  readonly untilMs?: number;
}

/** Why nothing can be said. */
export interface Unknown extends Lasting {
  readonly is: "unknown";
  readonly why: "no-data" | "old-data" | "between" | "off-hours" | "quiet-day" | "no-limit";
}

export type Verdict = Firing | Ok | Unknown;

export const OK: Ok = { is: "ok" };
export const NO_DATA: Unknown = { is: "unknown", why: "no-data" };
export const OLD_DATA: Unknown = { is: "unknown", why: "old-data" };
/** Between the limit at which it fires and the one at which it is well again. */
export const BETWEEN: Unknown = { is: "unknown", why: "between" };
export const OFF_HOURS: Unknown = { is: "unknown", why: "off-hours" };
export const QUIET_DAY: Unknown = { is: "unknown", why: "quiet-day" };
export const NO_LIMIT: Unknown = { is: "unknown", why: "no-limit" };

export type Limits = Readonly<Record<ThresholdName, Threshold>>;

/** What holds for one cache at one moment. */
export interface Circumstances {
  readonly nowMs: number;
  readonly limits: Limits;
  /** Whether the cache is expected to work now: not outside its hours. */
  readonly atWork: boolean;
  /** Whether the last day that is over was a working day, without a holiday. */
  readonly schoolDay: boolean;
  /** Milliseconds of holidays since a moment. */
  holidayMsSince(ms: number): number;
  readonly wan: { readonly dayBytes: number | undefined; readonly monthBytes: number | undefined };
  /** The local month: from, inclusive, to, exclusive. */
  readonly month: { readonly fromMs: number; readonly toMs: number };
}

/** Judges a subject: a cache, or the computer that watches. */
type Judge<Subject> = (subject: Subject, circumstances: Circumstances) => Verdict | readonly Verdict[];

interface RuleAbout<Subject> extends AlertRuleFacts {
  readonly id: AlertRuleId;
  readonly judge: Judge<Subject>;
}

export interface CacheRule extends RuleAbout<CacheFacts> {
  readonly about: "cache";
}

export interface OwnRule extends RuleAbout<OwnFacts> {
  readonly about: "own";
}

export type Rule = CacheRule | OwnRule;

type IdAbout<About> = {
  [Id in AlertRuleId]: (typeof ALERT_RULES)[Id]["about"] extends About ? Id : never;
}[AlertRuleId];

/** A rule of the table about one cache. */
export function cacheRule(id: IdAbout<"cache">, judge: Judge<CacheFacts>): CacheRule {
  return { ...ALERT_RULES[id], id, about: "cache", judge };
}

/** A rule of the table about the computer that watches. */
export function ownRule(id: IdAbout<"own">, judge: Judge<OwnFacts>): OwnRule {
  return { ...ALERT_RULES[id], id, about: "own", judge };
}

/** Compares with a threshold. Fires from `trouble` on, or from `watch` where there is nothing worse, and is well below `watch`. */
export function compared(threshold: Threshold, value: number, values: () => Omit<Firing, "is" | "level">): Verdict {
  const level: Level = levelOf(threshold, value);
  if (level === "fine") return OK;
  if (level === "watch" && threshold.trouble !== undefined) return BETWEEN;
  return { is: "firing", level: level === "trouble" ? "bad" : "warn", ...values() };
}

/** The status, where it is new enough to say something of now. */
export function freshStatus({ status }: CacheFacts, { nowMs, limits }: Circumstances): CacheFacts["status"] {
  if (status === undefined) return undefined;
  return levelOf(limits.statusSeconds, (nowMs - status.timeMs) / 1000) === "fine" ? status : undefined;
}
