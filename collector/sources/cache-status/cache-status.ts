/**
 * The source `manager-status`: is the cache well, what does it hold, and, where there is no metrics database, how many
 * bytes flowed.
 *
 * One reading is one batch. Its cursor keeps the totals of the reading, so that deltas are exactly once like all else:
 * a reading whose batch was not committed is forgotten together with its totals. The first reading of a cache, or of
 * another form of status than before, only sets the totals to count from.
 *
 * @module
 */

import { type CacheStatus, parseStatus, type StatusTotals, unreadableStatus } from "../../../core/cache/cache.ts";
import type { Source, SourceBatch, SourceContext } from "../source.ts";
import { type Answers, askPorts } from "./ask-ports.ts";
import { cursorJson, type ManagerStatusCursor, parseCursor } from "./cursor.ts";
import { canSplit, NO_SURPLUS, toFlows, totalsChange } from "./flows.ts";
import { countedByOthers, lessCounted, nextBase, whoCounts } from "./going-over.ts";
import type { ManagerStatusOptions } from "./options.ts";
import { answerLines, byteLines, statusLines } from "./points.ts";
import { type Output, readStatusFile, runStatusCommand } from "./read-output.ts";
import { serviceState } from "./state.ts";

export { type ManagerStatusCursor, parseCursor } from "./cursor.ts";
export { reportedLately } from "./reported-lately.ts";
export { type OwnAnswers, serviceState } from "./state.ts";

/** The key of its cursor. */
export const MANAGER_STATUS = "manager-status";

export interface ManagerStatusSettings extends ManagerStatusOptions {
  /** Whether totals become `bytestoclients` and the like: only where no metrics database counts the same bytes. */
  readonly bytes: boolean;
  /** Whether the cache has reported them of late: a report says where they came from, a status only how many. */
  readonly reported?: (nowMs: number) => Promise<boolean>;
}

/** A status and when it was true. */
interface Reading {
  readonly status: CacheStatus;
  readonly timeMs: number;
}

/** How far a schedule may be early, so that a pass every 60 s reads every fifth time and not every sixth. */
const EARLY_MS = 5000;

/** The source. */
export function managerStatusSource(settings: ManagerStatusSettings): Source {
  const place = settings.file ?? settings.command.join(" ");
  return {
    name: MANAGER_STATUS,
    place,
    async *readAfter(cursor, context) {
      const before = parseCursor(cursor);
      const now = context.nowMs();
      if (before !== undefined && now >= before.at && now - before.at < settings.every * 1000 - EARLY_MS) return;
      const reading = await read(settings, place, { now, lastMs: before?.timeMs, context });
      if (reading === undefined) return;
      const { unusableTotals } = reading.status;
      if (unusableTotals !== undefined && unusableTotals !== before?.seen.unusableTotals) {
        context.log.warn("the totals of the cache's status cannot be used", { place, reason: unusableTotals });
      }
      const answers = await askPorts(reading.status, settings, context.signal);
      const others = (await settings.reported?.(now)) === true;
      const seen = { timeMs: reading.timeMs, totals: reading.status.totals };
      // a database brings all it has at once
      const { counting, othersMs } = settings.bytes
        ? whoCounts(before, seen, { others, nowMs: now })
        : { counting: false, othersMs: undefined };
      const base = before?.base;
      const counted = base !== undefined && settings.bytes ? await countedByOthers(context, base) : {};
      yield toBatch(reading, { before, bytes: counting, counted, othersMs, now, tagText: context.tagText, answers });
    },
  };
}

/** A status and its time, or undefined when the file has not changed since the last reading. */
async function read(
  settings: ManagerStatusSettings,
  place: string,
  { now, lastMs, context }: { now: number; lastMs: number | undefined; context: SourceContext },
): Promise<Reading | undefined> {
  if (settings.file !== undefined) {
    const { text, modifiedMs } = await readStatusFile(settings.file);
    return modifiedMs === lastMs ? undefined : { status: parseStatus(text, place), timeMs: modifiedMs };
  }
  const timeoutMs = settings.timeout * 1000;
  const output = await runStatusCommand(settings.command, { timeoutMs, signal: context.signal });
  return { status: parseOutput(output, place, context), timeMs: now };
}

/** A whole status counts, however the command ended; when there is none, the way it ended is the better reason. */
function parseOutput(output: Output, place: string, context: SourceContext): CacheStatus {
  const { text, exitCode, complaint } = output;
  try {
    const status = parseStatus(text, place);
    if (exitCode !== 0) context.log.warn("the status command failed after printing a status", { place, exitCode });
    return status;
  } catch (error) {
    if (exitCode === 0) throw error;
    const ended = exitCode === undefined ? "it was ended by a signal" : `it ended with code ${exitCode}`;
    throw unreadableStatus(place, complaint === undefined ? ended : `${ended}: ${complaint}`, {
      code: "STATUS_EXIT",
      cause: error,
    });
  }
}

/** What a reading becomes lines with. */
interface BatchContext {
  readonly before: ManagerStatusCursor | undefined;
  /** Whether the differences of the totals are wanted too. */
  readonly bytes: boolean;
  /** What rows of others have counted since the base of the cursor. */
  readonly counted?: StatusTotals["bytes"];
  readonly othersMs?: number | undefined;
  /** When it was read, Unix milliseconds. */
  readonly now: number;
  readonly tagText: string;
  /** What answered on ports; default nothing was asked. */
  readonly answers?: Answers;
}

const UNASKED: Answers = { own: { itself: undefined, network: undefined }, named: new Map() };

/** The lines of a reading, and the cursor that is true once they are in the journal. */
export function toBatch(
  { status, timeMs }: Reading,
  { before, bytes, counted = {}, othersMs, now, tagText, answers = UNASKED }: BatchContext,
): SourceBatch {
  const state = serviceState(status, answers.own);
  const stamp = { tags: tagText, timeMs };
  const lines = [...statusLines(status, state, stamp), ...answerLines(answers, stamp)];
  const comparable = before !== undefined && before.form === status.form && before.guid === status.guid;
  let surplus = comparable ? before.surplus : NO_SURPLUS;
  const from = comparable ? (before.base ?? { timeMs: before.timeMs, totals: before.totals }) : undefined;
  let span = comparable ? before.counted : undefined;
  if (bytes && from?.totals !== undefined && status.totals !== undefined) {
    const { delta: whole, reset } = totalsChange(from.totals, status.totals);
    const delta = lessCounted(whole, counted);
    const flows = canSplit(from.totals, status.totals) ? toFlows(delta, reset ? NO_SURPLUS : surplus) : undefined;
    lines.push(...byteLines(flows?.fields, delta, { tags: tagText, timeMs }));
    surplus = flows?.surplus ?? NO_SURPLUS;
    span = { fromMs: before?.counting === true && span !== undefined ? span.fromMs : from.timeMs, toMs: timeMs };
  }
  const kept = comparable ? before.totals : undefined;
  const cursor: ManagerStatusCursor = {
    at: now,
    timeMs,
    form: status.form,
    guid: status.guid,
    totals: status.totals ?? kept,
    surplus,
    counting: bytes,
    othersMs,
    base: bytes ? undefined : nextBase(comparable ? before : undefined, { timeMs, totals: status.totals }, counted),
    counted: span,
    seen: {
      usedBytes: status.usedBytes ?? status.actualUsedBytes,
      registered: status.registered,
      limitBytes: status.limitBytes,
      state,
      unusableTotals: status.unusableTotals,
    },
  };
  return {
    lines: lines.join(""),
    lineCount: lines.length,
    rowCount: 1,
    span: lines.length === 0 ? undefined : { fromMs: timeMs, toMs: timeMs },
    cursor: cursorJson(cursor),
  };
}
