/**
 * The pictures of the live page, drawn by chart.js and changed in place.
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
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";
import { type ChartName, chart, DARK, LIGHT, type Theme } from "../../charts.ts";
import type { Report } from "../../model.ts";
import type { Words } from "../../words.ts";
import type { LiveHour } from "../live-model.ts";
import { todayChart } from "../today-chart.ts";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** What pictures are drawn from. */
interface ChartData {
  readonly hours: readonly LiveHour[];
  readonly report: Report;
}

const drawn = new Map<string, Chart>();
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Draws what there is room for, or changes what is drawn. */
export function draw(source: string, words: Words, theme: Theme = dark.matches ? DARK : LIGHT): void {
  const data = JSON.parse(source) as ChartData;
  for (const canvas of document.querySelectorAll("canvas")) {
    const name = canvas.id.replace(/^chart-/, "");
    const config = configOf(name, data, words, theme);
    if (config === undefined) continue;
    const frame = canvas.parentElement;
    frame?.style.setProperty("--bars", String(config.data.labels?.length ?? 8));
    const known = drawn.get(name);
    if (known !== undefined && known.canvas === canvas) {
      known.data = config.data;
      known.options = config.options ?? {};
      known.update("none");
    } else {
      known?.destroy();
      drawn.set(name, new Chart(canvas, config as ChartConfiguration<"bar">) as Chart);
    }
  }
}

/** Draws again when the colours change, and for paper. */
export function followColours(redraw: (theme?: Theme) => void): void {
  dark.addEventListener("change", () => redraw());
  addEventListener("beforeprint", () => redraw(LIGHT));
  addEventListener("afterprint", () => redraw());
}

function configOf(
  name: string,
  { hours, report }: ChartData,
  words: Words,
  theme: Theme,
): ChartConfiguration | undefined {
  return name === "today"
    ? todayChart({ hours, timeZone: report.timeZone, words, theme })
    : chart(name as ChartName, { report, words, theme });
}
