/**
 * The house look: panels as plain functions over Grafana's types.
 *
 * Every panel has a title and a description, a unit, and says "no data" where nothing was written, so that nothing
 * written never reads as zero.
 *
 * @module
 */
import type { Options as BarGaugeOptions } from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { Options as TextOptions } from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";
import type {
  FieldConfig,
  Options as TimeSeriesOptions,
} from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type { Threshold } from "../../core/thresholds.ts";
import { compile, type Installation, slug } from "../installation.ts";
import { namesOf, type PanelQuestion, type Transformation } from "../query/query.ts";
import { COLOURS, thresholdSteps } from "./colours.ts";
import type { Panel, Plain, ValueMapping } from "./grafana-types.ts";
import { column, NO_TRAFFIC, type Override, unsetTags } from "./overrides.ts";
import { dataSource } from "./variables.ts";

/** What all panels are made from. */
export interface PanelSpec {
  readonly title: string;
  readonly description: string;
  readonly question: PanelQuestion;
  readonly unit: string;
  readonly width: number;
  readonly height: number;
  readonly threshold?: Threshold;
  readonly overrides?: readonly Override[];
  readonly mappings?: readonly ValueMapping[];
  /** After those the question needs itself. */
  readonly transformations?: readonly Transformation[];
  /** Instead of "no data". */
  readonly noValue?: string;
  readonly decimals?: number;
  /** A range of the panel's own, such as `now/M`, and how far it is moved back, such as `1M`. */
  readonly timeFrom?: string;
  readonly timeShift?: string;
}

/** A panel before the board gives it an id and a place. */
export type Unplaced = Panel & {
  readonly gridPos: { readonly w: number; readonly h: number; readonly x: number; readonly y: number };
};

/** One number. */
export function stat(installation: Installation, spec: PanelSpec): Unplaced {
  const drawn = spec.question.buckets !== "range";
  const greatest = spec.question.figures.every(({ kind }) => kind === "greatest");
  const options: Plain<Partial<StatOptions>> = {
    colorMode: spec.threshold === undefined ? "none" : "value",
    graphMode: drawn ? "area" : "none",
    justifyMode: "center",
    orientation: "auto",
    textMode: spec.question.figures.flatMap(namesOf).length > 1 ? "value_and_name" : "value",
    // buckets make up their number, so it is the one in the legend of the same buckets
    reduceOptions: { calcs: [drawn ? (greatest ? "max" : "sum") : "lastNotNull"], fields: "", values: false },
  };
  return panel(installation, spec, "stat", options, {});
}

/** Bars or lines over time. */
export interface TimeSpec extends PanelSpec {
  readonly draw: "bars" | "lines";
  readonly stacked?: boolean;
  /** What the legend shows beside each name: the sum of deltas, the last value of gauges, the peak of rates. */
  readonly legend: "sum" | "last" | "mean" | "max" | "none";
  readonly min?: number;
  readonly max?: number;
}

export function overTime(installation: Installation, spec: TimeSpec): Unplaced {
  const options: Plain<TimeSeriesOptions> = {
    legend: {
      displayMode: spec.legend === "none" ? "list" : "table",
      placement: "bottom",
      showLegend: true,
      calcs: spec.legend === "none" ? [] : [{ sum: "sum", last: "lastNotNull", mean: "mean", max: "max" }[spec.legend]],
    },
    tooltip: { mode: "multi", sort: "desc" },
  };
  const custom: Plain<Partial<FieldConfig>> = {
    drawStyle: spec.draw === "bars" ? "bars" : "line",
    fillOpacity: spec.draw === "bars" ? 85 : 10,
    lineWidth: spec.draw === "bars" ? 0 : 2,
    barAlignment: 1,
    showPoints: spec.draw === "bars" ? "never" : "auto",
    // a gap longer than an hour stays a gap
    spanNulls: spec.draw === "bars" ? false : 3_600_000,
    stacking: { group: "A", mode: spec.stacked === true ? "normal" : "none" },
    thresholdsStyle: { mode: spec.threshold === undefined ? "off" : "dashed" },
    axisSoftMin: 0,
  };
  const limits = {
    ...(spec.min === undefined ? {} : { min: spec.min }),
    ...(spec.max === undefined ? {} : { max: spec.max }),
  };
  return panel(installation, spec, "timeseries", options, { custom, ...limits });
}

/** A table; the first column by which it is sorted is the one that matters. */
export interface TableSpec extends PanelSpec {
  readonly sortBy?: { readonly column: string; readonly desc: boolean };
}

export function table(installation: Installation, spec: TableSpec): Unplaced {
  const options: Plain<Partial<TableOptions>> = {
    showHeader: true,
    cellHeight: "sm",
    ...(spec.sortBy === undefined ? {} : { sortBy: [{ displayName: spec.sortBy.column, desc: spec.sortBy.desc }] }),
  };
  const overrides = [...unsetTags(spec.question), ...(spec.overrides ?? [])];
  return panel(installation, { ...spec, overrides }, "table", options, { custom: { filterable: true, align: "auto" } });
}

/** A table of two columns: a name and a bar. Unlike bars of Grafana's own it has a name for what has no tag. */
export function bars(
  installation: Installation,
  spec: TableSpec & { readonly bar: string; readonly colour: string },
): Unplaced {
  const bar = column(spec.bar, {
    "custom.cellOptions": { type: "gauge", mode: "basic", valueDisplayMode: "text" },
    color: { mode: "fixed", fixedColor: spec.colour },
    min: 0,
  });
  return table(installation, { ...spec, overrides: [...(spec.overrides ?? []), bar] });
}

/** One bar for each row of a table, its name beside it. */
export function barGauge(installation: Installation, spec: PanelSpec): Unplaced {
  const options: Plain<Partial<BarGaugeOptions>> = {
    displayMode: "basic",
    orientation: "horizontal",
    valueMode: "text",
    namePlacement: "left",
    showUnfilled: false,
    sizing: "auto",
    minVizHeight: 14,
    minVizWidth: 8,
    maxVizHeight: 40,
    // every row is a bar
    reduceOptions: { calcs: [], fields: "", values: true, limit: 20 },
  };
  return panel(installation, spec, "bargauge", options, { min: 0 });
}

/** What the alert rules of an installation have found: those that ring or are about to. */
export function alertList(
  installation: Installation,
  spec: Pick<PanelSpec, "title" | "description" | "width" | "height">,
): Unplaced {
  return {
    type: "alertlist",
    title: spec.title,
    description: spec.description,
    gridPos: { w: spec.width, h: spec.height, x: 0, y: 0 },
    options: {
      viewMode: "list",
      groupMode: "default",
      groupBy: [],
      maxItems: 50,
      // by importance
      sortOrder: 3,
      dashboardAlerts: false,
      alertName: "",
      alertInstanceLabelFilter: `{source="${slug(installation.prefix)}"}`,
      stateFilter: { firing: true, pending: true, recovering: true, noData: true, error: true, normal: false },
    },
  };
}

/** A paragraph that says what a board is for. */
export function words(title: string, content: string, height: number): Unplaced {
  const options: Plain<TextOptions> = { mode: "markdown", content };
  return {
    type: "text",
    title,
    description: "What this board answers and how its numbers are made.",
    gridPos: { w: 24, h: height, x: 0, y: 0 },
    options,
  };
}

function panel(
  installation: Installation,
  spec: PanelSpec,
  type: string,
  options: object,
  defaults: Readonly<Record<string, unknown>>,
): Unplaced {
  const { targets, transformations } = compile(installation, spec.question);
  const ratio = spec.question.figures.some(({ kind }) => kind === "ratio");
  const mappings = [...(spec.mappings ?? []), ...(ratio ? [NO_TRAFFIC] : [])];
  const fixed = { mode: spec.threshold === undefined ? "palette-classic" : "thresholds" };
  return {
    type,
    title: spec.title,
    description: spec.description,
    datasource: dataSource(installation),
    gridPos: { w: spec.width, h: spec.height, x: 0, y: 0 },
    ...stepsOf(installation, spec.question),
    ...(spec.timeFrom === undefined ? {} : { timeFrom: spec.timeFrom }),
    ...(spec.timeShift === undefined ? {} : { timeShift: spec.timeShift }),
    options,
    fieldConfig: {
      defaults: {
        unit: spec.unit,
        noValue: spec.noValue ?? "no data",
        color: fixed,
        ...(spec.decimals === undefined ? {} : { decimals: spec.decimals }),
        thresholds: {
          mode: "absolute",
          steps:
            spec.threshold === undefined ? [{ color: COLOURS.plain, value: null }] : thresholdSteps(spec.threshold),
        },
        mappings,
        ...defaults,
      },
      overrides: [...(spec.overrides ?? [])],
    },
    targets: targets.map((each) => ({ ...each, datasource: dataSource(installation) })),
    transformations: [...transformations, ...(spec.transformations ?? [])],
  };
}

/** Panels that show one thing as a number and over time have the same steps, whatever their width: so they agree. */
function stepsOf(
  installation: Installation,
  { buckets, figures }: PanelQuestion,
): { interval?: string; maxDataPoints?: number } {
  if (buckets === "range") return {};
  const victoria = installation.engine === "victoriametrics";
  // by Grafana's rounding: days up to 12 weeks, weeks up to 36, then thirty days
  if (buckets === "day") return { interval: "1d", maxDataPoints: victoria ? EVERY_STEP : 12 };
  const hours = figures.some(
    (figure) => figure.kind === "sum" && figure.add.some(({ measurement }) => measurement.endsWith("_1h")),
  );
  if (hours) return { interval: "1h", maxDataPoints: victoria ? EVERY_STEP : 400 };
  return { interval: "5m", maxDataPoints: 400 };
}

/** Longer steps of VictoriaMetrics would reach beyond the chosen time. */
const EVERY_STEP = 10_000;
