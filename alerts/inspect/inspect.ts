/**
 * The door of the inspection: what all rules say now, of what, and what came of it. It changes nothing and notifies
 * nobody; the states are those of the watch that runs, if one does.
 *
 * @module
 */
import { keepCalendarsCurrent, type Times } from "../calendars/calendars.ts";
import { type Facts, KeptFacts } from "../facts/facts.ts";
import { type ContextSetup, lookContextFor, type OwnReport, ownFactsOf } from "../look-context.ts";
import type { WatchOptions } from "../options.ts";
import { type Circumstances, RULES, type Rule, type Verdict } from "../rules/rules.ts";
import type { Silence } from "../silences/silences.ts";
import { type Alert, type Alerts, keyOf, look } from "../state/state.ts";
import { storedStates } from "../stored-states.ts";
import type { Tags } from "../tags.ts";
import { type Outcome, outcomeOf } from "./explain.ts";
import { type LimitView, limitsOf, offBy, overridesOf } from "./limits.ts";
import { type Looked, recorded } from "./recorder.ts";

export { type PastDelivery, pastDeliveries } from "./deliveries.ts";
export type { Outcome } from "./explain.ts";
export type { LimitView } from "./limits.ts";
export { type PastAlert, type PastAsked, pastAlerts, pastQuestion } from "./past.ts";
export type { Looked } from "./recorder.ts";

export interface InspectSetup {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly options: WatchOptions;
  /** Beside those of the settings. */
  readonly silences: readonly Silence[];
  readonly nowMs: number;
  /** Hears of a calendar that cannot be used. */
  onProblem(problem: unknown): void;
}

/** What one rule says of one cache, or of one part of it. */
export interface JudgedSubject {
  readonly server: string;
  /** Which peer, sink or notifier; "" for the cache itself. */
  readonly part: string;
  readonly tags: Tags;
  readonly verdict: Verdict;
  readonly looked: readonly Looked[];
  readonly limits: readonly LimitView[];
  readonly alert: Alert | undefined;
  readonly outcome: Outcome;
}

/** One rule with all it says. */
export interface RuleReport {
  readonly rule: Rule;
  /** Limits where nothing is overridden, and those of some caches. */
  readonly limits: readonly LimitView[];
  readonly overrides: readonly { readonly tags: Tags; readonly limits: readonly LimitView[] }[];
  readonly offBy: string | undefined;
  readonly judgements: readonly JudgedSubject[];
}

export interface Inspection {
  /** When a watch last looked; undefined: none ever did. */
  readonly lookMs: number | undefined;
  readonly caches: readonly string[];
  readonly rules: readonly RuleReport[];
}

/** Judges all caches of the journal, and this computer, by all rules. @throws LarderError `JOURNAL_READ` */
export async function inspectRules(setup: InspectSetup, own: OwnReport | undefined): Promise<Inspection> {
  const { stateDir, nowMs, timeZone, options } = setup;
  const stored = await storedStates(stateDir);
  const caches = await new KeptFacts({ stateDir, timeZone }).at(nowMs);
  const names = options.notifiers.map(({ name }) => name);
  const facts = { caches, own: ownFactsOf(own, names, stored?.failing ?? {}) };
  const alerts: Alerts = new Map((stored?.alerts ?? []).map((alert) => [keyOf(alert), alert]));
  const times = await keepCalendarsCurrent({ paths: options.calendars, timeZone, onProblem: setup.onProblem })(nowMs);
  return { lookMs: stored?.lookMs, ...inspect({ ...setup, facts, alerts, times, lastMs: stored?.lookMs }) };
}

/** Alerts that fire, as the watch left them at its last look. @throws LarderError `JOURNAL_READ` */
export async function firingAlerts(stateDir: string): Promise<readonly Alert[]> {
  const stored = await storedStates(stateDir);
  return (stored?.alerts ?? []).filter(({ phase }) => phase === "firing");
}

interface Inspected extends InspectSetup {
  readonly facts: Facts;
  readonly alerts: Alerts;
  readonly lastMs: number | undefined;
  readonly times: Times;
}

/** As `inspectRules`, of facts that are at hand. Moves the alerts on. */
export function inspect(setup: Inspected): Omit<Inspection, "lookMs"> {
  const { facts, alerts, options, silences, nowMs } = setup;
  const context = lookContextFor(contextOf(setup));
  look(alerts, facts, { ...context, policy: { ...context.policy, isSilenced: () => true } });
  const gates = { nowMs, policy: context.policy, silences: [...options.silences, ...silences] };
  const rules = RULES.map((rule): RuleReport => {
    const subjects = rule.about === "cache" ? facts.caches : facts.own === undefined ? [] : [facts.own];
    const judgements = subjects.flatMap(({ server, tags }, i) =>
      watched(rule, { facts, i, circumstances: context.circumstancesOf(tags) }).map(
        ({ verdict, looked }): JudgedSubject => {
          const part = verdict.is === "unknown" ? "" : (verdict.part ?? "");
          const alert = alerts.get(keyOf({ rule: rule.id, server, part }));
          const by = offBy(rule, options, tags);
          const outcome = outcomeOf({ rule, server, part, verdict, alert, offBy: by }, gates);
          return { server, part, tags, verdict, looked, limits: limitsOf(rule, options, tags), alert, outcome };
        },
      ),
    );
    const everywhere = { limits: limitsOf(rule, options, {}), offBy: offBy(rule, options, {}) };
    return { rule, ...everywhere, overrides: overridesOf(rule, options), judgements };
  });
  return { caches: facts.caches.map(({ server }) => server), rules };
}

function contextOf({ options, timeZone, nowMs, lastMs, silences, times, facts }: Inspected): ContextSetup {
  let next = 0;
  const alone = facts.caches.length < 2;
  return { options, timeZone, nowMs, lastMs, silences, times, alone, name: () => String(next++) };
}

interface Watched {
  readonly verdict: Verdict;
  readonly looked: readonly Looked[];
}

/** Judges, and looks at what is looked at. */
function watched(
  rule: Rule,
  { facts, i, circumstances }: { readonly facts: Facts; readonly i: number; readonly circumstances: Circumstances },
): Watched[] {
  const looked: Looked[] = [];
  // the limits are shown as such, and the moment is known
  const { limits, nowMs, ...rest } = circumstances;
  const view = Object.assign(Object.create(recorded(rest, looked)) as Circumstances, { limits, nowMs });
  const cache = facts.caches[i];
  const verdict =
    rule.about === "own"
      ? facts.own && rule.judge(recorded(facts.own, looked), view)
      : cache && rule.judge(recorded(cache, looked), view);
  if (verdict === undefined) return [];
  const all = (Array.isArray(verdict) ? verdict : [verdict]) as readonly Verdict[];
  return all.map((each) => ({ verdict: each, looked }));
}
