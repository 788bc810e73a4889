/**
 * What `larder alerts test` does: sends a test notice, so that somebody can see whether notices arrive.
 *
 * @module
 */
import { sendTest } from "../../../alerts/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { loadSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { notifiersOf } from "../../watching.ts";

export interface TestFlags extends SettingsCommandFlags {
  readonly to: string;
}

/** Runs the command. @throws LarderError `USAGE_NOTIFIER`, `ALERT_UNSENT`, `ALERT_REFUSED` */
export async function tryNotifier(flags: TestFlags): Promise<void> {
  const { settings } = await loadSettings(flags);
  const { notifiers, language, link } = settings.alerts;
  const options = notifiers.filter(({ name }) => name === flags.to);
  if (options.length === 0) {
    const names = notifiers.map(({ name }) => name).join(", ");
    throw new LarderError(`Cannot notify "${flags.to}": the settings have no notifier of that name`, {
      code: "USAGE_NOTIFIER",
      next: names === "" ? "add one under alerts.notifiers" : `name one of: ${names}`,
    });
  }
  const [notifier] = await notifiersOf(options, await openLog("error"));
  if (notifier === undefined) return;
  const wording = { language, link, timeZone: settings.timezone };
  const outcome = await sendTest(notifier, { server: settings.server, wording, nowMs: Date.now() });
  const { name, type, place } = notifier;
  if (flags.json === true) printJson({ notifier: name, type, place, outcome });
  else if (outcome === "delivered") print(`${name}: ${place} took the message`);
  else print(`${name}: ${place} accepted the message; see whether it arrives`);
}
