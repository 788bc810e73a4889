/**
 * The pictures of a report as configurations of chart.js. Pure: the page draws them in a browser, `png.ts` on a canvas of
 * its own, from the same.
 *
 * @module
 */
import type { ChartConfiguration } from "chart.js";
import { SOURCES, type TrafficSource } from "../core/measures.ts";
import { nextBucket } from "../core/time/local-days.ts";
import { minuteText } from "../core/time/moments.ts";
import type { Report } from "./model.ts";
import { bucketTitle, siteTitle } from "./titles.ts";
import type { Words } from "./words.ts";

/** Colours of a picture. */
export interface Theme {
  readonly text: string;
  readonly grid: string;
  readonly sources: Readonly<Record<TrafficSource, string>>;
}

/** On white: every one of them has a contrast of 3 or more against the page. */
export const LIGHT: Theme = {
  text: "#3f4652",
  grid: "#e3e6eb",
  sources: { cache: "#1d6fb8", peers: "#0f8a6d", parents: "#7a5bc7", origin: "#c2571a" },
};

/** On near black. */
export const DARK: Theme = {
  text: "#c4cad4",
  grid: "#343a44",
  sources: { cache: "#5aa9f0", peers: "#3fc3a0", parents: "#ab91f0", origin: "#f0915a" },
};

/** Names of the pictures, in the order of the page. */
export const CHART_NAMES = ["buckets", "shares", "sites", "kinds"] as const;
export type ChartName = (typeof CHART_NAMES)[number];

/** Sites drawn; the table lists them all. */
const MOST_SITES = 20;

/** What a picture shows, and how. */
export interface Drawing {
  readonly report: Report;
  readonly words: Words;
  readonly theme: Theme;
}

/** A picture; undefined where there is nothing to draw. */
export function chart(name: ChartName, { report, words, theme }: Drawing): ChartConfiguration | undefined {
  if (name === "buckets") return bucketsChart(report, words, theme);
  if (name === "shares") return sharesChart(report, words, theme);
  if (name === "sites") return sitesChart(report, words, theme);
  return kindsChart(report, words, theme);
}

/** Bars of what was served, a part for each source. */
function bucketsChart(report: Report, words: Words, theme: Theme): ChartConfiguration {
  const { buckets } = report;
  return {
    type: "bar",
    data: {
      labels: buckets.map(({ startMs }) => bucketLabel(startMs, report, words)),
      datasets: usedSources(report).map((source) => ({
        label: words.texts.sources[source],
        data: buckets.map(({ sources, hasData }) => (hasData ? Number(sources[source]) : null)),
        backgroundColor: theme.sources[source],
        stack: "served",
      })),
    },
    options: chartOptions(theme, { value: words.bytes, stacked: true, legend: true }),
  };
}

/** The same in shares of the whole. */
function sharesChart(report: Report, words: Words, theme: Theme): ChartConfiguration | undefined {
  const buckets = report.buckets.filter(({ served }) => served > 0);
  if (buckets.length < 2) return undefined;
  return {
    type: "bar",
    data: {
      labels: buckets.map(({ startMs }) => bucketLabel(startMs, report, words)),
      datasets: usedSources(report).map((source) => ({
        label: words.texts.sources[source],
        data: buckets.map(({ sources, served }) => Number(sources[source]) / Number(served)),
        backgroundColor: theme.sources[source],
        stack: "served",
      })),
    },
    options: chartOptions(theme, { value: (share) => words.percent(share), stacked: true, legend: true, max: 1 }),
  };
}

/** The sites that served most. */
function sitesChart(report: Report, words: Words, theme: Theme): ChartConfiguration | undefined {
  if (report.sites.length < 2) return undefined;
  const sites = report.sites.slice(0, MOST_SITES);
  const bars = (label: string, colour: string, pick: (site: Report["sites"][number]) => number) => ({
    label,
    data: sites.map(pick),
    backgroundColor: colour,
    stack: "served",
  });
  return {
    type: "bar",
    data: {
      labels: sites.map((site) => siteTitle(site, words)),
      datasets: [
        bars(words.texts.fromCaches, theme.sources.cache, ({ fromCaches }) => Number(fromCaches)),
        bars(words.texts.fromApple, theme.sources.origin, ({ fromApple }) => Number(fromApple)),
      ],
    },
    options: {
      ...chartOptions(theme, { value: words.bytes, stacked: true, legend: true, lying: true }),
      indexAxis: "y",
    },
  };
}

function kindsChart({ kinds }: Report, words: Words, theme: Theme): ChartConfiguration | undefined {
  if (kinds.length === 0) return undefined;
  return {
    type: "bar",
    data: {
      labels: kinds.map(({ kind }) => kind),
      datasets: [
        { label: words.texts.held, data: kinds.map(({ bytes }) => bytes), backgroundColor: theme.sources.cache },
      ],
    },
    options: { ...chartOptions(theme, { value: words.bytes, lying: true }), indexAxis: "y" },
  };
}

/** Sources that gave anything; a legend of zeros helps nobody. */
function usedSources({ sources }: Report): TrafficSource[] {
  return SOURCES.filter((source) => source === "cache" || source === "origin" || sources[source] > 0);
}

export interface Look {
  /** A value in words, for axis and tooltip. */
  readonly value: (value: number) => string;
  readonly stacked?: boolean;
  readonly legend?: boolean;
  /** Bars lie: values run along x. */
  readonly lying?: boolean;
  readonly max?: number;
}

export function chartOptions(theme: Theme, look: Look): NonNullable<ChartConfiguration["options"]> {
  const names = {
    stacked: look.stacked ?? false,
    ticks: { color: theme.text, autoSkip: look.lying !== true, maxRotation: 0 },
    grid: { display: false },
  };
  const values = {
    stacked: look.stacked ?? false,
    beginAtZero: true,
    ...(look.max === undefined ? {} : { max: look.max }),
    ticks: {
      color: theme.text,
      maxTicksLimit: 6,
      callback: (value: string | number) => look.value(Number(value)),
    },
    grid: { color: theme.grid },
  };
  return {
    animation: false,
    maintainAspectRatio: false,
    font: { family: FONT },
    scales: look.lying === true ? { x: values, y: names } : { x: names, y: values },
    plugins: {
      legend: { display: look.legend ?? false, position: "bottom", labels: { color: theme.text, boxWidth: 14 } },
      tooltip: {
        callbacks: {
          label: ({ dataset, raw }) => `${dataset.label ?? ""}: ${look.value(Number(raw ?? 0))}`,
        },
      },
    },
  };
}

/** The page's own fonts first; DejaVu is the one `png.ts` brings. */
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** Of the hours of one day the clock alone: the picture has the day in its title. */
function bucketLabel(startMs: number, report: Report, words: Words): string {
  const { by, timeZone, period } = report;
  const isOneDay = by === "hour" && nextBucket(period.fromMs, "day", timeZone) >= period.toMs;
  return isOneDay ? minuteText(startMs, timeZone) : bucketTitle(startMs, report, words);
}
