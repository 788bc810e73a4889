/**
 * A line of a log, whatever wrote it: when, and what it says.
 *
 * Forms: ndjson of `log show` and `log stream`, their text, Debug.log and Service.log of macOS 10.12 and before. The form is
 * seen from each line, so that a file may change from one to another.
 *
 * @module
 */
import { wallInstant } from "../../../core/time/local-days.ts";
import { type Fields, isInternalLine, jsonFields } from "./json-line.ts";
import type { Piece } from "./line-cutter.ts";

/** Where a line is in the order in which the system wrote it: exact where clocks are not. */
export interface LogPlace {
  /** The boot it was written in; empty where the log does not say. */
  readonly boot: string;
  /** Ticks since that boot, as digits. */
  readonly ticks: string;
}

export type LogLine =
  | { readonly type: "line"; readonly timeMs: number; readonly message: string; readonly place: LogPlace | undefined }
  /** Of the program's own work: nothing to count but the line. */
  | { readonly type: "internal" }
  /** Of another program, or what `log` says of itself: not a line of the cache. */
  | { readonly type: "other" }
  /** None of the forms. */
  | { readonly type: "unknown" };

/** What the times of a log that does not say it all are read with. */
export interface LogClock {
  /** Zone of times without one. */
  readonly zone: string;
  /** Whether each line is asked for its place and time. */
  readonly placed: boolean;
  /** Dates without a year are of the last year that does not lie after this, Unix milliseconds. */
  readonly writtenMs: number;
}

const OTHER: LogLine = { type: "other" };
const INTERNAL: LogLine = { type: "internal" };
const UNRECOGNISED: LogLine = { type: "unknown" };
const DAY_MS = 86_400_000;
const BRACE = 0x7b;
/** `2025-01-17 18:15:` */
const MINUTE_CHARACTERS = 17;

const TEXT =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,6}[+-]\d{4} +0x[0-9a-f]+ +\w+ +0x[0-9a-f]+ +\d+ +\d+ +([^:]{1,128}): +(?:\([^)]{0,128}\) )?(?:\[([^\]]{0,256})\] )?/;
const DEBUG = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} /;
const SERVICE = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (?:\S{1,255} )?AssetCache\[\d{1,10}\]: /;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** What `log` prints beside lines. */
const PREAMBLE =
  /^(?:Filtering the log data using |Skipping info and debug messages|Timestamp {2,}|-{20,}|Log {2,}- |Activity - |=+ )/;

const SUBSYSTEM = "com.apple.AssetCache";

/** Reads lines; remembers the last hour it has seen, as times come in order. */
export class LineReader {
  readonly #clock: LogClock;
  #prefix = "";
  /** Of the prefix; empty where its zone is that of the log. */
  #offset = "";
  #prefixMs = 0;

  constructor(clock: LogClock) {
    this.#clock = clock;
  }

  /** What the bytes from `start` to `end` say. Never throws. */
  read(piece: Piece, start: number, end: number): LogLine {
    const { bytes } = piece;
    if (end === start) return OTHER;
    if (bytes[start] === BRACE) {
      if (!this.#clock.placed && isInternalLine(piece, start, end)) return INTERNAL;
      return this.#json(jsonFields(piece, start, end));
    }
    const text = bytes.toString("utf8", start, end);
    const found = TEXT.exec(text);
    if (found !== null) return this.#text(text, found);
    if (DEBUG.test(text)) return this.#timed(this.#wallTime(text.slice(0, 23)), text.slice(24), undefined);
    const old = SERVICE.exec(text);
    if (old !== null) return this.#timed(this.#yearless(old), text.slice(old[0].length), undefined);
    return PREAMBLE.test(text) || text.trim() === "" ? OTHER : UNRECOGNISED;
  }

  #json(fields: Fields | "other" | undefined): LogLine {
    if (fields === "other") return OTHER;
    if (fields === undefined) return UNRECOGNISED;
    const { timestamp, message, boot, ticks } = fields;
    const place = boot === undefined || ticks === undefined ? undefined : { boot, ticks };
    return this.#timed(this.#zonedTime(timestamp), message, place);
  }

  #text(text: string, found: RegExpExecArray): LogLine {
    const [all, program, category] = found;
    // a line without its category is one of this program's own
    if (category === undefined ? program !== "AssetCache" : !category.startsWith(SUBSYSTEM)) return OTHER;
    const space = text.indexOf(" ", 20);
    return this.#timed(this.#zonedTime(text.slice(0, space)), text.slice(all.length), undefined);
  }

  #timed(timeMs: number | undefined, message: string, place: LogPlace | undefined): LogLine {
    return timeMs === undefined ? UNRECOGNISED : { type: "line", timeMs, message, place };
  }

  /** Unix milliseconds of `2025-01-17 18:15:28.377791+0000`. */
  #zonedTime(text: string): number | undefined {
    const zoneAt = text.length - 5;
    if (!text.startsWith(this.#prefix) || !text.endsWith(this.#offset) || this.#offset === "") {
      const minute = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d):\d\d(?:\.\d{1,9})?([+-]\d\d)(\d\d)$/.exec(text);
      if (minute === null) return undefined;
      const ms = Date.parse(`${minute[1]}T${minute[2]}:00${minute[3]}:${minute[4]}`);
      if (Number.isNaN(ms)) return undefined;
      this.#prefix = text.slice(0, MINUTE_CHARACTERS);
      this.#offset = text.slice(zoneAt);
      this.#prefixMs = ms;
    }
    const seconds = Number(text.slice(MINUTE_CHARACTERS, zoneAt));
    return seconds >= 0 && seconds < 61 ? this.#prefixMs + Math.floor(seconds * 1000 + 1e-6) : undefined;
  }

  /** Unix milliseconds of `2017-06-20 09:27:13.810` on the clock of the log's zone. */
  #wallTime(text: string): number | undefined {
    const key = text.slice(0, MINUTE_CHARACTERS);
    if (key !== this.#prefix || this.#offset !== "") {
      const wall = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 16)}:00Z`);
      if (Number.isNaN(wall)) return undefined;
      this.#prefix = key;
      this.#offset = "";
      this.#prefixMs = wallInstant(wall, this.#clock.zone);
    }
    return this.#prefixMs + Math.round(Number(text.slice(MINUTE_CHARACTERS)) * 1000);
  }

  /** Unix milliseconds of `Sep 29 19:49:46`: of the last such day before the log was written. */
  #yearless([, month = "", day, hour, minute, second]: RegExpExecArray): number | undefined {
    const index = MONTHS.indexOf(month);
    if (index < 0) return undefined;
    const last = new Date(this.#clock.writtenMs + DAY_MS).getUTCFullYear();
    const times = [last, last - 1].map((year) =>
      wallInstant(Date.UTC(year, index, Number(day), Number(hour), Number(minute), Number(second)), this.#clock.zone),
    );
    return times.find((ms) => ms <= this.#clock.writtenMs + DAY_MS) ?? times[1];
  }
}
