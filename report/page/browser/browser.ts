/**
 * Runs in the page: draws the pictures of the report that lies in it, again when the colours change and for paper.
 *
 * @module
 */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  Tooltip,
} from "chart.js";
import { CHART_NAMES, chart, DARK, LIGHT, type Theme } from "../../charts.ts";
import type { Report } from "../../model.ts";
import { type LanguageName, wordsOf } from "../../words.ts";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip);

const dark = matchMedia("(prefers-color-scheme: dark)");
let drawn: { destroy(): void }[] = [];

function draw(theme: Theme): void {
  const source = document.getElementById("report")?.textContent;
  if (source === null || source === undefined) return;
  const words = wordsOf(document.documentElement.lang as LanguageName);
  const report = JSON.parse(source) as Report;
  for (const each of drawn) each.destroy();
  drawn = [];
  for (const name of CHART_NAMES) {
    const canvas = document.getElementById(`chart-${name}`);
    const config = chart(name, { report, words, theme });
    if (canvas instanceof HTMLCanvasElement && config !== undefined) {
      const frame = canvas.parentElement;
      frame?.style.setProperty("--bars", frame.dataset["bars"] ?? "8");
      drawn.push(new Chart<"bar">(canvas, config as ChartConfiguration<"bar">));
    }
  }
}

const screenTheme = (): Theme => (dark.matches ? DARK : LIGHT);
draw(screenTheme());
dark.addEventListener("change", () => draw(screenTheme()));
addEventListener("beforeprint", () => draw(LIGHT));
addEventListener("afterprint", () => draw(screenTheme()));
