/**
 * The pictures as PNG, drawn by chart.js on a canvas of its own: for mail, slides and pages that run no script.
 *
 * The canvas is `@napi-rs/canvas`, a binary for each platform; where there is none the rest of larder works without it.
 * DejaVu Sans comes along, so that a server without fonts writes text too.
 *
 * @module
 */
import { createRequire } from "node:module";
import type { Chart, ChartItem } from "chart.js";
import { errorText, LarderError } from "../core/errors.ts";
import { CHART_NAMES, type ChartName, chart, LIGHT } from "./charts.ts";
import type { Report } from "./model.ts";
import { periodTitle } from "./titles.ts";
import type { Words } from "./words.ts";

/** A picture of a report. */
export interface Picture {
  readonly name: ChartName;
  readonly png: Buffer;
}

const WIDTH = 960;
const HEIGHT = 420;
/** Height of a lying bar with its gap, and what axis and legend need. */
const BAR_HEIGHT = 26;
const FRAME_HEIGHT = 120;
/** Twice as many dots as points, for sharp text. */
const SCALE = 2;

/** Size of a picture, in points. One with lying bars is as high as they need. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * All pictures of a report that have something to draw.
 * @throws LarderError `REPORT_CANVAS` where the platform has no canvas
 */
export async function pictures(
  report: Report,
  words: Words,
  size: PictureSize = { width: WIDTH, height: HEIGHT },
): Promise<Picture[]> {
  const { createCanvas, GlobalFonts } = await loadCanvas();
  const { Chart: Drawing } = await import("chart.js/auto");
  const fonts = createRequire(import.meta.url);
  GlobalFonts.registerFromPath(fonts.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"), "DejaVu Sans");
  GlobalFonts.registerFromPath(fonts.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"), "DejaVu Sans");
  Drawing.defaults.font.family = "DejaVu Sans";
  const drawn: Picture[] = [];
  for (const name of CHART_NAMES) {
    const config = chart(name, { report, words, theme: LIGHT });
    if (config === undefined) continue;
    const lying = config.options?.indexAxis === "y";
    const height = lying ? (config.data.labels?.length ?? 0) * BAR_HEIGHT + FRAME_HEIGHT : size.height;
    const canvas = createCanvas(size.width * SCALE, height * SCALE);
    const title = { display: true, text: [chartTitle(name, report, words), periodTitle(report, words)] };
    const picture = new Drawing(canvas as unknown as ChartItem, {
      ...config,
      options: {
        ...config.options,
        responsive: false,
        devicePixelRatio: SCALE,
        font: { family: "DejaVu Sans", size: 12 },
        plugins: { ...config.options?.plugins, title },
      },
      plugins: [white],
    });
    picture.resize(size.width, height);
    drawn.push({ name, png: canvas.toBuffer("image/png") });
    picture.destroy();
  }
  return drawn;
}

function chartTitle(name: ChartName, report: Report, { texts }: Words): string {
  if (name === "buckets") return texts.byTime[report.by];
  return name === "shares" ? texts.shares : name === "sites" ? texts.sites : texts.kinds;
}

/** A picture without a ground is black in some viewers. */
const white = {
  id: "white",
  beforeDraw: ({ ctx, width, height }: Chart): void => {
    ctx.save();
    ctx.fillStyle = "#fff";
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

async function loadCanvas(): Promise<typeof import("@napi-rs/canvas")> {
  try {
    return await import("@napi-rs/canvas");
  } catch (error) {
    throw new LarderError(
      `Cannot draw pictures on ${process.platform} ${process.arch}: the canvas has no binary for it (${errorText(error)})`,
      { code: "REPORT_CANVAS", state: "nothing was written", next: "take --format html, which needs none" },
    );
  }
}
