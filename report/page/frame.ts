/**
 * Room for a picture, which the browser draws.
 *
 * @module
 */
import type { ChartConfiguration } from "chart.js";
import { type Html, html } from "./html.ts";

/** @param title what it shows, for those who do not see it */
export function frame(name: string, title: string, { data, options }: ChartConfiguration): Html {
  const lying = options?.indexAxis === "y";
  const bars = data.labels?.length ?? 0;
  return html`<div class="${lying ? "chart lying" : "chart"}" data-bars="${bars}"><canvas id="chart-${name}" role="img" aria-label="${title}"></canvas></div>`;
}
