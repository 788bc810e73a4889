/**
 * What a look by all rules needs beside facts, as the settings and people's silences have it.
 *
 * @module
 */
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
  /** Alerts do not wait for company. */
  readonly alone: boolean;
  /** A name for a notice that no other has. */
  name(): string;
}

export function lookContextFor(setup: ContextSetup): LookContext {
  const { options, timeZone, nowMs, lastMs, silences, alone } = setup;
  const moment = { nowMs, timeZone };
  return {
    nowMs,
    lastMs,
    policy: policyFor(options, { ...moment, alone, silences }),
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
