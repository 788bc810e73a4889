/**
 * Rules every built board keeps, checked on the JSON that Grafana will read.
 *
 * The first group is ported from grafana/dashboard-linter, which knows Prometheus and Loki only; the second is our own.
 * What a rule finds is a sentence with the board and the panel in it.
 *
 * @module
 */

import { fieldSchema, measurementSchema } from "../../core/schema.ts";
import type { Dashboard, Panel, Row } from "../look/look.ts";
import { BUILT_IN_NAMES, variablesIn } from "./interpolate.ts";
import { measurementsIn, type NamesIn } from "./names.ts";

export { boardOf } from "./board-file.ts";

/** One broken rule. */
export interface BrokenRule {
  readonly rule: string;
  readonly where: string;
  readonly problem: string;
}

type Rule = (board: Dashboard, all: readonly Dashboard[]) => Iterable<Omit<BrokenRule, "rule">>;

const COLUMNS = 24;
const MAX_UID = 40;

/** Everything that is wrong with some boards that belong together. */
export function lint(boards: readonly Dashboard[]): BrokenRule[] {
  return boards.flatMap((board) =>
    Object.entries(RULES).flatMap(([rule, check]) =>
      [...check(board, boards)].map((finding) => ({ rule, ...finding })),
    ),
  );
}

/** Panels, those inside collapsed rows too, without the rows. */
export function panelsOf(board: Dashboard): Panel[] {
  return board.panels.flatMap((panel) => (panel.type === "row" ? [...(panel as Row).panels] : [panel as Panel]));
}

/** Kinds of panel that ask no data source. */
const WITHOUT_DATA: readonly string[] = ["text", "alertlist"];

const dataPanelsOf = (board: Dashboard): Panel[] => panelsOf(board).filter(({ type }) => !WITHOUT_DATA.includes(type));

/** Every query of a board with its place; `timed` ones are bound to the time range. */
export function queriesOf(board: Dashboard): { where: string; text: string; timed: boolean }[] {
  const textOf = (target: Readonly<Record<string, unknown>>): string => String(target["query"] ?? target["expr"] ?? "");
  return [
    ...dataPanelsOf(board).flatMap((panel) =>
      (panel.targets ?? []).map((target) => ({
        where: `${at(board, panel)}, query ${target["refId"]}`,
        text: textOf(target),
        timed: true,
      })),
    ),
    ...board.annotations.list.map((each) => ({
      where: `${board.title}, ${each.name}`,
      text: textOf(each.target),
      timed: true,
    })),
    ...board.templating.list
      .filter(({ type }) => type === "query")
      .map(({ name, query }) => ({
        where: `${board.title}, variable ${name}`,
        text: typeof query === "string" ? query : String(query?.["query"] ?? ""),
        timed: false,
      })),
  ];
}

const at = (board: Dashboard, panel: Panel): string => `${board.title}, panel ${panel.id} "${panel.title}"`;

/** One finding for each panel a test rejects. */
function* panels(board: Dashboard, test: (panel: Panel) => string | undefined): Generator<Omit<BrokenRule, "rule">> {
  for (const panel of dataPanelsOf(board)) {
    const problem = test(panel);
    if (problem !== undefined) yield { where: at(board, panel), problem };
  }
}

const RULES: Readonly<Record<string, Rule>> = {
  *"template-datasource"(board) {
    const found = board.templating.list.filter(({ type }) => type === "datasource");
    const [only] = found;
    if (found.length !== 1 || only?.name !== "datasource" || only.label !== "Data source") {
      yield { where: board.title, problem: 'expected one data source variable "datasource" labelled "Data source"' };
    }
  },
  *"template-on-time-change-reload"(board) {
    for (const { type, name, refresh } of board.templating.list) {
      if (type === "query" && refresh !== 2)
        yield { where: board.title, problem: `variable ${name} is not read again` };
    }
  },
  "panel-datasource": (board) =>
    panels(board, ({ datasource, targets }) =>
      [datasource, ...(targets ?? []).map((target) => target["datasource"] as { uid?: string })].every(
        (each) => each?.uid === "${datasource}",
      )
        ? undefined
        : "it does not use the data source of the board",
    ),
  *"panel-title-description"(board) {
    for (const panel of panelsOf(board)) {
      if ((panel.title ?? "") === "" || (panel.description ?? "").length < 10) {
        yield { where: at(board, panel), problem: "it needs a title and a description" };
      }
    }
  },
  "panel-units": (board) =>
    panels(board, ({ fieldConfig }) =>
      typeof fieldConfig?.defaults["unit"] === "string" ? undefined : "it has no unit",
    ),
  "panel-no-targets": (board) =>
    panels(board, ({ targets }) => ((targets ?? []).length > 0 ? undefined : "it asks nothing")),
  *uneditable(board) {
    if (board.editable !== false) yield { where: board.title, problem: "it can be edited in the browser" };
  },
  *"unique-ids"(board) {
    const ids = board.panels.flatMap((panel) => [
      panel.id,
      ...(panel.type === "row" ? (panel as Row).panels : []).map(({ id }) => id),
    ]);
    for (const id of repeated(ids)) yield { where: board.title, problem: `panel id ${id} is used twice` };
    for (const panel of dataPanelsOf(board)) {
      const refs = repeated((panel.targets ?? []).map((target) => target["refId"]));
      for (const ref of refs) yield { where: at(board, panel), problem: `query ${ref} is there twice` };
    }
  },
  *grid(board) {
    yield* overlaps(board.title, board.panels as readonly Panel[]);
    for (const panel of board.panels) if (panel.type === "row") yield* overlaps(board.title, (panel as Row).panels);
  },
  *"variables-used-and-defined"(board) {
    const defined = new Set(board.templating.list.map(({ name }) => name));
    const used = new Set(variablesIn(JSON.stringify(board)).map(({ name }) => name));
    for (const name of defined)
      if (!used.has(name)) yield { where: board.title, problem: `variable ${name} is used nowhere` };
    for (const { where, text } of queriesOf(board)) {
      for (const { name } of variablesIn(text)) {
        // `$/` closes an InfluxQL regular expression and is not a variable
        if (!defined.has(name) && !BUILT_IN_NAMES.has(name))
          yield { where, problem: `variable ${name} is not defined` };
      }
    }
  },
  *"matchers-safe"(board) {
    for (const { where, text } of queriesOf(board)) {
      for (const [, matcher = ""] of text.matchAll(/=~ ?(\/\S*\/|"[^"]*")/g)) {
        const anchored = matcher.startsWith('"') || /^\/\^.*\$\/$/.test(matcher);
        const formats = variablesIn(matcher).every(({ format }) => matcher.startsWith('"') === (format === undefined));
        if (!anchored || !formats) yield { where, problem: `the match ${matcher} is open at an end or badly escaped` };
      }
      if (/[^~] ?= ?["']\$/.test(text)) yield { where, problem: "a variable of several values is compared with =" };
    }
  },
  *"bound-to-time"(board) {
    for (const { where, text, timed } of queriesOf(board)) {
      const bound = /\$timeFilter|\$\{__to\}|\$\{__range_ms\}|\[1i\]|\[1d\]|\$__interval|\[\d+m\]/.test(text);
      if (timed && !bound) yield { where, problem: "it is not bound to the chosen time" };
    }
  },
  *"names-of-the-schema"(board) {
    for (const { where, text } of queriesOf(board)) yield* unknownNames(where, measurementsIn(text));
  },
  *"no-data-is-not-zero"(board) {
    for (const { where, text } of queriesOf(board)) {
      if (/fill\((?!none|null)/.test(text)) yield { where, problem: "gaps are filled with a number" };
    }
    yield* panels(board, ({ fieldConfig }) => {
      const said = fieldConfig?.defaults["noValue"];
      return typeof said === "string" && said !== "0" ? undefined : "it does not say what no data looks like";
    });
  },
  "series-named": (board) =>
    panels(board, (panel) =>
      (panel.targets ?? []).every(
        (target) => target["resultFormat"] !== "time_series" || typeof target["alias"] === "string",
      )
        ? undefined
        : "series by tag have no alias",
    ),
  *links(board, all) {
    const uids = new Set(all.map(({ uid }) => uid));
    for (const [, uid = ""] of JSON.stringify(board).matchAll(/"\/d\/([^?"]+)/g)) {
      if (!uids.has(uid))
        yield { where: board.title, problem: `a link leads to "${uid}", which is not one of these boards` };
    }
    for (const [url = ""] of JSON.stringify(board).matchAll(/"\/d\/[^"]+/g)) {
      if (!url.includes("__url_time_range")) yield { where: board.title, problem: `the link ${url} forgets the time` };
    }
  },
  *uid(board, all) {
    if (board.uid.length > MAX_UID)
      yield { where: board.title, problem: `the uid has more than ${MAX_UID} characters` };
    if (all.filter(({ uid }) => uid === board.uid).length > 1)
      yield { where: board.title, problem: "the uid is used twice" };
  },
  *title(board, all) {
    const others = all.filter((each) => each !== board && each.title === board.title);
    if (others.length === 0) return;
    const uids = [board, ...others].map(({ uid }) => `"${uid}"`).join(" and ");
    yield {
      where: board.title,
      problem: `the boards ${uids} have one title: in one folder Grafana refuses the second`,
    };
  },
  *"no-secret"(board) {
    if (/password|glsa_|bearer |secureJsonData|authorization/i.test(JSON.stringify(board))) {
      yield { where: board.title, problem: "it seems to hold a secret" };
    }
  },
  *"one-kind-of-bytes"(board) {
    if (/"unit":"bytes"/.test(JSON.stringify(board)))
      yield { where: board.title, problem: "bytes are powers of 1,000 here: decbytes" };
  },
};

function* unknownNames(where: string, found: readonly NamesIn[]): Generator<Omit<BrokenRule, "rule">> {
  if (found.length === 0) yield { where, problem: "no measurement was found in it" };
  for (const { measurement, fields } of found) {
    if (measurementSchema(measurement) === undefined) yield { where, problem: `nothing writes "${measurement}"` };
    for (const field of fields) {
      if (fieldSchema(measurement, field) === undefined)
        yield { where, problem: `"${measurement}" has no field "${field}"` };
    }
  }
}

function* overlaps(title: string, panels: readonly Panel[]): Generator<Omit<BrokenRule, "rule">> {
  const taken = new Map<string, string>();
  for (const { gridPos, title: name } of panels) {
    if (gridPos === undefined) continue;
    if (gridPos.x < 0 || gridPos.x + gridPos.w > COLUMNS)
      yield { where: title, problem: `"${name}" is outside the grid` };
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        const other = taken.get(`${x} ${y}`);
        if (other !== undefined && other !== name) yield { where: title, problem: `"${name}" lies over "${other}"` };
        taken.set(`${x} ${y}`, name ?? "");
      }
    }
  }
}

function repeated(values: readonly unknown[]): Set<unknown> {
  return new Set(values.filter((value, i) => values.indexOf(value) !== i));
}
