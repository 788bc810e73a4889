/**
 * The watch as the settings have it, and what this computer knows of itself: for the commands and for the daemon.
 *
 * @module
 */

import { networkInterfaces } from "node:os";
import {
  createNotifier,
  type Notifier,
  type NotifierOptions,
  type OwnReport,
  openWatch,
  readRecipients,
  type UnmadeNotifier,
  type Watch,
} from "../alerts/index.ts";
import { gatherPipe } from "../collector/index.ts";
import { errorText, explainError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { drawDayOf } from "./day-pictures.ts";
import type { Settings } from "./load-settings.ts";
import { pipeOptions } from "./pipe-options.ts";

export interface Watching {
  readonly settings: Settings;
  readonly log: Log;
  readonly once?: boolean;
}

/**
 * Opens the watch. A notifier whose secret cannot be read is left out, and the log names it.
 * @throws LarderError `LOCKED`, `JOURNAL_OPEN`
 */
export async function openWatching({ settings, log, once }: Watching): Promise<Watch> {
  const { stateDir, timezone: timeZone, alerts: options } = settings;
  const pingUrl = await options.pingUrl?.reveal({ what: "address of alerts.pingUrl" });
  return await openWatch({
    ...{ stateDir, timeZone, options, log, pingUrl, draw: drawDayOf(settings, log) },
    ...(await makeNotifiers(options.notifiers, log)),
    ...(once === undefined ? {} : { once }),
  });
}

/** Notifiers that can be made. */
export async function notifiersOf(all: readonly NotifierOptions[], log: Log): Promise<readonly Notifier[]> {
  return (await makeNotifiers(all, log)).notifiers;
}

/** Notifiers, and why some cannot be made; the log has that too. */
async function makeNotifiers(all: readonly NotifierOptions[], log: Log) {
  const unmade: UnmadeNotifier[] = [];
  const made = await Promise.all(
    all.map(async (options) => {
      try {
        return [await createNotifier(options, { nowMs: Date.now, recipientsOf })];
      } catch (error) {
        log.error(explainError(error), { notifier: options.name });
        unmade.push({ name: options.name, why: errorText(error) });
        return [];
      }
    }),
  );
  return { notifiers: made.flat(), unmade };
}

async function recipientsOf(path: string): Promise<string[]> {
  return (await readRecipients(path)).map(({ address }) => address);
}

/** What this computer knows of itself. */
export async function ownReport(settings: Settings): Promise<OwnReport> {
  const { server, tags } = settings;
  const options = pipeOptions(settings);
  const pipe = await gatherPipe(options, Date.now());
  return {
    server,
    tags,
    sinks: pipe.sinks,
    freeBytes: pipe.journal.freeBytes,
    setAsideBytes: pipe.journal.setAside.bytes,
    damagedBytes: pipe.journal.streams.flatMap(({ losses }) => losses).reduce((sum, { bytes }) => sum + bytes, 0),
    log: pipe.log,
    // only a computer that is a cache has to be reached
    hasAddress: options.readsStatus ? hasAddress() : undefined,
  };
}

/** Whether there is an address others can reach: one of this machine's own choosing only says that nobody gave it one. */
function hasAddress(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((each) => each !== undefined && !each.internal && !/^(?:169\.254\.|fe80:)/i.test(each.address));
}
