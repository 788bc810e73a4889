/**
 * What the commands that look at rules share: the inspection as the settings have it, names of rules, limits in words.
 *
 * @module
 */
import {
  type Inspection,
  inspectRules,
  type JudgedSubject,
  type LimitView,
  RULE_IDS,
  readSilences,
} from "../../../alerts/index.ts";
import { originOf, originText } from "../../../core/config/config.ts";
import { explainError, LarderError } from "../../../core/errors.ts";
import { nearest } from "../../../core/nearest.ts";
import { bytesText, durationText } from "../../../core/words/amounts.ts";
import type { LoadedSettings } from "../../load-settings.ts";
import { printError } from "../../output.ts";
import { ownReport } from "../../watching.ts";

/** All rules over the journal of the settings. */
export async function inspecting({ settings }: LoadedSettings): Promise<Inspection> {
  const { stateDir, timezone: timeZone, alerts: options } = settings;
  const silences = await readSilences(stateDir);
  const onProblem = (problem: unknown): void => printError(explainError(problem));
  const setup = { stateDir, timeZone, options, silences, nowMs: Date.now(), onProblem };
  return await inspectRules(setup, await ownReport(settings));
}

/** @throws LarderError `USAGE_RULE` for a name that no rule has */
export function checkRule(rule: string): void {
  if (RULE_IDS.includes(rule)) return;
  const meant = nearest(rule, RULE_IDS);
  throw new LarderError(`Cannot find the rule "${rule}": larder has none of that name`, {
    code: "USAGE_RULE",
    next: meant === undefined ? "larder alerts rules" : `did you mean ${meant}?`,
  });
}

/** @throws LarderError `USAGE_CACHE` for a cache of which nothing is known */
export function checkCache(cache: string, known: readonly string[]): void {
  if (known.includes(cache)) return;
  const meant = nearest(cache, known);
  throw new LarderError(`Cannot find the cache "${cache}": the journal has nothing of it in the last days`, {
    code: "USAGE_CACHE",
    next: meant === undefined ? "larder alerts rules --json lists the caches that are known" : `did you mean ${meant}?`,
  });
}

/** A value of a threshold: `30 min`, `10.0 GB`, `0.8`. */
export function valueText(name: string, value: number): string {
  if (name.endsWith("Seconds")) return durationText(value);
  if (name.endsWith("Bytes")) return bytesText(value);
  return String(value);
}

/** Both limits of a threshold: `≥ 0.5 / 0.8`. */
export function limitValues({ name, threshold: { watch, trouble, below } }: LimitView): string {
  const limits = [watch, ...(trouble === undefined || trouble === watch ? [] : [trouble])];
  return `${below === true ? "<" : "≥"} ${limits.map((value) => valueText(name, value)).join(" / ")}`;
}

/** A threshold with both its limits: `pressure ≥ 0.5 / 0.8`. */
export function limitText(limit: LimitView): string {
  return `${limit.name} ${limitValues(limit)}`;
}

/** `region=North site_code=gym`; `all` without any. */
export function tagsText(tags: Readonly<Record<string, string>>): string {
  const all = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return all.length === 0 ? "all" : all.join(" ");
}

/** Where limits come from, in a few words. */
export function limitOrigins({ settings }: Pick<LimitView, "settings">): string {
  const entries = settings.map((key) => /^alerts\.overrides\.(\d+)/.exec(key)?.[1]);
  const named = [...new Set(entries.map((i) => `overrides[${i}]`))];
  return named.length === 0 ? "built in" : named.join(", ");
}

/** A threshold for scripts. */
export function limitJson({ name, threshold, settings }: LimitView, origins: LoadedSettings["origins"]) {
  const { watch, trouble = null, below = false } = threshold;
  const from = settings.map((key) => ({ setting: key, origin: originText(originOf(origins, key)) }));
  return { name, watch, trouble, below, from };
}

/** The state of one judgement in a word. */
export function stateOf({ outcome }: JudgedSubject): "firing" | "pending" | "ok" | "unknown" | "off" {
  const { is } = outcome;
  return is === "off" || is === "unknown" || is === "ok" || is === "pending" ? is : "firing";
}
