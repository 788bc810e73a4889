/**
 * Questions in MetricsQL, VictoriaMetrics' language: one expression for each figure.
 *
 * A metric is `<measurement>_<field>`, dots kept. Sums go over `(from, to]`, so a millisecond is added at the front: a
 * day's roll-up stands at the very beginning of its day. Buckets are labelled by their start, as InfluxQL does, by
 * looking forward from it: `i` is the step, and a hair less keeps what stands on the next start out. Days begin a little
 * earlier, so that around a change of the clock, when local midnight is an hour off the steps, each stays on its date.
 *
 * @module
 */

import type { CacheCount, Compiled, Fields, Figure, Question, Transformation } from "./queries.ts";
import { TAG_TITLES } from "./tag-titles.ts";

const RANGE = "[${__range_ms}ms1ms]";
const WINDOWS = { range: RANGE, day: "[1i] offset -0.95i", interval: "[1i] offset -0.999999i" } as const;

/** The targets and transformations of a question. */
export function metricsql(question: Question): Compiled {
  const range = question.buckets === "range";
  const by = question.by ?? [];
  const table = range && by.length > 0;
  const targets = question.figures.map((figure, i) => ({
    refId: String.fromCharCode(65 + i),
    expr: figureText(figure, question),
    editorMode: "code",
    ...(range ? { instant: true, range: false } : { instant: false, range: true }),
    ...(question.buckets === "day" ? { interval: "1d" } : {}),
    format: table ? "table" : "time_series",
    legendFormat: by.length === 0 ? figure.name : seriesName(question, figure),
  }));
  return { targets, transformations: table ? oneTable(question) : [] };
}

/** The label matchers of a question: `a=~"$a",b=~"…"`. */
export function metricsMatchers(question: Pick<Question, "select" | "where">): string {
  const chosen = Object.entries(question.select).map(([tag, variable]) => `${tag}=~"$${variable}"`);
  const fixed = Object.entries(question.where ?? {}).map(([tag, value]) => `${tag}=~"${value}"`);
  return [...chosen, ...fixed].join(",");
}

/** Series of some fields: `{__name__=~"measurement_(a|b)",region=~"$region"}`. */
export function metricsSelector(of: Fields, question: Pick<Question, "select" | "where">): string {
  const escaped = of.fields.map((field) => field.replaceAll(".", "\\\\."));
  const name =
    of.fields.length === 1
      ? `__name__="${of.measurement}_${of.fields[0]}"`
      : `__name__=~"${of.measurement}_(${escaped.join("|")})"`;
  const matchers = metricsMatchers(question);
  return `{${name}${matchers === "" ? "" : `,${matchers}`}}`;
}

function figureText(figure: Figure, question: Question): string {
  const by = byText(question.by ?? []);
  const window = WINDOWS[question.buckets];
  if (figure.kind === "sum") {
    const total = combined(
      figure.add,
      figure.subtract ?? [],
      (of) => `sum${by} (sum_over_time(${metricsSelector(of, question)}${window}))`,
      by,
    );
    const floored = figure.subtract === undefined || question.buckets !== "range" ? total : `clamp_min(${total}, 0)`;
    return figure.times === undefined ? floored : `${floored} ${figure.times}`;
  }
  if (figure.kind === "ratio") {
    const sum = (of: readonly Fields[]): string =>
      combined(of, [], (each) => `sum${by} (sum_over_time(${metricsSelector(each, question)}${window}))`, by);
    return `${sum(figure.part)} / ${sum(figure.whole)}`;
  }
  if (figure.kind === "count") {
    return combined(figure.add, figure.subtract ?? [], (count) => `count${by} (${countText(count, question)})`, by);
  }
  const selector = metricsSelector(figure.of, question);
  if (figure.kind === "seen") return `max${by} (tlast_over_time(${selector}${window})) * 1000`;
  const fn = figure.kind === "greatest" ? "max_over_time" : "last_over_time";
  return `${figure.kind === "total" ? "sum" : "max"}${by} (${fn}(${selector}${window}))`;
}

/**
 * A sum of terms where any may be missing. `union` keeps them apart by the label `part`; what is subtracted stands in
 * it with its sign, so a group without it keeps its value.
 */
function combined<T>(add: readonly T[], subtract: readonly T[], text: (term: T) => string, by: string): string {
  const parts = [...add.map(text), ...subtract.map((term) => `0 - ${text(term)}`)];
  if (parts.length === 1) return parts[0] ?? "";
  const labelled = parts.map((part, i) => `label_set(${part}, "part", "${i}")`);
  return `sum${by} (union(${labelled.join(", ")}))`;
}

function countText(count: CacheCount, question: Question): string {
  const tags = ["server", ...(question.by ?? []).filter((tag) => tag !== "server")];
  const window = count.within === undefined ? RANGE : `[${count.within}]`;
  const last = `max${byText(tags)} (last_over_time(${metricsSelector(count.of, question)}${window}))`;
  if (count.where === undefined) return last;
  const { is, value } = count.where;
  return `${last} ${is === "=" ? "==" : is} ${Number(value)}`;
}

function byText(tags: readonly string[]): string {
  return tags.length === 0 ? "" : ` by (${tags.join(", ")})`;
}

function seriesName(question: Question, figure: Figure): string {
  const tags = (question.by ?? []).map((tag) => `{{${tag}}}`).join(" ");
  return question.figures.length > 1 ? `${tags} ${figure.name}` : tags;
}

/** Answers become one table on their tags; Grafana calls their values `Value #A` and so on. */
function oneTable(question: Question): Transformation[] {
  const by = question.by ?? [];
  const values = question.figures.map(({ name }, i) => [`Value #${String.fromCharCode(65 + i)}`, name] as const);
  const first = values.length === 1 ? [["Value", values[0]?.[1] ?? ""] as const] : [];
  const order = [...by, ...values.map(([value]) => value), ...first.map(([value]) => value)];
  return [
    { id: "filterFieldsByName", options: { exclude: { names: ["Time"] } } },
    ...(values.length > 1 ? [{ id: "merge", options: {} }] : []),
    {
      id: "organize",
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(order.map((name, i) => [name, i])),
        renameByName: Object.fromEntries([
          ...by.map((tag) => [tag, TAG_TITLES[tag] ?? tag] as const),
          ...values,
          ...first,
        ]),
      },
    },
  ];
}
