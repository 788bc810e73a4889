/**
 * Tables of the greatest rows in InfluxQL: the server keeps those it is asked for. A fleet of 2,000 sites else sends 1,800
 * series for ten rows, and InfluxDB 1.6.7 takes longer to write them down than to add them up.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import type { PanelQuestion } from "../question.ts";
import { totalName } from "./columns.ts";

/**
 * A query that gives only the rows a question wants; the query as it is where it wants all.
 * @param columns names the query gives, the ranked figure's among them
 * @throws LarderError `GRAFANA_UNKNOWN_FIELD` when the figure to rank by is not among them.
 */
export function topRows(question: PanelQuestion, columns: readonly string[], query: string): string {
  const { top, by = [] } = question;
  if (top === undefined) return query;
  const figure = question.figures.find(({ name }) => name === top.figure);
  const ranking = figure === undefined ? top.figure : totalName(figure, question);
  if (!columns.includes(ranking)) {
    throw new LarderError(`Cannot rank rows by "${top.figure}": the query gives ${columns.join(", ")}`, {
      code: "GRAFANA_UNKNOWN_FIELD",
      next: "rank by a figure that is one sum, with all figures of one measurement",
    });
  }
  const tags = by.map((tag) => `"${tag}"`);
  const others = columns.filter((column) => column !== ranking).map((column) => `"${column}"`);
  const ranked = `top("${ranking}", ${[...tags, String(top.rows)].join(", ")}) AS "${ranking}"`;
  return `SELECT ${[ranked, ...others].join(", ")} FROM (${query})`;
}
