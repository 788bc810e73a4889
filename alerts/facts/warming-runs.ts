/**
 * The last warming run of a cache, by its events and by what it left undone.
 *
 * Runs come rarely, and one writer has them in their order. So the one that was written last counts: under a clock that is put
 * right, a run of before lies in the future, and its time would come true one day.
 *
 * @module
 */
import { numberOf, readPoint, textOf } from "../../core/history/history.ts";
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import type { ParsedLine } from "../../core/line/line.ts";
import type { WarmingFacts } from "./known.ts";

/** What a run left undone, by all its targets. */
interface Left {
  readonly timeMs: number;
  readonly failed: number;
  readonly skipped: number;
}

/** In the order of writing, by their times; all lie within a month or so. */
class InOrder<Entry extends { readonly timeMs: number }> {
  readonly #byStream = new Map<string, Map<number, Entry>>();

  /** The entry of a stream at a moment, if there is one: what is added to it is added last. */
  put(stream: string, timeMs: number, entry: (known: Entry | undefined) => Entry): void {
    const entries = this.#byStream.get(stream) ?? new Map<number, Entry>();
    this.#byStream.set(stream, entries);
    const next = entry(entries.get(timeMs));
    entries.delete(timeMs);
    entries.set(timeMs, next);
  }

  /** The newest of those that each stream wrote last, none from before `sinceMs`. */
  last(sinceMs: number): Entry | undefined {
    const lasts = RAW_STREAMS.flatMap((stream) => {
      const entries = [...(this.#byStream.get(stream)?.values() ?? [])];
      return entries.findLast(({ timeMs }) => timeMs >= sinceMs) ?? [];
    });
    return lasts.reduce<Entry | undefined>((a, b) => (a === undefined || b.timeMs >= a.timeMs ? b : a), undefined);
  }
}

export class WarmingRuns {
  readonly #events = new InOrder<ParsedLine>();
  readonly #left = new InOrder<Left>();
  /** When runs ended. */
  readonly #endsMs = new Set<number>();

  /** A `run-start`, `run-end` or `run-skipped` of `events`. */
  takeEvent(line: ParsedLine, stream: string): void {
    this.#events.put(stream, line.timeMs, () => line);
  }

  /** A line of `precacherun`: one for each target of a run, all of one moment. */
  takeEnd(line: ParsedLine, stream: string): void {
    const { timeMs, fields } = readPoint(line);
    this.#endsMs.add(timeMs);
    const [failed = 0, skipped = 0] = ["failed", "skipped"].map((name) => numberOf(fields.get(name)));
    this.#left.put(stream, timeMs, (known) => ({
      timeMs,
      failed: (known?.failed ?? 0) + failed,
      skipped: (known?.skipped ?? 0) + skipped,
    }));
  }

  /** The event of the last run; undefined where there is none. */
  event(sinceMs: number): ParsedLine | undefined {
    return this.#events.last(sinceMs);
  }

  /** What is known of the run of an event. @param lastLineMs when a file of a run last came */
  facts(last: ParsedLine, sinceMs: number, lastLineMs: number | undefined): WarmingFacts {
    const { tags, fields } = readPoint(last);
    const event = (tags["event"] ?? "run-start") as WarmingFacts["event"];
    const text = textOf(fields.get("text")) ?? "";
    const { failed, skipped } = this.#left.last(sinceMs) ?? { failed: 0, skipped: 0 };
    const runsMs = [...this.#endsMs].filter((ms) => ms >= sinceMs).sort((a, b) => a - b);
    return { event, timeMs: last.timeMs, text, lastLineMs, failed, skipped, runsMs };
  }
}
