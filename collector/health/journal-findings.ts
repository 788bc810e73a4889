/**
 * What is wrong with the journal itself. Pure.
 *
 * @module
 */

import { type Finding, finding } from "../../core/finding.ts";
import type { Loss } from "../../core/journal/journal.ts";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import { momentText } from "../../core/time/moments.ts";
import { SET_ASIDE_MAX_BYTES } from "../set-aside.ts";
import type { JournalFacts } from "./facts.ts";

/** The file is as good as full when no row fits any more. */
const ROW_BYTES = 4096;

/** Whether the disk of the journal has no room left. */
export function isFull({ freeBytes }: JournalFacts): boolean {
  return freeBytes !== undefined && levelOf(THRESHOLDS.journalFreeBytes, freeBytes) === "trouble";
}

export function journalFindings(journal: JournalFacts): Finding[] {
  return [...roomFindings(journal), ...damageFindings(journal), ...setAsideFindings(journal)];
}

function roomFindings(journal: JournalFacts): Finding[] {
  const { freeBytes } = journal;
  if (freeBytes === undefined || levelOf(THRESHOLDS.journalFreeBytes, freeBytes) === "fine") return [];
  const how = { next: "makeRoom", values: { free: freeBytes } } as const;
  return isFull(journal)
    ? [finding({ id: "disk-full", level: "bad", said: "diskFull", ...how })]
    : [finding({ id: "disk-nearly-full", level: "warn", said: "diskNearlyFull", ...how })];
}

function damageFindings({ streams }: JournalFacts): Finding[] {
  return streams.flatMap(({ stream, losses, cut }): Finding[] => {
    const found: Finding[] = [];
    if (losses.length > 0) found.push(lossFinding(stream, losses));
    for (const { path, bytes } of cut) {
      const values = { bytes, stream, path };
      found.push(finding({ id: "journal-cut", level: "warn", said: "journalCut", next: "lookAfterDisk", values }));
    }
    return found;
  });
}

/** What is lost, and when it was written, from the first to the last day of it. */
function lossFinding(stream: string, losses: readonly Loss[]): Finding {
  const from = Math.min(...losses.map(({ writtenAfterMs }) => writtenAfterMs ?? Number.NaN));
  const to = Math.max(...losses.map(({ writtenBeforeMs }) => writtenBeforeMs ?? Number.NaN));
  const day = (ms: number): string => (Number.isNaN(ms) ? "" : momentText(ms, "UTC"));
  const since = Number.isNaN(from) ? "journalDamaged" : "journalDamagedAfter";
  const between = Number.isNaN(from) ? "journalDamagedBefore" : "journalDamagedBetween";
  return finding({
    id: "journal-damaged",
    level: "warn",
    said: Number.isNaN(to) ? since : between,
    next: "verify",
    values: {
      bytes: losses.reduce((sum, loss) => sum + loss.bytes, 0),
      segments: new Set(losses.map(({ segment }) => segment)).size,
      stream,
      from: day(from),
      to: day(to),
    },
  });
}

function setAsideFindings({ setAside: { bytes, path } }: JournalFacts): Finding[] {
  if (bytes === 0) return [];
  const said = bytes > SET_ASIDE_MAX_BYTES - ROW_BYTES ? "rowsSetAsideFull" : "rowsSetAside";
  return [finding({ id: "rows-set-aside", level: "warn", said, next: "readRows", values: { path } })];
}
