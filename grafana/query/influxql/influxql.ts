/**
 * Questions in InfluxQL: the subset that InfluxDB 1.x, 2.x and 3 Core share.
 *
 * InfluxQL cannot combine two measurements, and a sum of two fields is null where one was never written. So a query
 * asks for plain columns, one for each field, and Grafana's transformations add, subtract and divide them: those leave
 * a missing column out instead of losing the row.
 *
 * @module
 */
import { fleetDays } from "../fleet-days.ts";
import type { Compiled, PanelQuestion } from "../question.ts";
import { seriesName, seriesSteps } from "../series-names.ts";
import { type Column, figureColumns, type Query, TIME } from "./columns.ts";
import { figureSteps, tidy, together } from "./steps.ts";
import { topRows } from "./top.ts";
import { influxWhere, timeBounds } from "./where.ts";

export { influxWhere } from "./where.ts";

/** The targets and transformations of a question. @param zone IANA zone in which days begin */
export function influxql(question: PanelQuestion, zone: string): Compiled {
  const queries = new Map<string, Query>();
  for (const figure of question.figures) {
    for (const { key, query, column } of figureColumns(figure, question, zone)) {
      const there = queries.get(key) ?? query;
      const isAsked = ({ alias, expression }: Column): boolean =>
        alias === column.alias || (figure.kind === "ratio" && expression === column.expression);
      if (!there.columns.some(isAsked)) there.columns.push(column);
      queries.set(key, there);
    }
  }
  const steps = question.figures.flatMap((figure) => figureSteps(figure, question, queries));
  const targets = [...queries.values()].map((query, i) =>
    target(query, question, { refId: String.fromCharCode(65 + i), zone }),
  );
  return {
    targets,
    transformations: [
      ...together(question, [...queries.values()]),
      ...steps,
      ...tidy(question, steps),
      ...seriesSteps(question),
    ],
  };
}

function target(
  query: Query,
  question: PanelQuestion,
  { refId, zone }: { refId: string; zone: string },
): Record<string, unknown> {
  const selected = query.columns.map(({ expression, alias }) => `${expression} AS "${alias}"`).join(", ");
  // a subquery has its own conditions; cut into time, it needs the range outside too
  const inner = query.source.startsWith("(");
  const bounds = query.counted ? "" : " WHERE $timeFilter";
  const days = fleetDays(query.source, question);
  const where = inner ? bounds : ` WHERE ${days.where}${influxWhere(question, timeBounds(query.source, zone))}`;
  const tags = (question.by ?? []).map((tag) => `"${tag}"`);
  const groups = [...TIME[question.buckets], ...tags].join(", ");
  const groupBy = groups === "" ? "" : ` GROUP BY ${groups}`;
  const fill = question.buckets === "range" ? "" : " fill(none)";
  const clock = question.buckets === "day" ? " tz('${timezone}')" : "";
  const series = question.buckets !== "range" && tags.length > 0;
  return {
    refId,
    rawQuery: true,
    resultFormat: series ? "time_series" : "table",
    ...(series ? { alias: seriesName(question, "$col", (tag) => `$tag_${tag}`) } : {}),
    query: topRows(
      question,
      query.columns.map(({ alias }) => alias),
      `SELECT ${selected} FROM ${days.source}${where}${groupBy}${fill}${clock}`,
    ),
  };
}
