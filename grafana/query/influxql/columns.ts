/**
 * The columns a figure needs in InfluxQL, each with the query it belongs to.
 *
 * @module
 */
import { tagList } from "../../../core/query/query.ts";
import { cutOffset, influxCompared } from "../day-cut.ts";
import type { Fields, Figure, PanelQuestion } from "../question.ts";
import { eachCache, worstOfEach } from "./caches.ts";
import { influxWhere } from "./where.ts";

/** What is selected, and the name it gets. */
export interface Column {
  readonly expression: string;
  readonly alias: string;
}

/** One query: what it selects, and from where. */
export interface Query {
  readonly columns: Column[];
  readonly source: string;
  readonly keepsTime: boolean;
  readonly counted: boolean;
}

/** A column and the query it belongs to: those with one key are asked together. */
export interface Placed {
  readonly key: string;
  readonly query: Query;
  readonly column: Column;
}

/** The columns of a figure. */
export function figureColumns(figure: Figure, question: PanelQuestion, zone: string): Placed[] {
  if (figure.kind === "change") return changeColumns(figure, question, zone);
  if (figure.kind === "count") {
    return [
      ...figure.add.map((count, i) =>
        countColumn(eachCache(count, question), termName(figure, i, ""), figure.times ?? 1),
      ),
      ...(figure.subtract ?? []).map((count, i) =>
        countColumn(eachCache(count, question), termName(figure, i, "less "), -(figure.times ?? 1)),
      ),
    ];
  }
  if (figure.kind === "sum") {
    const lone = isLone(figure);
    const times = timesText(figure);
    const zero = zeroOf(figure, question);
    return [
      ...figure.add.flatMap((each) =>
        sumColumns(each, { alias: lone ? totalName(figure, question) : undefined, times, figure }),
      ),
      ...(figure.subtract ?? []).flatMap((each) => sumColumns(each, { times: `${times} * -1`, figure })),
      ...(zero === undefined ? [] : sumColumns(zero, { alias: ZERO, times: " * 0" })),
    ];
  }
  if (figure.kind === "ratio") {
    return [...figure.part, ...figure.whole].flatMap((each) => sumColumns(each));
  }
  if (figure.kind === "total") return [totalColumn(figure, question)];
  if (figure.kind === "last" && figure.per !== undefined) return [worstColumn(figure, figure.per, question)];
  if (figure.kind === "used") return [usedColumn(figure, question)];
  const { measurement, fields } = figure.of;
  const fn = figure.kind === "greatest" ? "max" : "last";
  const query = { columns: [], source: `"${measurement}"`, keepsTime: figure.kind === "seen", counted: false };
  return fields.map((field) => ({
    key: figure.kind === "seen" ? `seen ${measurement}` : measurement,
    query,
    column: { expression: `${fn}("${field}")`, alias: figure.kind === "seen" ? "last" : figure.name },
  }));
}

/** A column for each field of a sum. `alias` is given where the sum is one field; `times` multiplies it. */
export function sumColumns(
  each: Fields,
  {
    alias,
    times = "",
    figure,
  }: { readonly alias?: string | undefined; readonly times?: string; readonly figure?: Figure } = {},
): Placed[] {
  return each.fields.map((field) => ({
    key: each.measurement,
    query: { columns: [], source: `"${each.measurement}"`, keepsTime: false, counted: false },
    column: { expression: `sum("${field}")${times}`, alias: alias ?? columnName(field, times, figure) },
  }));
}

/** Caches are counted in a query of their own. */
function countColumn(source: string, alias: string, times: number): Placed {
  return {
    key: source,
    query: { columns: [], source, keepsTime: false, counted: true },
    column: { expression: `count("x")${times === 1 ? "" : ` * ${times}`}`, alias },
  };
}

function worstColumn(
  figure: Extract<Figure, { kind: "last" }>,
  per: readonly string[],
  question: PanelQuestion,
): Placed {
  const source = `(${worstOfEach(figure.of, { tags: question.by ?? [], per, where: influxWhere(question) })})`;
  return {
    key: source,
    query: { columns: [], source, keepsTime: false, counted: true },
    column: { expression: 'max("x")', alias: figure.name },
  };
}

/**
 * Two sums and their difference. Each is asked for through a subquery: an answer without bounds of its own has the time 0,
 * by which the two become one row.
 */
function changeColumns(figure: Extract<Figure, { kind: "change" }>, question: PanelQuestion, zone: string): Placed[] {
  const { measurement, fields } = figure.of;
  const { now, before } = influxCompared(cutOffset(zone));
  const from = (time: string): string =>
    `(SELECT sum("${fields[0]}") AS "x" FROM "${measurement}" WHERE ${influxWhere(question, time)})`;
  const placed = (source: string, expression: string, alias: string): Placed => ({
    key: source,
    query: { columns: [], source, keepsTime: false, counted: true },
    column: { expression, alias },
  });
  const earlier = `${from(before)} WHERE "x" > 0`;
  return [
    placed(from(now), 'sum("x")', changeNames(figure).now),
    placed(earlier, 'sum("x")', figure.before),
    placed(earlier, 'sum("x") * -1', changeNames(figure).less),
  ];
}

/** Columns on the way to a change. */
export function changeNames({ name, before }: Extract<Figure, { kind: "change" }>) {
  return { now: `now of ${name}`, less: `less ${before}`, difference: `difference of ${name}` };
}

/** The last of each cache, then their sum. */
function totalColumn(figure: Extract<Figure, { kind: "total" }>, question: PanelQuestion): Placed {
  const { measurement, fields } = figure.of;
  const last = lastOfEach(`last("${fields[0]}") AS "x"`, measurement, question);
  return {
    key: `${figure.name} ${measurement} ${fields[0]}`,
    query: { columns: [], source: `(${last})`, keepsTime: false, counted: false },
    column: { expression: 'sum("x")', alias: figure.name },
  };
}

/** The last of each cache that has a limit, with that limit, then one sum by the other. */
function usedColumn({ name, of, limit }: Extract<Figure, { kind: "used" }>, question: PanelQuestion): Placed {
  const selected = `last("${of.fields[0]}") AS "x", last("${limit.fields[0]}") AS "most"`;
  const source = `(${lastOfEach(selected, of.measurement, question)}) WHERE "most" > 0 AND $timeFilter`;
  return {
    key: source,
    query: { columns: [], source, keepsTime: false, counted: true },
    column: { expression: 'sum("x") / sum("most")', alias: name },
  };
}

function lastOfEach(selected: string, measurement: string, question: PanelQuestion): string {
  const groups = [
    ...TIME[question.buckets],
    tagList(["server", ...(question.by ?? []).filter((tag) => tag !== "server")]),
  ];
  const fill = question.buckets === "range" ? "" : " fill(none)";
  return `SELECT ${selected} FROM "${measurement}" WHERE ${influxWhere(question)} GROUP BY ${groups.join(", ")}${fill}`;
}

/** How time is grouped. */
export const TIME = { range: [], day: ["time($__interval)"], interval: ["time($__interval)"] } as const;

/** A column of noughts. */
export const ZERO = "zero";

/**
 * What a column of noughts is made of, as InfluxQL selects no constants: for a total that is cut off one of its own
 * fields, else the field whose presence says 0.
 */
function zeroOf(figure: Extract<Figure, { kind: "sum" }>, question: PanelQuestion): Fields | undefined {
  const [first] = figure.add;
  if (isCut(figure, question) && first !== undefined) return { ...first, fields: first.fields.slice(0, 1) };
  return figure.zeroWith;
}

/** What each column of a sum is multiplied by. */
export function timesText({ times, perSecond }: Extract<Figure, { kind: "sum" }>): string {
  return `${times === undefined ? "" : ` ${times}`}${perSecond === true ? " / $__interval_ms * 1000" : ""}`;
}

/** Whether a figure is cut off at zero here: one number for the range is, its buckets keep their sign. */
export function isCut(figure: Figure, question: PanelQuestion): boolean {
  return figure.kind === "sum" && figure.neverNegative === true && question.buckets === "range";
}

/** The name of a total: one that may be below zero has a name of its own until it is cut off. */
export function totalName(figure: Figure, question: PanelQuestion): string {
  return isCut(figure, question) ? `net ${figure.name}` : figure.name;
}

/** Whether a sum is one field, which needs no adding up. */
export function isLone(figure: Extract<Figure, { kind: "sum" }>): boolean {
  const { add, subtract, zeroWith } = figure;
  return subtract === undefined && zeroWith === undefined && add.length === 1 && add[0]?.fields.length === 1;
}

/** Fields that several figures use are asked for once: the name says field, sign, price and rate, not the figure. */
export function columnName(field: string, times: string, figure: Figure | undefined): string {
  const sign = times.endsWith("* -1") ? "less " : "";
  if (figure?.kind !== "sum") return `${sign}${field}`;
  return `${sign}${field}${figure.times === undefined ? "" : " in money"}${figure.perSecond ? " per second" : ""}`;
}

/** The name of one term of a count. */
export function termName(figure: Extract<Figure, { kind: "count" }>, index: number, sign: string): string {
  const lone = figure.add.length === 1 && figure.subtract === undefined;
  return lone ? figure.name : `${sign}${figure.name} ${index + 1}`;
}
