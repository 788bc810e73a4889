/**
 * The door of the alerts room: who is told when a cache needs somebody, kept in macOS Server's own database.
 *
 * Rules and mails find their recipients through `readRecipients` and need to know nothing of the file behind it.
 *
 * @module
 */

import { ALERTS_DEFAULTS, type AlertsOptions } from "./options.ts";
import { findDuplicates } from "./recipients/changes.ts";
import type { Recipient } from "./recipients/model.ts";
import { loadAlertData } from "./recipients/store.ts";

export { ALERTS_DEFAULTS, type AlertsOptions, APPLE_ALERT_DATABASE } from "./options.ts";
export { addressKey, parseAddress } from "./recipients/address.ts";
export { type InitReport, initDatabase } from "./recipients/init.ts";
export { parseLanguage } from "./recipients/language.ts";
export type {
  AlertService,
  Recipient,
  RecipientChanges,
  RecipientRequest,
  Refusal,
  Repair,
  StoredRecipient,
  WantedRecipient,
} from "./recipients/model.ts";
export type { AlertData } from "./recipients/read.ts";
export { formatRecipientList, parseRecipientList, type RecipientList } from "./recipients/recipient-list.ts";
export { type Backup, listBackups, type RestoreReport, restoreBackup } from "./recipients/restore.ts";
export { type ServiceReport, switchServices } from "./recipients/services.ts";
export { changeRecipients, loadAlertData, type RecipientReport } from "./recipients/store.ts";

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
