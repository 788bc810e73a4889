/**
 * What Prometheus scrapes: the newest of every cache in the journal, and the pipe of this computer.
 *
 * @module
 */
import type { Pipe } from "../health/health.ts";
import { type AlertNow, alertFamilies } from "./alert-families.ts";
import { assetcacheFamilies } from "./assetcache-families.ts";
import { cacheFamilies } from "./cache-families.ts";
import { FleetState } from "./fleet-state.ts";
import { pipeFamilies } from "./pipe-families.ts";
import { CONTENT_TYPES, formOf, metricsText } from "./text.ts";

export interface ExpositionOptions {
  readonly stateDir: string;
  /** Counters begin with a month of this zone. */
  readonly timeZone: string;
  /** How the pipe is. */
  readonly readPipe: () => Promise<Pipe>;
  /** The alerts that fire; undefined where nobody looks for any. */
  readonly readAlerts?: () => Promise<readonly AlertNow[] | undefined>;
  readonly now: () => number;
}

/** The text of a scrape. */
export interface Scrape {
  readonly type: string;
  readonly body: string;
}

export interface Exposition {
  /** @param accept the header; chooses between OpenMetrics and Prometheus' own form. @throws LarderError `JOURNAL_READ` */
  scrape(accept: string | undefined): Promise<Scrape>;
}

/** Metrics over a journal. Reads nothing before the first scrape, and then only what is new. */
export function openExposition({ stateDir, timeZone, readPipe, readAlerts, now }: ExpositionOptions): Exposition {
  let state: FleetState | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const current = async (): Promise<FleetState> => {
    if (state === undefined) state = await FleetState.open(stateDir, timeZone, now());
    else await state.update(now());
    return state;
  };
  return {
    async scrape(accept) {
      // one look at a time: two that follow the same lines would count them twice
      const looked = last.then(current);
      last = looked.catch(() => undefined);
      const [{ caches, countedFromMs }, pipe] = [await looked, await readPipe()];
      const fleet = { nowMs: now(), caches, countedFromMs };
      const alerts = alertFamilies(await readAlerts?.());
      const families = [...pipeFamilies(pipe), ...alerts, ...cacheFamilies(fleet), ...assetcacheFamilies(fleet)];
      const form = formOf(accept);
      return { type: CONTENT_TYPES[form], body: metricsText(families, form) };
    },
  };
}
