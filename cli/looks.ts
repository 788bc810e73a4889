/**
 * Looks for alerts after the passes of a daemon. Whatever goes wrong with them is logged: collecting goes on.
 *
 * @module
 */
import type { Watch } from "../alerts/index.ts";
import { errorCode, explainError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Settings } from "./load-settings.ts";
import { openWatching, ownReport } from "./watching.ts";

export interface Looks {
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Looks where somebody is to be notified; without a notifier and an address to call there is nothing to do. */
export async function openLooks(settings: Settings, log: Log): Promise<Looks> {
  const { notifiers, pingUrl } = settings.alerts;
  if (notifiers.length === 0 && pingUrl === undefined) return { look: async () => {}, close: async () => {} };
  let watch: Watch | undefined;
  return {
    look: async () => {
      try {
        // opened again after a failure, and once a check by hand has ended
        watch ??= await openWatching({ settings, log });
        const { notices, sent } = await watch.check(await ownReport(settings));
        if (notices.length > 0) log.info("alerts", { notices: notices.length, sent: sent.length });
        for (const { to, outcome } of sent) {
          if (outcome instanceof Error) log.error(explainError(outcome), { notifier: to, code: outcome.code });
        }
      } catch (error) {
        if (errorCode(error) === "LOCKED") log.debug("another process looks for alerts here");
        else log.error(explainError(error), { code: errorCode(error) });
      }
    },
    close: async () => await watch?.close(),
  };
}
