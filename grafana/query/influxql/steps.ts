/**
 * What Grafana does with the columns of InfluxQL: adds, divides, joins, and keeps the figures under the names people read.
 *
 * @module
 */

import { type Fields, type Figure, namesOf, type PanelQuestion, type Transformation } from "../question.ts";
import { TAG_TITLES } from "../titles.ts";
import {
  changeNames,
  columnName,
  isCut,
  isLone,
  type Query,
  sumColumns,
  termName,
  timesText,
  totalName,
  ZERO,
} from "./columns.ts";

/** Several answers become one table: on their tags, or on time where there are none. */
export function together(question: PanelQuestion, queries: readonly Query[]): Transformation[] {
  if (queries.length < 2 && !(question.buckets === "range" && (question.by ?? []).length > 0)) return [];
  const timeless = question.buckets === "range" && (question.by ?? []).length > 0;
  const drop = queries.flatMap((query, i) => (query.keepsTime ? [] : [String.fromCharCode(65 + i)]));
  const without: Transformation = {
    id: "filterFieldsByName",
    options: { exclude: { names: ["Time"] } },
    ...(drop.length === queries.length ? {} : { filter: { id: "byRefId", options: `/^(?:${drop.join("|")})$/` } }),
  };
  return [
    ...(timeless && drop.length > 0 ? [without] : []),
    ...(queries.length > 1 ? [{ id: "merge", options: {} }] : []),
    ...(queries.length > 1 && !timeless && question.buckets !== "range"
      ? [{ id: "sortBy", options: { fields: {}, sort: [{ field: "Time", desc: false }] } }]
      : []),
  ];
}

/** The steps that make one figure of its columns. @param queries what is asked, by key */
export function figureSteps(
  figure: Figure,
  question: PanelQuestion,
  queries: ReadonlyMap<string, Query>,
): Transformation[] {
  if (figure.kind === "sum") {
    const total = totalName(figure, question);
    return [
      ...(isLone(figure) ? [] : [addUp(sumNames(figure), total)]),
      ...(isCut(figure, question) ? [reduced("max", [total, ZERO], figure.name)] : []),
    ];
  }
  if (figure.kind === "change") {
    const { now, less, difference } = changeNames(figure);
    return [addUp([now, less], difference), divided(difference, figure.before, figure.name)];
  }
  if (figure.kind === "count") {
    const names = [
      ...figure.add.map((_, i) => termName(figure, i, "")),
      ...(figure.subtract ?? []).map((_, i) => termName(figure, i, "less ")),
    ];
    return names.length > 1 ? [addUp(names, figure.name)] : [];
  }
  if (figure.kind !== "ratio") return [];
  // another figure may have asked for the same sum, under its own name
  const names = (parts: readonly Fields[]): string[] =>
    parts.flatMap((each) =>
      sumColumns(each).map(
        ({ key, column }) =>
          queries.get(key)?.columns.find(({ expression }) => expression === column.expression)?.alias ?? column.alias,
      ),
    );
  const part = `part of ${figure.name}`;
  const whole = `whole of ${figure.name}`;
  return [addUp(names(figure.part), part), addUp(names(figure.whole), whole), divided(part, whole, figure.name)];
}

/** Adds columns of a row; a column that is missing or empty counts for nothing. */
function addUp(names: readonly string[], alias: string): Transformation {
  return reduced("sum", names, alias);
}

function divided(left: string, right: string, alias: string): Transformation {
  return { id: "calculateField", options: { mode: "binary", binary: { left, operator: "/", right }, alias } };
}

function reduced(reducer: "sum" | "max", include: readonly string[], alias: string): Transformation {
  return { id: "calculateField", options: { mode: "reduceRow", reduce: { reducer, include }, alias } };
}

/** Only the figures stay, in their order, under the names people read. */
export function tidy(question: PanelQuestion, steps: readonly Transformation[]): Transformation[] {
  const by = question.by ?? [];
  if (question.buckets !== "range" && by.length > 0) return [];
  if (steps.length === 0 && question.buckets !== "range") return [];
  const kept = [...by, ...question.figures.flatMap((figure) => (figure.kind === "seen" ? ["Time"] : namesOf(figure)))];
  const names = question.buckets === "range" ? kept : ["Time", ...kept];
  const renamed = Object.fromEntries([
    ...by.map((tag) => [tag, TAG_TITLES[tag] ?? tag]),
    ...question.figures.filter(({ kind }) => kind === "seen").map(({ name }) => ["Time", name]),
  ]);
  return [
    { id: "filterFieldsByName", options: { include: { names } } },
    {
      id: "organize",
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map((name, i) => [name, i])),
        renameByName: renamed,
      },
    },
  ];
}

function sumNames(figure: Extract<Figure, { kind: "sum" }>): string[] {
  const times = timesText(figure);
  return [
    ...(figure.zeroWith === undefined ? [] : [ZERO]),
    ...figure.add.flatMap((each) => each.fields.map((field) => columnName(field, times, figure))),
    ...(figure.subtract ?? []).flatMap((each) =>
      each.fields.map((field) => columnName(field, `${times} * -1`, figure)),
    ),
  ];
}
