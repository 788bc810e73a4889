/**
 * What earlier runs brought whole, by which cache, when: a view of the journal's stream `precache`, no book of its own.
 *
 * A delivery is a line `precacheasset,outcome=warmed`; that a cache reports what it holds is kept in the commit marks. What
 * version 0.1 wrote into a file beside the journal is read too, until a run has taken it over.
 *
 * @module
 */
import { join } from "node:path";
import { scanLines } from "../../core/history/history.ts";
import { lastCommit, streamFolder } from "../../core/journal/journal.ts";
import { forEachField, type ParsedLine, parseTags } from "../../core/line/line.ts";
import { type Delivery, DeliveryBook, TELLING } from "./delivery-book.ts";
import { readOldLedger } from "./old-ledger.ts";

/** Older deliveries are not believed: things get evicted. */
const MAX_AGE_MS = 7 * 86_400_000;

/** Reads what the journal knows of the last week. Takes no lock. */
export async function readDeliveries(stateDir: string, nowMs: number): Promise<DeliveryBook> {
  const book = new DeliveryBook();
  const old = await readOldLedger(oldLedgerPath(stateDir));
  for (const delivery of old?.deliveries ?? []) book.add(delivery);
  for (const target of old?.telling ?? []) book.addTelling(target);
  await readJournal(book, stateDir, nowMs);
  return book;
}

/** Where version 0.1 kept its ledger. */
export function oldLedgerPath(stateDir: string): string {
  return join(stateDir, "precache", "ledger.jsonl");
}

/** What the journal alone knows. */
export async function readJournal(book: DeliveryBook, stateDir: string, nowMs: number): Promise<void> {
  for (const target of await tellingTargets(stateDir)) book.addTelling(target);
  const targetOf = warmedTarget();
  await scanLines(stateDir, {
    streams: ["precache"],
    wanted: [
      {
        measurement: "precacheasset",
        fromMs: nowMs - MAX_AGE_MS,
        // lines of a clock that was ahead are read too: they are known, and not believed
        toMs: Number.MAX_SAFE_INTEGER,
        take: (line) => {
          const target = targetOf(line.tagText);
          const delivery = target === undefined ? undefined : deliveryOf(target, line);
          if (delivery !== undefined) book.add(delivery);
        },
      },
    ],
  });
}

/** The target in the tags of a line that says "warmed"; the same few sets of tags come thousands of times. */
function warmedTarget(): (tagText: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (tagText) => {
    if (known.has(tagText)) return known.get(tagText);
    const { target, outcome } = parseTags(tagText);
    const found = outcome === "warmed" ? target : undefined;
    known.set(tagText, found);
    return found;
  };
}

function deliveryOf(target: string, { fieldText, timeMs }: ParsedLine): Delivery | undefined {
  let [url, sizeBytes]: [string | undefined, number | undefined] = [undefined, undefined];
  forEachField(fieldText, (name, value) => {
    if (name === "url" && "text" in value) url = value.text;
    if (name === "bytes" && "integer" in value) sizeBytes = Number(value.integer);
  });
  return url === undefined || sizeBytes === undefined ? undefined : { target, url, sizeBytes, atMs: timeMs };
}

/** Names in the last commit mark of the stream. */
async function tellingTargets(stateDir: string): Promise<readonly string[]> {
  const names = (await lastCommit(streamFolder(stateDir, "precache")))?.cursors[TELLING];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
