/**
 * The door of the recipients: who gets Apple's alert mails, read from and written to macOS Server's own database.
 *
 * @module
 */
export { addressKey, parseAddress } from "./address.ts";
export { APPLE_ALERT_DATABASE } from "./apple-database.ts";
export { findDuplicates } from "./changes.ts";
export { type InitReport, initDatabase } from "./init.ts";
export { parseLanguage } from "./language.ts";
export type {
  AlertService,
  Recipient,
  RecipientChanges,
  RecipientRequest,
  Refusal,
  Repair,
  StoredRecipient,
  WantedRecipient,
} from "./model.ts";
export type { AlertData } from "./read.ts";
export { formatRecipientList, parseRecipientList, type RecipientList } from "./recipient-list.ts";
export { type Backup, listBackups, type RestoreReport, restoreBackup } from "./restore.ts";
export { type ServiceReport, switchServices } from "./services.ts";
export { changeRecipients, loadAlertData, type RecipientReport } from "./store.ts";
