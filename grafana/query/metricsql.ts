/**
 * Questions in MetricsQL, VictoriaMetrics' language: one expression for each figure.
 *
 * A metric is `<measurement>_<field>`, dots kept. Sums go over `(from, to]`, so a millisecond is added at the front: a
 * day's roll-up is stamped with the very beginning of its day. Buckets are labelled by their start, as InfluxQL does, by
 * looking forward from it: `i` is the step, and a hair less keeps out what is stamped with the next start. Days begin a little
 * earlier, so that around a change of the clock, when local midnight is an hour off the steps, each stays on its date.
 *
 * @module
 */

import { byTags, metricsSelector, united } from "../../core/query/query.ts";
import { cutOffset, metricsCompared } from "./day-cut.ts";
import type {
  CacheCount,
  Compiled,
  Fields,
  Figure,
  PanelQuestion,
  Resolution,
  ShareCount,
  Transformation,
} from "./question.ts";
import { seriesName, seriesSteps } from "./series-names.ts";
import { TAG_TITLES } from "./titles.ts";

/** The chosen time, and with it the whole hours and days it touches: day-cut.ts says why 23 hours. */
const RANGE = "[${__range_ms}ms1ms]";
const RANGES = { "": RANGE, _1h: "[${__range_ms}ms1h]", _1d: "[${__range_ms}ms82799999ms] offset 1ms" } as const;
const STEPS = { day: "[1i] offset -0.95i", interval: "[1i] offset -0.999999i" } as const;

/** What the newest stamp of a step of hours or days has to be, for the step to lie in the range. */
const INSIDE = {
  _1h: { first: "> ${__from}/1000 - 3600", last: "<= ${__to}/1000" },
  _1d: { first: "> ${__from}/1000 - 82800", last: "< ${__to}/1000" },
} as const;

/** The targets and transformations of a question. @param zone IANA zone in which days begin */
export function metricsql(question: PanelQuestion, zone: string): Compiled {
  const range = question.buckets === "range";
  const by = question.by ?? [];
  const table = range && by.length > 0;
  const asked = question.figures.flatMap((figure) => figureTexts(figure, question, zone));
  const targets = asked.map(({ name, expr }, i) => ({
    refId: String.fromCharCode(65 + i),
    expr,
    editorMode: "code",
    ...(range ? { instant: true, range: false } : { instant: false, range: true }),
    ...(question.buckets === "day" ? { interval: "1d" } : {}),
    format: table ? "table" : "time_series",
    legendFormat: by.length === 0 ? name : seriesName(question, name, (tag) => `{{${tag}}}`),
  }));
  return { targets, transformations: table ? oneTable(question) : seriesSteps(question) };
}

/** The label matchers of a question: `a=~"$a",b=~"…"`. */
export function metricsMatchers(question: Pick<PanelQuestion, "select" | "where">): string {
  const chosen = Object.entries(question.select).map(([tag, variable]) => `${tag}=~"$${variable}"`);
  const fixed = Object.entries(question.where ?? {}).map(([tag, value]) => `${tag}=~"${value}"`);
  return [...chosen, ...fixed].join(",");
}

/** Series of some fields: `{__name__=~"measurement_(a|b)",region=~"$region"}`. */
function selectorOf(of: Fields, question: Pick<PanelQuestion, "select" | "where">): string {
  return metricsSelector(of, metricsMatchers(question));
}

/** An expression for each number of a figure. */
function figureTexts(figure: Figure, question: PanelQuestion, zone: string): { name: string; expr: string }[] {
  if (figure.kind !== "change") return [{ name: figure.name, expr: figureText(figure, question) }];
  const { now, before } = metricsCompared(selectorOf(figure.of, question), cutOffset(zone));
  return [
    { name: figure.before, expr: `${before} > 0` },
    { name: figure.name, expr: `${now} / (${before} > 0) - 1` },
  ];
}

function figureText(figure: Exclude<Figure, { kind: "change" }>, question: PanelQuestion): string {
  const by = byTags(question.by ?? []);
  const sumText = (of: Fields): string => sumOverTime(of, question, by);
  if (figure.kind === "sum") {
    const { add, subtract = [], times, perSecond, zeroWith } = figure;
    const zero = zeroWith === undefined ? [] : [`0 * ${sumText(zeroWith)}`];
    const total = united([...add.map(sumText), ...subtract.map((each) => `0 - ${sumText(each)}`), ...zero], by);
    const floored = figure.neverNegative === true && question.buckets === "range" ? `clamp_min(${total}, 0)` : total;
    return `${floored}${times === undefined ? "" : ` ${times}`}${perSecond === true ? " / step()" : ""}`;
  }
  if (figure.kind === "ratio") {
    const sum = (of: readonly Fields[]): string => united(of.map(sumText), by);
    return `${sum(figure.part)} / ${sum(figure.whole)}`;
  }
  if (figure.kind === "count") {
    const times = figure.times === undefined ? "" : ` * ${figure.times}`;
    const text = (count: CacheCount): string => `count${by} (${countText(count, question)})${times}`;
    return united([...figure.add.map(text), ...(figure.subtract ?? []).map((count) => `0 - ${text(count)}`)], by);
  }
  const selector = selectorOf(figure.of, question);
  const window = windowOf(figure.of.measurement, question);
  if (figure.kind === "used") {
    const [used, most] = [selector, selectorOf(figure.limit, question)].map(
      (each) => `last_over_time(${each}${window})`,
    );
    return `sum${by} (${used} if ${most}) / sum${by} (${most})`;
  }
  if (figure.kind === "seen") return `max${by} (tlast_over_time(${selector}${window})) * 1000`;
  const fn = figure.kind === "greatest" ? "max_over_time" : "last_over_time";
  return `${figure.kind === "total" ? "sum" : "max"}${by} (${fn}(${selector}${window}))`;
}

function periodOf(measurement: string): Resolution {
  const [suffix = ""] = /_1[hd]$/.exec(measurement) ?? [];
  return suffix as Resolution;
}

function windowOf(measurement: string, { buckets }: PanelQuestion): string {
  return buckets === "range" ? RANGES[periodOf(measurement)] : STEPS[buckets];
}

function sumOverTime(of: Fields, question: PanelQuestion, by: string): string {
  const window = windowOf(of.measurement, question);
  const points = `${selectorOf(of, question)}${window}`;
  const sum = `sum${by} (sum_over_time(${points}))`;
  const period = periodOf(of.measurement);
  return question.buckets === "range" || period === "" ? sum : `(${sum} if (${insideText(points, period)}))`;
}

/**
 * Grafana's steps begin before the range and end after it: its first and its last are left out where they lie outside. Those
 * between do not, so that only these two are looked at, whose points are few.
 */
function insideText(points: string, period: keyof typeof INSIDE): string {
  const { first, last } = INSIDE[period];
  const newest = (edge: "start" | "end"): string => `max (tlast_over_time(${points} @ ${edge}()))`;
  const begun = `(time() > start()) default (${newest("start")} ${first})`;
  const over = `(time() < end()) default (${newest("end")} ${last})`;
  return `(${begun}) if (${over})`;
}

function countText(count: CacheCount, question: PanelQuestion): string {
  const tags = ["server", ...(question.by ?? []).filter((tag) => tag !== "server")];
  if (!("of" in count)) return shareText(count, question, byTags(tags));
  const window = count.within === undefined ? RANGE : `[${count.within}]`;
  const last = `max${byTags(tags)} (last_over_time(${selectorOf(count.of, question)}${window}))`;
  if (count.where === undefined) return last;
  const { is, value } = count.where;
  return `${last} ${is === "=" ? "==" : is} ${Number(value)}`;
}

/** Caches whose share of two sums is below a limit: part - limit * whole < 0, so that a part nobody wrote is 0. */
function shareText({ part, whole, below }: ShareCount, question: PanelQuestion, by: string): string {
  const sum = (of: Fields): string => sumOverTime(of, { ...question, buckets: "range" }, by);
  return `${united([sum(part), `${-below} * ${sum(whole)}`], by)} < 0`;
}

/** Answers become one table on their tags; Grafana calls their values `Value #A` and so on. */
function oneTable(question: PanelQuestion): Transformation[] {
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
