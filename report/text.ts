/**
 * The report as plain text of 72 columns, as a terminal and a mail in a fixed-width font show them.
 *
 * @module
 */
import { columnsOf, cutTo, fillTo, flow } from "../core/words/columns.ts";
import { printable, spaced } from "../core/words/printable.ts";
import { clientTables } from "./clients.ts";
import { figures, traffic, warmingRows } from "./figures.ts";
import type { Report } from "./model.ts";
import { bucketTitle, hasData, periodTitle, remarks, siteTitle, summary } from "./titles.ts";
import type { Words } from "./words.ts";

const COLUMNS = 72;
/** Sites listed; the page has them all. */
const MOST_SITES = 15;
/** Longer reports leave out the list by time. */
const MOST_BUCKETS = 40;
const MOST_TROUBLES = 20;
const NAME_COLUMNS = 28;
const GAP = "  ";

/** The report, lines ended by a line feed. */
export function text(report: Report, words: Words): string {
  const { texts } = words;
  const head = [report.organisation, texts.title, periodTitle(report, words)].filter((line) => line !== undefined);
  const numbers = figures(report, words).map(({ title, value, change }): Row => [title, value, change ?? ""]);
  const blocks = [
    [...head, "─".repeat(COLUMNS)],
    [...summary(report, words), ...remarks(report, words)].flatMap((sentence) => wrapped(sentence)),
    columns(numbers, ["left", "right", "left"]),
    byTime(report, words),
    bySite(report, words),
    ...devices(report, words),
    warming(report, words),
    troubles(report, words),
    [words.fill(texts.madeBy, { when: words.dateTime(report.madeMs, report.timeZone) })],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

type Row = readonly string[];

function byTime(report: Report, words: Words): string[] {
  const { texts } = words;
  if (!hasData(report) || report.buckets.length > MOST_BUCKETS || report.buckets.length < 2) return [];
  const rows = report.buckets.map((bucket): Row => {
    const title = bucketTitle(bucket.startMs, report, words);
    return bucket.hasData ? [title, ...traffic(bucket, words)] : [title, texts.noData];
  });
  return [texts.byTime[report.by], ...columns([trafficTitles(texts.time[report.by], words), ...rows], AMOUNTS)];
}

function bySite(report: Report, words: Words): string[] {
  const { texts } = words;
  if (report.sites.length < 2) return [];
  const rows = report.sites.slice(0, MOST_SITES).map((site): Row => {
    const name = siteTitle(site, words);
    return [site.outlier === undefined ? name : `! ${name}`, ...amounts(site, words)];
  });
  const left = report.sites.length - MOST_SITES;
  const more = left > 0 ? [words.fill(texts.otherSites, { count: left })] : [];
  const silent = report.sites.filter(({ outlier }) => outlier === "silent").map((site) => siteTitle(site, words));
  const marks = silent.length === 0 ? [] : wrapped(`${texts.silent}: ${silent.join(", ")}`);
  return [texts.sites, ...columns([titles(texts.site, words), ...rows], AMOUNTS), ...more, ...marks];
}

/** A block for each table. */
function devices({ clients }: Report, words: Words): string[][] {
  if (clients === undefined) return [];
  return clientTables(clients, words).map(({ name, titles: heads, rows }, i) => [
    ...(i === 0 ? [words.texts.clients] : []),
    name,
    ...columns(
      [heads, ...rows.slice(0, MOST_SITES)],
      ["left", "right", "right", "right"].slice(0, heads.length) as ("left" | "right")[],
    ),
  ]);
}

function warming({ warming: done }: Report, words: Words): string[] {
  if (done === undefined) return [];
  return [words.texts.warming, ...columns(warmingRows(done, words), ["left", "right"])];
}

function troubles({ troubles: all, timeZone, unknown }: Report, words: Words): string[] {
  const { texts } = words;
  if (unknown.includes("troubles")) return [];
  if (all.length === 0) return [texts.troubles, texts.noTroubles];
  const lines = all.slice(0, MOST_TROUBLES).flatMap(({ timeMs, server, title, text: details }) => {
    const what = `${words.dateTime(timeMs, timeZone)}  ${cutTo(printable(server), NAME_COLUMNS)}: ${title}`;
    return wrapped(details === "" ? what : `${what}. ${details}`);
  });
  return [texts.troubles, ...lines];
}

const AMOUNTS = ["left", "right", "right", "right", "right"] as const;

function trafficTitles(first: string, { texts }: Words): Row {
  return [first, texts.total, texts.fromCaches, texts.fromApple, texts.hitRatio];
}

function titles(first: string, { texts }: Words): Row {
  return [first, texts.fromCaches, texts.saved, texts.fromApple, texts.hitRatio];
}

function amounts({ fromCaches, saved, fromApple, hitRatio }: Report["total"], words: Words): string[] {
  return [words.bytes(fromCaches), words.bytes(saved), words.bytes(fromApple), words.percent(hitRatio)];
}

/** Cells in columns; the first is cut where the line would be too long. */
function columns(rows: readonly Row[], align: readonly ("left" | "right")[]): string[] {
  const widths = align.map((_, i) => Math.max(...rows.map((row) => columnsOf(row[i] ?? ""))));
  const others = widths.slice(1).reduce((sum, width) => sum + width + GAP.length, 0);
  const first = Math.min(widths[0] ?? 0, COLUMNS - others);
  return rows.map(([name = "", ...cells]) =>
    [cellOf(name, first), ...cells.map((cell, i) => fillTo(cell, widths[i + 1] ?? 0, align[i + 1]))]
      .join(GAP)
      .trimEnd(),
  );
}

/** A name on one line, cut and filled to a width. */
function cellOf(name: string, columns: number): string {
  return fillTo(cutTo(printable(name), columns), columns);
}

/** A sentence in lines; no word is cut. */
function wrapped(sentence: string): string[] {
  return flow(spaced(sentence).split(" "), " ", COLUMNS);
}
