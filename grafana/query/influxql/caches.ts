/**
 * Subqueries that give one row, `x`, for each cache a count is over.
 *
 * @module
 */
import { tagList } from "../../../core/query/query.ts";
import type { CacheCount, Fields, PanelQuestion, ShareCount, ValueCount } from "../question.ts";
import { influxWhere, timeBounds } from "./where.ts";

/** What a count counts: the text after FROM. */
export function eachCache(count: CacheCount, question: PanelQuestion): string {
  const tags = ["server", ...(question.by ?? []).filter((tag) => tag !== "server")];
  return "of" in count ? lastValues(count, tags, question) : shares(count, tags, question);
}

/** The last value of a field by tags; of several by further tags, the greatest. */
export function worstOfEach(
  of: Fields,
  { tags, per, where }: { tags: readonly string[]; per: readonly string[]; where: string },
): string {
  const last = `SELECT last("${of.fields[0]}") AS "x" FROM "${of.measurement}" WHERE ${where} GROUP BY ${tagList([...tags, ...per])}`;
  return per.length === 0 ? last : `SELECT max("x") AS "x" FROM (${last}) GROUP BY ${tagList(tags)}`;
}

function lastValues(
  { of, where, within, per = [] }: ValueCount,
  tags: readonly string[],
  question: PanelQuestion,
): string {
  const time = within === undefined ? "$timeFilter" : `time > \${__to}ms - ${within} AND time <= \${__to}ms`;
  const last = worstOfEach(of, { tags, per, where: influxWhere(question, time) });
  return `(${last})${where === undefined ? "" : ` WHERE "x" ${where.is} ${where.value}`}`;
}

/**
 * Part / whole < limit, written as part - limit * whole < 0: nothing served is 0 < 0, and not a share of 0. One subquery for
 * each field: InfluxQL's sum of two is null where one was never written.
 */
function shares({ part, whole, below }: ShareCount, tags: readonly string[], question: PanelQuestion): string {
  const where = influxWhere(question, timeBounds(whole.measurement, "UTC"));
  const terms = whole.fields.map((field) => {
    const weight = (part.fields.includes(field) ? 1 : 0) - below;
    return `(SELECT sum("${field}") * ${weight} AS "x" FROM "${whole.measurement}" WHERE ${where} GROUP BY ${tagList(tags)})`;
  });
  return `(SELECT sum("x") AS "x" FROM ${terms.join(", ")} GROUP BY ${tagList(tags)}) WHERE "x" < 0`;
}
