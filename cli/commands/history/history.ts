/**
 * What `larder history` does: asks the journal and draws a table with bars.
 *
 * @module
 */

import { LarderError } from "../../../core/errors.ts";
import {
  type HistoryRow,
  joinDays,
  periodStart,
  queryHistory,
  type SavingsRow,
  savingsHistory,
  totalSavings,
} from "../../../core/history/history.ts";
import { nearest } from "../../../core/nearest.ts";
import { measurementSchema } from "../../../core/schema.ts";
import { localDate } from "../../../core/time/local-days.ts";
import { momentText } from "../../../core/time/moments.ts";
import { bytesText, percentText } from "../../../core/words/amounts.ts";
import { columnsOf } from "../../../core/words/columns.ts";
import { isoTime } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { bar, colour, print, printJson, terminalWidth } from "../../output.ts";
import { type Column, table } from "../../table.ts";
import { parseTagFlags } from "../../tag-flags.ts";
import { parseRange } from "../../time-range.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import { checkGroupTags, nothingText } from "./nothing.ts";
import type { HistoryFlags } from "./register.ts";

type By = "hour" | "day" | "week" | "month" | "all";

const BUCKETS: readonly By[] = ["hour", "day", "week", "month", "all"];

/** What is asked, apart from the measurement. */
export interface HistoryAsk {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: By;
  readonly tags: Readonly<Record<string, string>>;
  readonly groupBy: readonly string[];
}

/** The name of a roll-up. */
const ROLLUP = /_1[hd]$/;

/** Runs the command. */
export async function history(flags: HistoryFlags): Promise<void> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal("history", loaded);
  const { settings } = loaded;
  const timeZone = settings.timezone;
  const ask: HistoryAsk = {
    stateDir: settings.stateDir,
    timeZone,
    ...parseRange(flags, timeZone, "show"),
    by: parseBy(flags.by),
    tags: parseTagFlags(flags.tag),
    groupBy: flags.groupBy === "" ? [] : flags.groupBy.split(",").map((tag) => tag.trim()),
  };
  if (flags.measurement === undefined) await showSavings(ask, flags.json === true);
  else await showMeasurement(ask, flags.measurement, flags.json === true);
}

async function showSavings(ask: HistoryAsk, json: boolean): Promise<void> {
  const rows = await savingsRows(ask);
  if (json) {
    printJson(savingsJson(rows, ask));
    return;
  }
  if (rows.length === 0) {
    print(await nothingText(ask));
    return;
  }
  print(savingsTable(rows, ask));
  print();
  print(savingsSentence(rows));
}

/** Savings by bucket; weeks and months are made of days. */
export async function savingsRows(ask: HistoryAsk): Promise<readonly SavingsRow[]> {
  const { by } = ask;
  const unit = by === "week" || by === "month" ? "day" : by;
  const rows = await savingsHistory(ask.stateDir, { ...ask, by: unit });
  if (rows.length > 0) await checkGroupTags(ask, rows);
  return unit === by
    ? rows
    : joinDays(rows, (startMs) => periodStart(startMs, by === "week" ? "week" : "month", ask.timeZone));
}

/** A table of savings with a bar of what was served: local part solid, WAN part light. */
export function savingsTable(rows: readonly SavingsRow[], ask: HistoryAsk): string {
  const total: SavingsRow = { startMs: Number.NaN, group: {}, ...totalSavings(rows) };
  const all = rows.length > 1 ? [...rows, total] : rows;
  const peak = Math.max(...rows.map((row) => Number(row.served)));
  const columns: Column<SavingsRow>[] = [
    { title: ask.by === "all" ? "from" : ask.by, value: (row) => bucketText(row.startMs, ask) },
    ...ask.groupBy.map((tag) => ({ title: tag, value: (row: SavingsRow) => row.group[tag] ?? "", maxWidth: 24 })),
    { title: "served", value: (row) => bytesText(row.served), align: "right" },
    { title: "saved", value: (row) => bytesText(row.saved), align: "right" },
    { title: "from Apple", value: (row) => bytesText(row.fromApple), align: "right" },
    { title: "hit", value: (row) => percentText(row.hitRatio), align: "right" },
  ];
  const room = terminalWidth() - Math.max(...table(all, columns).split("\n").map(columnsOf)) - 2;
  const width = Math.min(30, room);
  if (width >= 8) columns.push({ title: "", value: (row) => (row === total ? "" : savingsBar(row, peak, width)) });
  return table(all, columns);
}

function savingsBar(row: SavingsRow, peak: number, width: number): string {
  const whole = peak > 0 ? (Number(row.served) / peak) * width : 0;
  const local = Math.round(whole * (row.hitRatio ?? 0));
  return colour(bar(1, local), "green") + colour("░".repeat(Math.max(0, Math.round(whole) - local)), "yellow");
}

/** The answer in one sentence, which is also the legend of the bars. */
export function savingsSentence(rows: readonly SavingsRow[]): string {
  const { saved } = totalSavings(rows);
  return `${colour(bytesText(saved), "green")} came from the caches instead of the WAN (█ caches, ░ Apple).`;
}

async function showMeasurement(ask: HistoryAsk, measurement: string, json: boolean): Promise<void> {
  const schema = measurementSchema(measurement);
  if (schema === undefined) {
    throw new LarderError(`Cannot show "${measurement}": larder writes no such measurement`, {
      code: "USAGE_MEASUREMENT",
      next: "see docs/measurements.md for those it writes",
    });
  }
  if (ROLLUP.test(measurement)) {
    throw new LarderError(
      `Cannot show "${measurement}": history adds up the rows themselves, roll-ups are for servers`,
      {
        code: "USAGE_MEASUREMENT",
        next: "ask for the measurement the roll-up is made of, with --by hour or --by day",
      },
    );
  }
  if (ask.by === "week" || ask.by === "month") {
    throw new LarderError(`Cannot show ${measurement} by ${ask.by}: expected hour, day or all`, { code: "USAGE_BY" });
  }
  const rows = await queryHistory(ask.stateDir, { ...ask, by: ask.by, measurement });
  if (rows.length === 0 && !json) return print(await nothingText(ask));
  const value = (row: HistoryRow, field: string): unknown =>
    schema.kind === "delta" ? row.sums[field] : Object.values(row.lasts[field] ?? {})[0];
  if (json) {
    const shown = rows.map((row) => ({
      start: isoTime(row.startMs),
      tags: row.group,
      fields: Object.fromEntries(Object.keys(row.lasts).map((field) => [field, value(row, field)])),
    }));
    printJson({ from: isoTime(ask.fromMs), to: isoTime(ask.toMs), by: ask.by, measurement, rows: shown });
    return;
  }
  const fields = schema.fields.filter(({ name }) => rows.some((row) => row.lasts[name] !== undefined));
  const lines = rows.flatMap((row) =>
    fields
      .map(({ name, unit }) => ({ row, name, shown: valueText(value(row, name), unit) }))
      .filter(({ shown }) => shown !== ""),
  );
  print(
    table(lines, [
      { title: "start", value: ({ row }) => bucketText(row.startMs, ask) },
      ...ask.groupBy.map((tag) => ({ title: tag, value: ({ row }: (typeof lines)[number]) => row.group[tag] ?? "" })),
      { title: "field", value: ({ name }) => name },
      { title: schema.kind === "delta" ? "sum" : "last", value: ({ shown }) => shown, align: "right" },
    ]),
  );
}

function valueText(value: unknown, unit: string): string {
  if (value === undefined) return "";
  return unit === "bytes" ? bytesText(value as number) : String(value);
}

function bucketText(startMs: number, ask: HistoryAsk): string {
  if (Number.isNaN(startMs)) return "total";
  if (ask.by === "all") return localDate(ask.fromMs, ask.timeZone);
  const date = localDate(startMs, ask.timeZone);
  if (ask.by === "day" || ask.by === "week") return date;
  if (ask.by === "month") return date.slice(0, 7);
  return momentText(startMs, ask.timeZone);
}

/** Savings for scripts. */
export function savingsJson(rows: readonly SavingsRow[], ask: HistoryAsk): Record<string, unknown> {
  const each = rows.map(({ startMs, group, ...savings }) => ({
    start: isoTime(startMs),
    day: localDate(startMs, ask.timeZone),
    tags: group,
    ...savings,
  }));
  return { from: isoTime(ask.fromMs), to: isoTime(ask.toMs), by: ask.by, total: totalSavings(rows), rows: each };
}

function parseBy(text: string): By {
  const by = BUCKETS.find((each) => each === text);
  if (by !== undefined) return by;
  const hint = nearest(text, BUCKETS);
  throw new LarderError(`Cannot group time by "${text}": expected ${BUCKETS.join(", ")}`, {
    code: "USAGE_BY",
    next: hint === undefined ? "larder history --help" : `did you mean ${hint}?`,
  });
}
