/**
 * The progress of a warming run on the screen: a bar for each running file and one for all on a terminal, a plain line
 * every few seconds elsewhere, nothing with `--quiet`. What is drawn is made by pure functions; writing is the
 * caller's.
 *
 * @module
 */

import { bytesText, countText, durationText, percentText, rateText, shareOf } from "../../core/words/amounts.ts";
import { columnsOf, cutTo, fillTo } from "../../core/words/columns.ts";
import { printable, printableLines } from "../../core/words/printable.ts";
import type { WarmEvent } from "../../precache/index.ts";
import { bar } from "../output.ts";
import { type ActiveFile, type ProgressNow, ProgressState, type Wait } from "./state.ts";

export type ProgressMode = "bars" | "plain" | "quiet";

export interface ProgressOptions {
  readonly mode: ProgressMode;
  readonly write: (text: string) => void;
  /** Columns and rows of the terminal, asked at every drawing. */
  readonly size?: () => { readonly columns: number; readonly rows: number };
  readonly nowMs?: () => number;
}

export interface Progress {
  take(event: WarmEvent): void;
  /** Says what is about to be done, and begins to draw. */
  start(text: string): void;
  /** A line that stays, above the bars. */
  say(text: string): void;
  /** The last drawing; the timer is stopped. */
  close(): void;
  readonly state: ProgressState;
}

const DRAW_EVERY_MS = 125;
const LINE_EVERY_MS = 5000;

/** Draws until closed. */
export function createProgress(options: ProgressOptions): Progress {
  const { mode, write } = options;
  const nowMs = options.nowMs ?? Date.now;
  const size = options.size ?? (() => ({ columns: 80, rows: 24 }));
  const state = new ProgressState();
  let drawn = 0;
  // a ^C echoed by the terminal has moved the cursor: back to the margin first
  const erase = (): string => (drawn === 0 ? "" : `\r\u001b[${drawn}A\u001b[J`);
  const draw = (): void => {
    const { columns, rows } = size();
    const lines = barLines(state.at(nowMs()), columns, rows);
    write(`${erase()}${lines.map((line) => `${printable(line)}\n`).join("")}`);
    drawn = lines.length;
  };
  const line = (): void => write(`${printable(plainLine(state.at(nowMs())))}\n`);
  const everyMs = mode === "bars" ? DRAW_EVERY_MS : LINE_EVERY_MS;
  let timer: NodeJS.Timeout | undefined;
  const say = (text: string): void => {
    if (mode === "quiet") return;
    write(`${erase()}${printableLines(text)}\n`);
    drawn = 0;
  };
  return {
    state,
    take: (event) => state.take(event),
    start: (text) => {
      say(text);
      if (mode !== "quiet") timer = setInterval(mode === "bars" ? draw : line, everyMs).unref();
    },
    say,
    close: () => {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      if (mode === "bars") draw();
      else line();
    },
  };
}

const TITLE_SHARE = 0.45;
const MIN_BAR = 6;

/** The bars of a moment: one for each running file as far as there are rows, one for all, and the counts. */
export function barLines(now: ProgressNow, columns: number, rows: number): string[] {
  const room = Math.max(1, Math.min(now.active.length, rows - 5));
  const files = now.active.slice(0, room).map((file) => fileLine(file, columns));
  const more = now.active.length - files.length;
  return [
    ...files,
    ...(more > 0 ? [`and ${more} more`] : []),
    totalLine(now, columns),
    cutTo(countsText(now), columns - 1),
  ];
}

/** The progress of the run in one line, for a log. */
export function plainLine(now: ProgressNow): string {
  const eta = now.etaSeconds === undefined ? "" : `, ${durationText(Math.ceil(now.etaSeconds))} left`;
  const bytes = `${bytesText(now.doneBytes)} of ${bytesText(now.plannedBytes)}`;
  const rate = now.bytesPerSecond > 0 ? `, ${rateText(now.bytesPerSecond)}` : "";
  return `${doneText(now)}, ${bytes}${rate}${eta}; ${countsText(now)}`;
}

function fileLine(file: ActiveFile, columns: number): string {
  const { bytes, totalBytes } = file;
  const numbers =
    totalBytes === undefined
      ? bytesText(bytes).padStart(20)
      : `${percentText(shareOf(bytes, totalBytes)).padStart(8)} ${`of ${bytesText(totalBytes)}`.padStart(11)}`;
  const again = file.attempt > 1 ? ` (try ${file.attempt})` : "";
  const titleWidth = Math.max(10, Math.floor(columns * TITLE_SHARE));
  const barWidth = Math.max(MIN_BAR, columns - titleWidth - numbers.length - 3);
  const title = cutTo(file.title, titleWidth - again.length) + again;
  const share = totalBytes === undefined || totalBytes === 0 ? 0 : bytes / totalBytes;
  return cutTo(`${fillTo(title, titleWidth)} ${bar(share, barWidth).padEnd(barWidth)} ${numbers}`, columns - 1);
}

function totalLine(now: ProgressNow, columns: number): string {
  const eta = now.etaSeconds === undefined ? "" : `  ${durationText(Math.ceil(now.etaSeconds))} left`;
  const rate = now.bytesPerSecond > 0 ? `  ${rateText(now.bytesPerSecond)}` : "";
  const numbers = `${doneText(now)} of ${bytesText(now.plannedBytes)}${rate}${eta}`;
  const barWidth = Math.max(MIN_BAR, columns - columnsOf(numbers) - 7);
  const share = now.plannedBytes === 0 ? 0 : now.doneBytes / now.plannedBytes;
  return cutTo(`All ${bar(share, barWidth).padEnd(barWidth)}  ${numbers}`, columns - 1);
}

function doneText(now: ProgressNow): string {
  return percentText(shareOf(now.doneBytes, now.plannedBytes));
}

function countsText(now: ProgressNow): string {
  const parts = [
    `${now.done} of ${countText(now.planned, "file")}`,
    `${now.warmed} warmed`,
    ...(now.cached > 0 ? [`${now.cached} there already`] : []),
    ...(now.failed > 0 ? [`${now.failed} failed`] : []),
    ...(now.skipped > 0 ? [`${now.skipped} left`] : []),
    ...(now.waiting === undefined ? [] : [waitText(now.waiting, now.nowMs)]),
  ];
  return parts.join(", ");
}

/** `waiting 9 min: it answered 503, 200 was expected`. */
function waitText({ untilMs, message }: Wait, nowMs: number): string {
  return `waiting ${durationText(Math.ceil((untilMs - nowMs) / 1000))}: ${message}`;
}
