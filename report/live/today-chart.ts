/**
 * The picture of today: what was served hour by hour, a part for each source, and the line of a usual day over it. Pure.
 *
 * @module
 */
import type { ChartConfiguration } from "chart.js";
import { SOURCES } from "../../core/measures.ts";
import { chartOptions, type Theme } from "../charts.ts";
import type { Words } from "../words.ts";
import type { LiveHour } from "./live-model.ts";

export interface TodayDrawing {
  readonly hours: readonly LiveHour[];
  readonly timeZone: string;
  readonly words: Words;
  readonly theme: Theme;
}

export function todayChart({ hours, timeZone, words, theme }: TodayDrawing): ChartConfiguration {
  const sources = SOURCES.filter(
    (source) => source === "cache" || source === "origin" || hours.some((hour) => hour.sources[source] > 0),
  );
  const bars = sources.map((source) => ({
    type: "bar" as const,
    label: words.texts.sources[source],
    data: hours.map((hour) => (hour.hasData ? Number(hour.sources[source]) : null)),
    backgroundColor: theme.sources[source],
    stack: "served",
    pointStyle: "rect" as const,
    order: 2,
  }));
  const usual = hours.some((hour) => hour.usual !== undefined)
    ? [
        {
          type: "line" as const,
          label: words.live.usualDay,
          data: hours.map((hour) => hour.usual ?? null),
          borderColor: theme.text,
          backgroundColor: theme.text,
          borderDash: [5, 4],
          borderWidth: 2,
          pointStyle: "line" as const,
          pointRadius: 0,
          pointHitRadius: 8,
          tension: 0.35,
          stack: "usual",
          order: 1,
        },
      ]
    : [];
  const options = chartOptions(theme, { value: words.bytes, stacked: true, legend: true });
  const labels = { ...options.plugins?.legend?.labels, usePointStyle: true, pointStyleWidth: 22 };
  return {
    type: "bar",
    data: { labels: hours.map(({ startMs }) => words.time(startMs, timeZone)), datasets: [...usual, ...bars] },
    options: { ...options, plugins: { ...options.plugins, legend: { ...options.plugins?.legend, labels } } },
  };
}
