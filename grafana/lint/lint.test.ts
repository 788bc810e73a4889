import { describe, expect, it } from "vitest";
import { boards } from "../dashboards/dashboards.ts";
import { DEFAULT_INSTALLATION, ENGINES } from "../installation.ts";
import type { Dashboard } from "../look/grafana-types.ts";
import { lint } from "./lint.ts";

type Loose = Record<string, unknown>;
type LoosePanel = Loose & {
  targets: Loose[];
  fieldConfig: { defaults: Loose; overrides: unknown[] };
  gridPos: Record<string, number>;
};

/** A board to break: everything in it may be changed. */
function copy(engine: "influxdb" | "victoriametrics" = "influxdb") {
  const board = structuredClone(boards({ ...DEFAULT_INSTALLATION, engine }).savings) as unknown as Loose & {
    panels: LoosePanel[];
    templating: { list: Loose[] };
  };
  const [panel] = board.panels as [LoosePanel];
  return { board, panel, target: panel.targets[0] as Loose };
}

const others = Object.values(boards(DEFAULT_INSTALLATION)).slice(1);
const rulesBroken = (board: unknown): string[] => [
  ...new Set(lint([board as Dashboard, ...others]).map(({ rule }) => rule)),
];

describe("lint()", () => {
  it.each(ENGINES)("finds nothing wrong with our boards for %s", (engine) => {
    for (const prefix of ["larder", "Schools of the North"]) {
      expect(lint(Object.values(boards({ ...DEFAULT_INSTALLATION, engine, prefix, timezone: "Asia/Tokyo" })))).toEqual(
        [],
      );
    }
  });

  const BREAKS: readonly [string, (it: ReturnType<typeof copy>) => void][] = [
    ["template-datasource", ({ board }) => Object.assign(board.templating.list[0] as Loose, { label: "DB" })],
    ["template-on-time-change-reload", ({ board }) => Object.assign(board.templating.list[1] as Loose, { refresh: 1 })],
    ["panel-datasource", ({ panel }) => Object.assign(panel, { datasource: { type: "influxdb", uid: "mine" } })],
    ["panel-title-description", ({ panel }) => Object.assign(panel, { description: "" })],
    ["panel-units", ({ panel }) => delete panel.fieldConfig.defaults["unit"]],
    ["panel-no-targets", ({ panel }) => Object.assign(panel, { targets: [] })],
    ["uneditable", ({ board }) => Object.assign(board, { editable: true })],
    ["unique-ids", ({ board }) => Object.assign(board.panels[1] as Loose, { id: 1 })],
    ["grid", ({ panel }) => Object.assign(panel.gridPos, { x: 2 })],
    ["variables-used-and-defined", ({ target }) => Object.assign(target, { query: `${target["query"]} AND $nobody` })],
    ["variables-used-and-defined", ({ board }) => board.templating.list.push({ type: "textbox", name: "unused" })],
    [
      "matchers-safe",
      ({ target }) =>
        Object.assign(target, { query: String(target["query"]).replace("/^${region:regex}$/", "/${region:regex}/") }),
    ],
    [
      "matchers-safe",
      ({ target }) => Object.assign(target, { query: String(target["query"]).replace("${region:regex}", "$region") }),
    ],
    [
      "bound-to-time",
      ({ target }) =>
        Object.assign(target, { query: String(target["query"]).replace(/time >= .* GROUP|time >= .*$/, "1 = 1") }),
    ],
    [
      "names-of-the-schema",
      ({ target }) => Object.assign(target, { query: String(target["query"]).replace('"saved"', '"safe"') }),
    ],
    [
      "names-of-the-schema",
      ({ target }) => Object.assign(target, { query: String(target["query"]).replace('"served_1d"', '"served_1w"') }),
    ],
    ["no-data-is-not-zero", ({ panel }) => Object.assign(panel.fieldConfig.defaults, { noValue: "0" })],
    [
      "no-data-is-not-zero",
      ({ target }) => Object.assign(target, { query: `${target["query"]} GROUP BY time(1d) fill(0)` }),
    ],
    ["series-named", ({ target }) => Object.assign(target, { resultFormat: "time_series" })],
    ["links", ({ panel }) => Object.assign(panel, { links: [{ url: "/d/nowhere?${__url_time_range}" }] })],
    ["links", ({ panel }) => Object.assign(panel, { links: [{ url: "/d/larder-fleet?x=1" }] })],
    ["uid", ({ board }) => Object.assign(board, { uid: "x".repeat(41) })],
    ["no-secret", ({ panel }) => Object.assign(panel, { description: "the password is hunter2" })],
    ["one-kind-of-bytes", ({ panel }) => Object.assign(panel.fieldConfig.defaults, { unit: "bytes" })],
  ];

  it.each(BREAKS)("%s is seen when broken", (rule, breakIt) => {
    const broken = copy();
    breakIt(broken);
    expect(rulesBroken(broken.board)).toContain(rule);
  });

  it("sees a wrong name in the second of two measurements", () => {
    const { board, target } = copy();
    target["query"] = String(target["query"]).replace('FROM "served_1d"', 'FROM "served_1d", "served_1w"');
    expect(rulesBroken(board)).toContain("names-of-the-schema");
  });

  it("sees a wrong field in MetricsQL, alone and in a list", () => {
    const { board, target } = copy("victoriametrics");
    target["expr"] = String(target["expr"]).replace("served_1d_saved", "served_1d_safe");
    expect(rulesBroken(board)).toContain("names-of-the-schema");
    const list = copy("victoriametrics");
    list.target["expr"] = 'sum(sum_over_time({__name__=~"served_1d_(local|origins)"}[${__range_ms}ms1ms]))';
    expect(rulesBroken(list.board)).toContain("names-of-the-schema");
  });
});
