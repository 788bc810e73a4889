/**
 * What a look by all rules needs beside facts, as the settings and people's silences have it.
 *
 * @module
 */
import type { Times } from "./calendars/calendars.ts";
import type { OwnFacts } from "./facts/facts.ts";
import type { WatchOptions } from "./options.ts";
import { circumstancesFor, policyFor } from "./settings/settings.ts";
import type { Silence } from "./silences/silences.ts";
import type { Failing, LookContext } from "./state/state.ts";

export interface ContextSetup {
  readonly options: WatchOptions;
  readonly timeZone: string;
  readonly nowMs: number;
  /** When the last look was. */
  readonly lastMs: number | undefined;
  /** Beside those of the settings. */
  readonly silences: readonly Silence[];
  /** What the calendars say of these days. */
  readonly times: Times;
  /** Alerts do not wait for company. */
  readonly alone: boolean;
  /** A name for a notice that no other has. */
  name(): string;
}

export function lookContextFor(setup: ContextSetup): LookContext {
  const { timeZone, nowMs, lastMs, silences, alone, times } = setup;
  const options = { ...setup.options, holidays: [...setup.options.holidays, ...times.days] };
  const isQuiet = times.quiet.some(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
  const policy = policyFor(options, { ...{ nowMs, timeZone }, alone, silences });
  const moment = { nowMs, timeZone };
  return {
    nowMs,
    lastMs,
    policy: { ...policy, quiet: policy.quiet || isQuiet },
    ...circumstancesFor(options, moment),
    name: () => setup.name(),
  };
}

/** What this computer knows of itself, but for its notifiers. */
export type OwnReport = Omit<OwnFacts, "notifiers">;

/** With what is known of notifiers. */
export function ownFactsOf(
  own: OwnReport | undefined,
  names: readonly string[],
  failing: Readonly<Record<string, Failing>>,
): OwnFacts | undefined {
  if (own === undefined) return undefined;
  const notifiers = names.map((name) => {
    const known = failing[name];
    return { name, failingMs: known?.sinceMs, why: known?.why ?? "", refused: known?.refused === true };
  });
  return { ...own, notifiers };
}
