/**
 * Conditions of InfluxQL: the drop-downs of a board, and the chosen time.
 *
 * @module
 */
import { cutOffset, influxDays } from "../day-cut.ts";
import type { PanelQuestion } from "../question.ts";

/**
 * The chosen time, widened to the whole hours or days that a measurement has.
 * @param source the measurement, or what a query is FROM
 * @param zone IANA zone in which days begin
 */
export function timeBounds(source: string, zone: string): string {
  if (source.includes("_1d")) return influxDays(cutOffset(zone));
  return source.includes("_1h") ? "time > ${__from}ms - 1h AND time <= ${__to}ms" : "$timeFilter";
}

/** The conditions of a question's drop-downs and fixed tags, joined by AND. */
export function influxWhere(question: Pick<PanelQuestion, "select" | "where">, time = "$timeFilter"): string {
  const chosen = Object.entries(question.select).map(([tag, variable]) => `"${tag}" =~ /^\${${variable}:regex}$/`);
  const fixed = Object.entries(question.where ?? {}).map(([tag, value]) => `"${tag}" =~ /^(${value})$/`);
  return [...chosen, ...fixed, time].join(" AND ");
}
