/**
 * wanted + present → changes. Pure: what is asked of the list and what is in it decide; no clock, no file.
 *
 * @module
 */
import { groupBy } from "../../core/group-by.ts";
import { addressKey } from "./address.ts";
import {
  DEFAULT_LANGUAGE,
  type Recipient,
  type RecipientChanges,
  type RecipientRequest,
  type RecipientUpdate,
  type StoredRecipient,
  type WantedRecipient,
} from "./model.ts";
import { mergeWanted } from "./recipient-list.ts";

/**
 * What must happen to the rows. Rows that hold the same address are merged into the first when the
 * address is mentioned or the whole list is set; nobody who got mails is silenced by that.
 * @param lastRow the highest Z_PK ever given out; new rows count on from it.
 */
export function planChanges(
  present: readonly StoredRecipient[],
  request: RecipientRequest,
  lastRow: number,
): RecipientChanges {
  const rows = groupByAddress(present);
  if (request.kind === "remove") return planRemoval(rows, request.addresses);
  const inserts: StoredRecipient[] = [];
  const updates: RecipientUpdate[] = [];
  const unchanged: StoredRecipient[] = [];
  const duplicates: StoredRecipient[] = [];
  const mentioned = new Set<string>();
  for (const wanted of mergeWanted(request.wanted)) {
    const key = addressKey(wanted.address);
    mentioned.add(key);
    const [before, ...others] = rows.get(key) ?? [];
    duplicates.push(...others);
    if (before === undefined) {
      inserts.push(newRow(wanted, lastRow + inserts.length + 1));
      continue;
    }
    const after = changedRow(before, { ...effective([before, ...others]), ...stated(wanted) });
    if (after === undefined) unchanged.push(before);
    else updates.push({ before, after });
  }
  const deletes = request.kind === "add" ? [] : [...rows].flatMap(([key, found]) => (mentioned.has(key) ? [] : found));
  return { inserts, updates, deletes, duplicates, unchanged, missing: [] };
}

/** Whether there is anything to write. */
export function isEmpty(changes: RecipientChanges): boolean {
  const { inserts, updates, deletes, duplicates } = changes;
  return inserts.length + updates.length + deletes.length + duplicates.length === 0;
}

/** Rows beyond the first that hold the same address: the person gets the same mail twice. */
export function findDuplicates(present: readonly StoredRecipient[]): StoredRecipient[] {
  return [...groupByAddress(present).values()].flatMap((rows) => rows.slice(1));
}

function planRemoval(rows: Map<string, StoredRecipient[]>, addresses: readonly string[]): RecipientChanges {
  const asked = new Map(addresses.map((address) => [addressKey(address), address]));
  const deletes = [...asked.keys()].flatMap((key) => rows.get(key) ?? []);
  const missing = [...asked].flatMap(([key, address]) => (rows.has(key) ? [] : [address]));
  return { inserts: [], updates: [], deletes, duplicates: [], unchanged: [], missing };
}

/** Rows by what addresses are compared by, each group in the order of Z_PK. */
function groupByAddress(present: readonly StoredRecipient[]): Map<string, StoredRecipient[]> {
  const sorted = [...present].sort((a, b) => a.row - b.row);
  return groupBy(sorted, ({ address }) => addressKey(address));
}

/** What rows of one address mean together: mails come if any row has them on, in that row's language. */
function effective(rows: readonly [StoredRecipient, ...StoredRecipient[]]): Pick<Recipient, "language" | "enabled"> {
  const { language, enabled } = rows.find((row) => row.enabled) ?? rows[0];
  return { language, enabled };
}

/** What somebody asks for, without what they leave open. */
function stated({ language, enabled }: WantedRecipient): Partial<Pick<Recipient, "language" | "enabled">> {
  return { ...(language === undefined ? {} : { language }), ...(enabled === undefined ? {} : { enabled }) };
}

function newRow(wanted: WantedRecipient, row: number): StoredRecipient {
  return {
    row,
    version: 1,
    address: wanted.address,
    language: wanted.language ?? DEFAULT_LANGUAGE,
    enabled: wanted.enabled ?? true,
  };
}

function changedRow(
  before: StoredRecipient,
  { language, enabled }: Pick<Recipient, "language" | "enabled">,
): StoredRecipient | undefined {
  if (language === before.language && enabled === before.enabled) return undefined;
  return { ...before, language, enabled, version: before.version + 1 };
}
