/**
 * Alerts there were, from the lines of the stream `alerts`.
 *
 * @module
 */
import { ask, numberOf, type Question, type ReadPoint, readPoint, textOf } from "../../core/history/history.ts";
import type { ParsedLine } from "../../core/line/line.ts";
import type { Tags } from "../tags.ts";

/** One alert from its beginning to its end. */
export interface PastAlert {
  readonly rule: string;
  readonly server: string;
  /** Which peer, sink or notifier; "" for the cache itself. */
  readonly part: string;
  readonly tags: Tags;
  readonly level: string;
  /** Since when it was wrong. */
  readonly sinceMs: number;
  /** When it became an alert; undefined where that lies before what was asked for. */
  readonly firedMs: number | undefined;
  /** When it was over; undefined while it goes on, or where that lies after what was asked for. */
  readonly overMs: number | undefined;
}

export interface PastAsked {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Alerts that began or ended in a stretch of time, the newest first. @throws LarderError `JOURNAL_READ` */
export async function pastAlerts(stateDir: string, asked: PastAsked): Promise<PastAlert[]> {
  const [found] = await ask(stateDir, [pastQuestion(asked)]);
  return found;
}

/** As `pastAlerts`, for those who ask more at once. */
export function pastQuestion({ fromMs, toMs }: PastAsked): Question<PastAlert[]> {
  const points: ReadPoint[] = [];
  const take = (line: ParsedLine) => points.push(readPoint(line));
  return {
    lines: [{ measurement: "alerts", fromMs, toMs, streams: ["alerts"], take }],
    answer: () => paired(points),
  };
}

const OF_LINES: ReadonlySet<string> = new Set(["server", "rule", "subject"]);

/** Each beginning with its end. */
function paired(points: readonly ReadPoint[]): PastAlert[] {
  const open = new Map<string, PastAlert>();
  const done: PastAlert[] = [];
  for (const { timeMs, tags, fields } of points.toSorted((a, b) => a.timeMs - b.timeMs)) {
    const { rule = "", server = "", subject: part = "" } = tags;
    const key = JSON.stringify([rule, server, part]);
    const known = open.get(key);
    const isFiring = numberOf(fields.get("firing")) === 1;
    const alert: PastAlert = {
      ...{ rule, server, part, level: textOf(fields.get("level")) ?? "", overMs: undefined },
      tags: Object.fromEntries(Object.entries(tags).filter(([name]) => !OF_LINES.has(name))),
      sinceMs: numberOf(fields.get("since")) ?? timeMs,
      firedMs: isFiring ? timeMs : undefined,
    };
    if (isFiring) {
      // it came back before its end was reported: it is the same alert
      if (known === undefined) open.set(key, alert);
    } else {
      open.delete(key);
      done.push({ ...(known ?? alert), overMs: timeMs });
    }
  }
  const begun = ({ firedMs, sinceMs }: PastAlert): number => firedMs ?? sinceMs;
  return [...done, ...open.values()].sort((a, b) => begun(b) - begun(a));
}
