/**
 * Questions in InfluxQL: the subset that InfluxDB 1.x, 2.x and 3 Core share.
 *
 * InfluxQL cannot combine two measurements, and a sum of two fields is null where one was never written. So a query
 * asks for plain columns, one for each field, and Grafana's transformations add, subtract and divide them: those leave
 * a missing column out instead of losing the row.
 *
 * @module
 */
import { fleetDays } from "./fleet-days.ts";
import { topRows } from "./influx-top.ts";
import type { CacheCount, Compiled, Fields, Figure, Question, Transformation } from "./queries.ts";

interface Column {
  readonly expression: string;
  readonly alias: string;
}

/** One query: what it selects, and from where. */
interface Query {
  readonly columns: Column[];
  readonly source: string;
  readonly keepsTime: boolean;
  readonly counted: boolean;
}

/** The targets and transformations of a question. */
export function influxql(question: Question): Compiled {
  const queries = new Map<string, Query>();
  for (const figure of question.figures) {
    for (const { key, query, column } of figureColumns(figure, question)) {
      const there = queries.get(key) ?? query;
      const isAsked = ({ alias, expression }: Column): boolean =>
        alias === column.alias || (figure.kind === "ratio" && expression === column.expression);
      if (!there.columns.some(isAsked)) there.columns.push(column);
      queries.set(key, there);
    }
  }
  const steps = question.figures.flatMap((figure) => figureSteps(figure, queries));
  const targets = [...queries.values()].map((query, i) => target(query, question, String.fromCharCode(65 + i)));
  return {
    targets,
    transformations: [...together(question, [...queries.values()]), ...steps, ...tidy(question, steps)],
  };
}

/** The conditions of a question's drop-downs and fixed tags, joined by AND. */
export function influxWhere(question: Pick<Question, "select" | "where">, time = "$timeFilter"): string {
  const chosen = Object.entries(question.select).map(([tag, variable]) => `"${tag}" =~ /^\${${variable}:regex}$/`);
  const fixed = Object.entries(question.where ?? {}).map(([tag, value]) => `"${tag}" =~ /^(${value})$/`);
  return [...chosen, ...fixed, time].join(" AND ");
}

interface Placed {
  readonly key: string;
  readonly query: Query;
  readonly column: Column;
}

function figureColumns(figure: Figure, question: Question): Placed[] {
  if (figure.kind === "count") {
    return [
      ...figure.add.map((count, i) => countColumn(count, question, termName(figure, i, ""), "")),
      ...(figure.subtract ?? []).map((count, i) => countColumn(count, question, termName(figure, i, "less "), " * -1")),
    ];
  }
  if (figure.kind === "sum") {
    const lone = isLone(figure);
    const times = figure.times === undefined ? "" : ` ${figure.times}`;
    return [
      ...figure.add.flatMap((each) => sumColumns(each, lone ? figure.name : undefined, times, figure)),
      ...(figure.subtract ?? []).flatMap((each) => sumColumns(each, undefined, `${times} * -1`, figure)),
    ];
  }
  if (figure.kind === "ratio") {
    return [...figure.part, ...figure.whole].flatMap((each) => sumColumns(each, undefined, "", undefined));
  }
  if (figure.kind === "total") return [totalColumn(figure, question)];
  const { measurement, fields } = figure.of;
  const fn = figure.kind === "greatest" ? "max" : "last";
  const query = { columns: [], source: `"${measurement}"`, keepsTime: figure.kind === "seen", counted: false };
  return fields.map((field) => ({
    key: figure.kind === "seen" ? `seen ${measurement}` : measurement,
    query,
    column: { expression: `${fn}("${field}")`, alias: figure.kind === "seen" ? "last" : figure.name },
  }));
}

function sumColumns(each: Fields, alias: string | undefined, times: string, figure: Figure | undefined): Placed[] {
  return each.fields.map((field) => ({
    key: each.measurement,
    query: { columns: [], source: `"${each.measurement}"`, keepsTime: false, counted: false },
    column: { expression: `sum("${field}")${times}`, alias: alias ?? columnName(field, times, figure) },
  }));
}

/** Caches are counted over the last value of each, in a query of their own. */
function countColumn(count: CacheCount, question: Question, alias: string, times: string): Placed {
  const { measurement, fields } = count.of;
  const time =
    count.within === undefined ? "$timeFilter" : `time > \${__to}ms - ${count.within} AND time <= \${__to}ms`;
  const tags = tagList(["server", ...(question.by ?? []).filter((tag) => tag !== "server")]);
  const last = `SELECT last("${fields[0]}") AS "x" FROM "${measurement}" WHERE ${influxWhere(question, time)} GROUP BY ${tags}`;
  const where = count.where === undefined ? "" : ` WHERE "x" ${count.where.is} ${count.where.value}`;
  const source = `(${last})${where}`;
  return {
    key: source,
    query: { columns: [], source, keepsTime: false, counted: true },
    column: { expression: `count("x")${times}`, alias },
  };
}

/** The last of each cache, then their sum. */
function totalColumn(figure: Extract<Figure, { kind: "total" }>, question: Question): Placed {
  const { measurement, fields } = figure.of;
  const groups = [
    ...TIME[question.buckets],
    tagList(["server", ...(question.by ?? []).filter((tag) => tag !== "server")]),
  ];
  const fill = question.buckets === "range" ? "" : " fill(none)";
  const last = `SELECT last("${fields[0]}") AS "x" FROM "${measurement}" WHERE ${influxWhere(question)} GROUP BY ${groups.join(", ")}${fill}`;
  return {
    key: `${figure.name} ${measurement} ${fields[0]}`,
    query: { columns: [], source: `(${last})`, keepsTime: false, counted: false },
    column: { expression: 'sum("x")', alias: figure.name },
  };
}

const TIME = { range: [], day: ["time($__interval)"], interval: ["time($__interval)"] } as const;

function target(query: Query, question: Question, refId: string): Record<string, unknown> {
  const selected = query.columns.map(({ expression, alias }) => `${expression} AS "${alias}"`).join(", ");
  // a subquery has its own conditions; cut into time, it needs the range outside too
  const inner = query.source.startsWith("(");
  const bounds = query.counted ? "" : " WHERE $timeFilter";
  const days = fleetDays(query.source, question);
  const where = inner ? bounds : ` WHERE ${days.where}${influxWhere(question)}`;
  const tags = (question.by ?? []).map((tag) => `"${tag}"`);
  const groups = [...TIME[question.buckets], ...tags].join(", ");
  const groupBy = groups === "" ? "" : ` GROUP BY ${groups}`;
  const fill = question.buckets === "range" ? "" : " fill(none)";
  const zone = question.buckets === "day" ? " tz('${timezone}')" : "";
  const series = question.buckets !== "range" && tags.length > 0;
  return {
    refId,
    rawQuery: true,
    resultFormat: series ? "time_series" : "table",
    ...(series ? { alias: seriesName(question) } : {}),
    query: topRows(
      question,
      query.columns.map(({ alias }) => alias),
      `SELECT ${selected} FROM ${days.source}${where}${groupBy}${fill}${zone}`,
    ),
  };
}

/** Series by tag are named by the tag, and by the figure where there are several. */
function seriesName(question: Question): string {
  const tags = (question.by ?? []).map((tag) => `$tag_${tag}`).join(" ");
  return question.figures.length > 1 ? `${tags} $col` : tags;
}

/** Several answers become one table: on their tags, or on time where there are none. */
function together(question: Question, queries: readonly Query[]): Transformation[] {
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

function figureSteps(figure: Figure, queries: ReadonlyMap<string, Query>): Transformation[] {
  if (figure.kind === "sum" && !isLone(figure)) return [addUp(sumNames(figure), figure.name)];
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
      sumColumns(each, undefined, "", undefined).map(
        ({ key, column }) =>
          queries.get(key)?.columns.find(({ expression }) => expression === column.expression)?.alias ?? column.alias,
      ),
    );
  const part = `part of ${figure.name}`;
  const whole = `whole of ${figure.name}`;
  return [
    addUp(names(figure.part), part),
    addUp(names(figure.whole), whole),
    {
      id: "calculateField",
      options: { mode: "binary", binary: { left: part, operator: "/", right: whole }, alias: figure.name },
    },
  ];
}

/** Adds columns of a row; a column that is missing or empty counts for nothing. */
function addUp(names: readonly string[], alias: string): Transformation {
  return { id: "calculateField", options: { mode: "reduceRow", reduce: { reducer: "sum", include: names }, alias } };
}

/** Only the figures stay, in their order, under the names people read. */
function tidy(question: Question, steps: readonly Transformation[]): Transformation[] {
  const by = question.by ?? [];
  if (question.buckets !== "range" && by.length > 0) return [];
  if (steps.length === 0 && question.buckets !== "range") return [];
  const kept = [...by, ...question.figures.map((figure) => (figure.kind === "seen" ? "Time" : figure.name))];
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

/** What people read for a tag. */
export const TAG_TITLES: Readonly<Record<string, string>> = {
  server: "Cache",
  site_name: "Site",
  region: "Region",
  school_type: "School type",
  target: "Target",
  kind: "Kind",
  peer: "Peer",
  role: "Role",
  family: "Family",
  model: "Model",
  os: "System",
  group: "Group",
  outcome: "Outcome",
};

function isLone(figure: Extract<Figure, { kind: "sum" }>): boolean {
  return figure.subtract === undefined && figure.add.length === 1 && figure.add[0]?.fields.length === 1;
}

function sumNames(figure: Extract<Figure, { kind: "sum" }>): string[] {
  const times = figure.times === undefined ? "" : ` ${figure.times}`;
  return [
    ...figure.add.flatMap((each) => each.fields.map((field) => columnName(field, times, figure))),
    ...(figure.subtract ?? []).flatMap((each) =>
      each.fields.map((field) => columnName(field, `${times} * -1`, figure)),
    ),
  ];
}

/** Fields that several figures use are asked for once: the name says field, sign and price, not the figure. */
function columnName(field: string, times: string, figure: Figure | undefined): string {
  const sign = times.endsWith("* -1") ? "less " : "";
  const priced = figure?.kind === "sum" && figure.times !== undefined ? " in money" : "";
  return `${sign}${field}${priced}`;
}

function termName(figure: Extract<Figure, { kind: "count" }>, index: number, sign: string): string {
  const lone = figure.add.length === 1 && figure.subtract === undefined;
  return lone ? figure.name : `${sign}${figure.name} ${index + 1}`;
}

function tagList(tags: readonly string[]): string {
  return tags.map((tag) => `"${tag}"`).join(", ");
}
