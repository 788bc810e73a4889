/**
 * What is wrong with the journal itself. Pure.
 *
 * @module
 */

import type { Finding } from "../../core/finding.ts";
import type { Loss } from "../../core/journal/journal.ts";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import { momentText } from "../../core/time/moments.ts";
import { countText } from "../../core/words/amounts.ts";
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
  const free = `${Math.floor(freeBytes / 1_000_000)} MB are free`;
  const next = "make room on the disk of the state folder, or lower journal.keepMegabytes";
  return isFull(journal)
    ? [{ id: "disk-full", level: "bad", said: `the disk of the journal is full (${free}): nothing is recorded`, next }]
    : [{ id: "disk-nearly-full", level: "warn", said: `the disk of the journal is nearly full (${free})`, next }];
}

function damageFindings({ streams }: JournalFacts): Finding[] {
  return streams.flatMap(({ stream, losses, cut }): Finding[] => {
    const found: Finding[] = [];
    if (losses.length > 0) {
      const said = `${lossText(losses)} of the journal ${stream} are damaged or missing${timeText(losses)}; the rest is used`;
      found.push({
        id: "journal-damaged",
        level: "warn",
        said,
        next: "see which, and what heals it: larder journal verify",
      });
    }
    for (const { path, bytes } of cut) {
      const said = `${bytes} bytes at the end of the journal ${stream} had changed on the disk; its source was read again from before them`;
      found.push({ id: "journal-cut", level: "warn", said, next: `look after the disk, then remove ${path}` });
    }
    return found;
  });
}

function lossText(losses: readonly Loss[]): string {
  const bytes = losses.reduce((sum, loss) => sum + loss.bytes, 0);
  const segments = new Set(losses.map(({ segment }) => segment)).size;
  return `${bytes} bytes in ${countText(segments, "segment")}`;
}

/** When what is lost was written, from the first to the last day of it. */
function timeText(losses: readonly Loss[]): string {
  const from = Math.min(...losses.map(({ writtenAfterMs }) => writtenAfterMs ?? Number.NaN));
  const to = Math.max(...losses.map(({ writtenBeforeMs }) => writtenBeforeMs ?? Number.NaN));
  const day = (ms: number): string => momentText(ms, "UTC");
  if (Number.isNaN(to)) return Number.isNaN(from) ? "" : `, written after ${day(from)} UTC`;
  return Number.isNaN(from) ? `, written before ${day(to)} UTC` : `, written between ${day(from)} and ${day(to)} UTC`;
}

function setAsideFindings({ setAside: { bytes, path } }: JournalFacts): Finding[] {
  if (bytes === 0) return [];
  const full = bytes > SET_ASIDE_MAX_BYTES - ROW_BYTES ? "; the file is full, and further ones are only counted" : "";
  const said = `rows of a database could not become lines and are set aside${full}`;
  return [{ id: "rows-set-aside", level: "warn", said, next: `read why, report it, then remove ${path}` }];
}
