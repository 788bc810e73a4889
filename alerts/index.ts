/**
 * The door of the alerts room: the watch over caches, and who gets a mail when one needs attention, as macOS Server's own
 * database has it.
 *
 * Rules and mails find their recipients through `readRecipients` and need to know nothing of the file behind it.
 *
 * @module
 */

export { readCalendar } from "./calendars/calendars.ts";

import { ALERTS_DEFAULTS, type AlertsOptions } from "./options.ts";
import { findDuplicates, loadAlertData, type Recipient } from "./recipients/recipients.ts";

export {
  type DayPicture,
  type DayReport,
  type DrawDay,
  dailyMessage,
  dailyNotice,
  dayBefore,
  readDay,
} from "./daily/daily.ts";
export { type FiringAlert, readFiring } from "./firing.ts";
export {
  firingAlerts,
  type Inspection,
  type InspectSetup,
  inspectRules,
  type JudgedSubject,
  type LimitView,
  type Looked,
  type Outcome,
  type PastAlert,
  type PastDelivery,
  pastAlerts,
  pastDeliveries,
  type RuleReport,
} from "./inspect/inspect.ts";
export type { UnmadeNotifier } from "./kept-state.ts";
export type { OwnReport } from "./look-context.ts";
export { createNotifier, type Notifier, type NotifierOptions } from "./notify/notify.ts";
export { ALERTS_DEFAULTS, type AlertsOptions } from "./options.ts";
export {
  type AlertData,
  type AlertService,
  APPLE_ALERT_DATABASE,
  addressKey,
  type Backup,
  changeRecipients,
  formatRecipientList,
  type InitReport,
  initDatabase,
  listBackups,
  loadAlertData,
  parseAddress,
  parseLanguage,
  parseRecipientList,
  type Recipient,
  type RecipientChanges,
  type RecipientList,
  type RecipientReport,
  type RecipientRequest,
  type Refusal,
  type Repair,
  type RestoreReport,
  restoreBackup,
  type ServiceReport,
  type StoredRecipient,
  switchServices,
  type WantedRecipient,
} from "./recipients/recipients.ts";
export { forSecondsOf, RULE_IDS } from "./rules/rules.ts";
export { takesDaily } from "./settings/settings.ts";
export {
  addSilence,
  covers,
  type KeptSilence,
  type NewSilence,
  readSilences,
  removeSilence,
  type Silence,
} from "./silences/silences.ts";
export type { Alert } from "./state/state.ts";
export { sendTest } from "./try-out.ts";
export { type CheckReport, openWatch, previewCheck, type Watch } from "./watch.ts";
export type { Message } from "./words/words.ts";
export { ruleTitle } from "./words/words.ts";

/**
 * Everybody who is to get alert mails, each address once: the active recipients of an alertData.db.
 * @throws LarderError as `loadAlertData`.
 */
export async function readRecipients(path: string, options: Partial<AlertsOptions> = {}): Promise<Recipient[]> {
  const { recipients } = await loadAlertData(path, { ...ALERTS_DEFAULTS, ...options });
  const active = recipients.filter((recipient) => recipient.enabled);
  const again = new Set(findDuplicates(active));
  return active
    .filter((recipient) => !again.has(recipient))
    .map(({ address, language, enabled }) => ({ address, language, enabled }));
}
