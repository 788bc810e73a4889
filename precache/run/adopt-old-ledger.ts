/**
 * Takes the ledger of version 0.1 over into the journal, once: nothing is asked for again, and what a run cost that was
 * killed before it wrote its lines is in the books.
 *
 * @module
 */
import { rename } from "node:fs/promises";
import { errorText } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { type Delivery, oldLedgerPath, readOldLedger } from "../presence/presence.ts";
import type { RunJournal } from "./run-journal.ts";

const WEEK_MS = 7 * 86_400_000;
/** The journal and the ledger wrote the same time; a second is more than they can differ. */
const SAME_MS = 1000;

/** Writes what the journal does not have yet, then puts the old file aside. The caller holds the run's lock. */
export async function adoptOldLedger(
  journal: RunJournal,
  { stateDir, nowMs, log }: { readonly stateDir: string; readonly nowMs: number; readonly log: Log },
): Promise<void> {
  const path = oldLedgerPath(stateDir);
  const old = await readOldLedger(path);
  if (old === undefined) return;
  await journal.adopt(
    old.deliveries.filter((delivery) => isMissing(journal, delivery, nowMs)),
    old.telling,
  );
  await rename(path, `${path}.imported`).catch((error: unknown) => {
    log.warn("the old ledger cannot be put aside; it is read once more next time", { path, why: errorText(error) });
  });
}

function isMissing(journal: RunJournal, delivery: Delivery, nowMs: number): boolean {
  if (delivery.sizeBytes === 0 || delivery.atMs < nowMs - WEEK_MS || delivery.atMs > nowMs) return false;
  const known = journal.find(delivery.target, delivery.url);
  return known === undefined || known.atMs < delivery.atMs - SAME_MS;
}
