/**
 * The words of alertData.db: who gets the alert mails, and which services send them.
 *
 * @module
 */

/** Somebody who gets the alert mails. */
export interface Recipient {
  readonly address: string;
  /** Language of the mail, as Apple names its localizations: `en`, `pt-BR`. */
  readonly language: string;
  /** False: stays on the list, gets no mail. */
  readonly enabled: boolean;
}

/** A recipient that somebody asks for. What is left undefined stays as it is, or takes the default in a new row. */
export interface WantedRecipient {
  readonly address: string;
  readonly language?: string | undefined;
  readonly enabled?: boolean | undefined;
}

/** A row of ZADMAILRECIPIENT. */
export interface StoredRecipient extends Recipient {
  /** Z_PK. */
  readonly row: number;
  /** Z_OPT: the row's version. */
  readonly version: number;
}

/** A row of ZADALERTBUNDLE: a service of macOS Server that raises alerts. */
export interface AlertService {
  /** Z_PK. */
  readonly row: number;
  /** Apple's identifier: `Caching`, `CertificateAlerts`. */
  readonly bundle: string;
  /** The name people see: `Time Machine`. */
  readonly name: string;
  readonly mail: boolean;
  readonly push: boolean;
  /** ZENABLED: whether the service raises alerts at all. Shown, never changed. */
  readonly enabled: boolean;
}

/** What is asked of the list. `add` serves import too. */
export type RecipientRequest =
  | { readonly kind: "add"; readonly wanted: readonly WantedRecipient[] }
  | { readonly kind: "set"; readonly wanted: readonly WantedRecipient[] }
  | { readonly kind: "remove"; readonly addresses: readonly string[] };

/** What must happen to the rows so that the list is what was asked for. */
export interface RecipientChanges {
  /** In the order of their new Z_PK, which is counted on from `lastRow`. */
  readonly inserts: readonly StoredRecipient[];
  readonly updates: readonly RecipientUpdate[];
  /** Removed because nobody wants them. */
  readonly deletes: readonly StoredRecipient[];
  /** Removed because another row holds the same address. */
  readonly duplicates: readonly StoredRecipient[];
  /** Asked for and already so. */
  readonly unchanged: readonly StoredRecipient[];
  /** Asked to be removed, and not there. */
  readonly missing: readonly string[];
}

export interface RecipientUpdate {
  readonly before: StoredRecipient;
  readonly after: StoredRecipient;
}

/** Something wrong in the books that the next change puts right. */
export interface Repair {
  readonly kind: "last-row" | "entity";
  /** One sentence for people, values included. */
  readonly text: string;
  readonly sql: string;
  readonly parameters: readonly number[];
}

/** A line of a file, or an argument, that is not taken. */
export interface Refusal {
  /** Counted from 1; undefined for an argument of the command line. */
  readonly line: number | undefined;
  /** The text found there, shortened. */
  readonly text: string;
  readonly problem: string;
}

/** The language of a new recipient when none is named. The only one ever seen in a published file. */
export const DEFAULT_LANGUAGE = "en";
