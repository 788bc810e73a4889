/**
 * Wipes of a cache that sends reports and has no collector beside it, from what two reports say it holds.
 *
 * @module
 */
import { wasWiped } from "../../core/cache/cache.ts";
import { numberOf, readPoint } from "../../core/history/history.ts";
import type { ParsedLine } from "../../core/line/line.ts";
import { bytesText } from "../../core/words/amounts.ts";
import type { EventFacts } from "./known.ts";
import type { LatestQuestion } from "./latest.ts";

const DAY_MS = 86_400_000;
/** After a longer silence there is nothing to compare with. */
const GAP_MS = 5 * DAY_MS;
/** An older one is not news, and its first half may lie before the lines that are read. */
const NEWS_MS = 2 * DAY_MS;

export class ReportedWipes {
  #before: { readonly timeMs: number; readonly usedBytes: number } | undefined;
  #wiped: EventFacts | undefined;

  /** A status the cache reported. What comes late says nothing of what came after it. */
  take(line: ParsedLine): void {
    const { timeMs } = line;
    const before = this.#before;
    if (before !== undefined && timeMs <= before.timeMs) return;
    const usedBytes = numberOf(readPoint(line).fields.get("used"));
    if (usedBytes === undefined) return;
    this.#before = { timeMs, usedBytes };
    if (before === undefined || timeMs - before.timeMs > GAP_MS || !wasWiped(before.usedBytes, usedBytes)) return;
    this.#wiped = { timeMs, text: `it held ${bytesText(before.usedBytes)} and now holds ${bytesText(usedBytes)}` };
  }

  at({ nowMs }: LatestQuestion): EventFacts | undefined {
    return this.#wiped !== undefined && this.#wiped.timeMs > nowMs - NEWS_MS ? this.#wiped : undefined;
  }
}
