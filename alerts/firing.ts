/**
 * The alerts that fire now, for those who show them: read from the journal, so that another process may have found them.
 *
 * @module
 */
import type { FindingLevel } from "../core/finding.ts";
import type { LanguageName } from "../core/words/language.ts";
import { findsOf, ruleOf } from "./rules/rules.ts";
import { KEPT_FOR_MS } from "./state/state.ts";
import { storedStates } from "./stored-states.ts";
import { ruleWords } from "./words/words.ts";

/** An alert in words. */
export interface FiringAlert {
  readonly rule: string;
  readonly server: string;
  /** Which of several subjects in one server: a peer, a sink; "" for the server itself. */
  readonly part: string;
  readonly level: FindingLevel;
  /** Since when it is known to be wrong. */
  readonly sinceMs: number;
  readonly title: string;
  readonly what: string;
  readonly next: string;
  /** Names of the findings that say the same. */
  readonly finds: readonly string[];
}

/**
 * The gravest first, and of those the newest. What a graver one explains is not among them, as it is not notified either.
 * @returns undefined where nobody has looked for alerts lately
 * @throws LarderError `JOURNAL_READ`
 */
export async function readFiring(
  stateDir: string,
  { language, nowMs }: { readonly language: LanguageName; readonly nowMs: number },
): Promise<readonly FiringAlert[] | undefined> {
  const stored = await storedStates(stateDir);
  if (stored?.lookMs === undefined || nowMs - stored.lookMs > 2 * KEPT_FOR_MS) return undefined;
  return stored.alerts
    .filter(({ phase, heldBackBy, rule }) => phase === "firing" && heldBackBy === undefined && !ruleOf(rule)?.silent)
    .map(({ rule, server, part, level, sinceMs, values }) => {
      return { rule, server, part, level, sinceMs, ...ruleWords(rule, values, language), finds: findsOf(rule) };
    })
    .sort((a, b) => Number(b.level === "bad") - Number(a.level === "bad") || b.sinceMs - a.sinceMs);
}
