/**
 * The limits of a rule, and where each comes from: the table, or an entry of `alerts.overrides`. Pure.
 *
 * @module
 */

import { THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import type { WatchOptions } from "../options.ts";
import type { Rule, ThresholdName } from "../rules/rules.ts";
import { fits, type Tags } from "../tags.ts";

/** One threshold as it holds for some caches. */
export interface LimitView {
  readonly name: ThresholdName;
  readonly threshold: Threshold;
  /** The settings it comes from, such as `alerts.overrides.0.limits.pressure.trouble`; none where the table holds. */
  readonly settings: readonly string[];
}

/** The limits of a rule for caches of some tags. */
export function limitsOf(rule: Rule, options: WatchOptions, tags: Tags): LimitView[] {
  return rule.thresholds.map((name) => {
    let threshold: Threshold = THRESHOLDS[name];
    const settings: string[] = [];
    options.overrides.forEach(({ tags: wanted, limits }, i) => {
      const own = limits[name];
      if (own === undefined || !fits(wanted, tags)) return;
      for (const side of ["watch", "trouble"] as const) {
        const value = own[side];
        if (value === undefined) continue;
        threshold = { ...threshold, [side]: value };
        settings.push(`alerts.overrides.${i}.limits.${name}.${side}`);
      }
    });
    return { name, threshold, settings };
  });
}

/** Where some caches have limits of their own for a rule: their tags, and the limits. */
export function overridesOf(
  rule: Rule,
  options: WatchOptions,
): { readonly tags: Tags; readonly limits: LimitView[] }[] {
  return options.overrides
    .filter(({ limits }) => rule.thresholds.some((name) => limits[name] !== undefined))
    .map(({ tags }) => ({ tags, limits: limitsOf(rule, options, tags) }));
}

/** The setting by which a rule is not watched for caches of some tags. */
export function offBy(rule: Rule, options: WatchOptions, tags: Tags): string | undefined {
  if (options.off.includes(rule.id)) return "alerts.off";
  const at = options.overrides.findIndex((each) => each.off.includes(rule.id) && fits(each.tags, tags));
  return at === -1 ? undefined : `alerts.overrides.${at}.off`;
}
