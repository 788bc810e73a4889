/**
 * The source `service-log`: who asked the cache for what, and what the cache says of itself.
 *
 * A reading takes the lines that are new since its cursor, from a file or from a command, and adds them up: no line of the
 * log is kept, and no address. Bytes of `bytestoclients` never come from here, so that a cache with a database, a status
 * and a log counts them once.
 *
 * @module
 */

import { join } from "node:path";
import { errorText, LarderError } from "../../../core/errors.ts";
import type { Json } from "../../../core/journal/journal.ts";
import type { Log } from "../../../core/log.ts";
import { systemTimeZone } from "../../../core/time/local-days.ts";
import type { Source, SourceBatch, SourceContext, Understood } from "../source.ts";
import { cursorJson, NO_CURSOR, parseCursor, type Recent, type ServiceLogCursor } from "./cursor.ts";
import { LineCutter } from "./line-cutter.ts";
import { commandLines } from "./log-command.ts";
import { type FilePlace, filesAfter, openLog } from "./log-files.ts";
import { LineReader, type LogLine } from "./log-line.ts";
import { KNOWN, parseMessage } from "./message.ts";
import type { ServiceLogOptions } from "./options.ts";
import { tallyLines } from "./points.ts";
import { forgetOldDays, SeenClients } from "./seen-clients.ts";
import { type Taken, TakenLines } from "./taken.ts";
import { type Notice, Tally } from "./tally.ts";

/** The key of its cursor. */
export const SERVICE_LOG = "service-log";

/** Whether the message of a log line is of a shape that is known. */
export function understandsMessage(text: string): boolean {
  return parseMessage(text) !== undefined;
}

export interface ServiceLogSettings extends ServiceLogOptions {
  /** Where it keeps which clients it has counted. */
  readonly folder: string;
  /** Zone of the local days a client is counted once in. */
  readonly dayZone: string;
}

/** How far a schedule may be early. */
const EARLY_MS = 5000;
/** A batch is written when it holds as many lines. */
const BATCH_LINES = 100_000;
/** A repeated notice is logged once in this time. */
const REPEAT_MS = 3_600_000;
const RECENT_MS = 24 * 3_600_000;

/** How well the log has been understood of late, from the cursor of the source; undefined where no log is read. */
export function recentOf(cursor: Json | undefined): (Recent & { readonly readMs: number }) | undefined {
  const known = parseCursor(cursor);
  return known === undefined ? undefined : { ...known.recent, readMs: known.at };
}

/** Where the source keeps which clients it has counted. */
export function clientsFolder(stateDir: string): string {
  return join(stateDir, "service-log");
}

/** Forgets the clients of days that are over: also where the log is read no more, as a key must not outlive its days. */
export async function forgetClients(
  { stateDir, timezone }: { readonly stateDir: string; readonly timezone: string },
  { nowMs, log }: { readonly nowMs: number; readonly log: Log },
): Promise<void> {
  try {
    await forgetOldDays(clientsFolder(stateDir), nowMs, timezone);
  } catch (error) {
    log.warn("the clients of days that are over are still kept; the next pass tries again", {
      error: errorText(error),
    });
  }
}

/** The source. */
export function serviceLogSource(settings: ServiceLogSettings): Source {
  const seen = new SeenClients(settings.folder, settings.dayZone);
  let lastMs = Number.NEGATIVE_INFINITY;
  /** Further than the newest line, where nothing has been logged since. */
  let readToMs: number | undefined;
  return {
    name: SERVICE_LOG,
    place: settings.file ?? settings.command.join(" "),
    async *readAfter(json, context) {
      const cursor = parseCursor(json);
      const now = context.nowMs();
      const last = Math.max(cursor?.at ?? lastMs, lastMs);
      if (now >= last && now - last < settings.every * 1000 - EARLY_MS) return;
      const reading = new Reading({ settings, seen, context, before: cursor ?? NO_CURSOR, now });
      await seen.restore(cursor?.seen ?? {});
      if (settings.file === undefined) {
        readToMs = yield* reading.ofCommand(cursor, readToMs ?? cursor?.newestMs);
      } else yield* reading.ofFile(settings.file, cursor?.file);
      lastMs = now;
    },
  };
}

interface ReadingSetup {
  readonly settings: ServiceLogSettings;
  readonly seen: SeenClients;
  readonly context: SourceContext;
  readonly before: ServiceLogCursor;
  readonly now: number;
}

/** What a batch adds to its cursor about where the log was read. */
interface ReadTo {
  readonly file?: FilePlace;
  readonly taken?: readonly Taken[];
  readonly newestMs?: number | undefined;
}

/** One reading of the log. */
class Reading {
  readonly #setup: ReadingSetup;
  readonly #tally: Tally;
  #cursor: ServiceLogCursor;

  constructor(setup: ReadingSetup) {
    this.#setup = setup;
    this.#cursor = setup.before;
    this.#tally = new Tally(setup.before.pending, (address, timeMs) => setup.seen.first(address, timeMs));
  }

  async *ofFile(path: string, place: FilePlace | undefined): AsyncIterable<SourceBatch> {
    const { log } = this.#setup.context;
    const { files, lost } = await filesAfter(path, place).catch((error: unknown) => {
      throw fileError(path, error);
    });
    if (lost) log.warn("the log was replaced: lines it held since the last reading may be lost", { path });
    for (const file of files) {
      if (this.#setup.context.signal.aborted) return;
      yield* this.#oneFile(file);
    }
  }

  async *#oneFile(file: Parameters<typeof openLog>[0]): AsyncIterable<SourceBatch> {
    const { context, settings } = this.#setup;
    const open = await openLog(file, context.signal).catch((error: unknown) => {
      throw fileError(file.path, error);
    });
    try {
      const reader = new LineReader({
        zone: settings.timezone ?? systemTimeZone(),
        writtenMs: open.writtenMs,
        placed: false,
      });
      const cutter = this.#cutter(reader, () => true);
      for await (const chunk of open.chunks) {
        cutter.push(chunk);
        if (this.#tally.lines >= BATCH_LINES) yield await this.#batch({ file: await open.place(cutter.consumed) });
        if (context.signal.aborted) return;
      }
      if (file.closed) cutter.end();
      const complaint = open.complaint();
      if (complaint !== undefined)
        context.log.warn("not all of a rotated log could be read", { path: file.path, reason: complaint });
      if (cutter.consumed > 0) yield await this.#batch({ file: await open.place(cutter.consumed) });
    } finally {
      await open.close();
    }
  }

  /** @returns up to when all has been read */
  async *ofCommand(
    cursor: ServiceLogCursor | undefined,
    readToMs: number | undefined,
  ): AsyncGenerator<SourceBatch, number, undefined> {
    const { settings, context, now } = this.#setup;
    const command = commandLines(settings, { readToMs, now, signal: context.signal });
    const taken = new TakenLines(cursor?.taken ?? []);
    let newestMs = cursor?.newestMs;
    const reader = new LineReader({ zone: settings.timezone ?? systemTimeZone(), writtenMs: now, placed: true });
    const cutter = this.#cutter(reader, ({ timeMs, place }) => {
      if (command.isFresh(timeMs) || !taken.take(place ?? { boot: "", ticks: String(timeMs) })) return false;
      newestMs = timeMs;
      return true;
    });
    for await (const chunk of command.chunks) {
      cutter.push(chunk);
      if (this.#tally.lines >= BATCH_LINES) yield await this.#batch({ taken: taken.taken, newestMs });
    }
    const problem = command.problem();
    // half a line is of a command that was stopped: it comes again
    if (problem === undefined) cutter.end();
    if (this.#tally.lines > 0) yield await this.#batch({ taken: taken.taken, newestMs });
    if (problem !== undefined) throw problem;
    return command.readToMs;
  }

  /** Cuts lines out of bytes and counts those that are wanted. */
  #cutter(reader: LineReader, isNew: (line: LogLine & { type: "line" }) => boolean): LineCutter {
    const { now } = this.#setup;
    return new LineCutter({
      onLine: (piece, start, end) => {
        const line = reader.read(piece, start, end);
        if (line.type === "internal") this.#tally.add(now, KNOWN);
        else if (line.type === "unknown") this.#tally.add(now, undefined);
        else if (line.type === "line" && isNew(line)) this.#tally.add(line.timeMs, parseMessage(line.message));
      },
      onTooLong: () => this.#tally.add(now, undefined),
    });
  }

  /** What has been counted since the last batch, with the cursor that is true once it is in the journal. */
  async #batch(to: ReadTo): Promise<SourceBatch> {
    const { seen, context, now } = this.#setup;
    const tally = this.#tally;
    const batch = this.#cursor.batch + 1;
    const { notices, told } = worthTelling(tally.notices, this.#cursor.told);
    const understood = { lines: tally.lines, unknown: tally.unknown, unnamed: tally.unnamed };
    const { lines, span } = tallyLines(tally, notices, { tags: context.tagText, batch });
    const recent = addRecent(this.#cursor.recent, understood, now);
    const kept = { seen: await seen.keep(), pending: tally.pending };
    this.#cursor = { ...this.#cursor, ...to, ...kept, at: now, batch, recent, told };
    const result: SourceBatch = {
      lines: lines.join(""),
      lineCount: lines.length,
      rowCount: tally.lines,
      span,
      cursor: cursorJson(this.#cursor),
      understood,
    };
    tally.clear();
    return result;
  }
}

/** What was read of late, with what has been read now: it starts over each day, so that a change of the log shows soon. */
function addRecent(before: Recent, more: Understood, now: number): Recent {
  const from =
    now - before.sinceMs < RECENT_MS && now >= before.sinceMs ? before : { ...NO_CURSOR.recent, sinceMs: now };
  return {
    sinceMs: from.sinceMs,
    lines: from.lines + more.lines,
    unknown: from.unknown + more.unknown,
    unnamed: from.unnamed + more.unnamed,
  };
}

/** Notices that do not repeat one of the last hour. */
function worthTelling(notices: readonly Notice[], before: ServiceLogCursor["told"]) {
  const told = { ...before };
  const worth = notices.filter(({ kind, timeMs }) => {
    const last = told[kind];
    if (last !== undefined && Math.abs(timeMs - last) < REPEAT_MS) return false;
    told[kind] = timeMs;
    return true;
  });
  return { notices: worth, told };
}

function fileError(path: string, error: unknown): LarderError {
  return new LarderError(`Cannot read the log of the cache from "${path}": ${errorText(error)}`, {
    code: "LOG_FILE",
    state: "nothing was lost: the cursor stays at the last line taken",
    next: "check the path in sources.serviceLog.file, and that whatever writes it still runs",
    retryable: true,
    cause: error,
  });
}
