/**
 * What the board for managers shows of a world, by the queries of its panels.
 *
 * @module
 */
import { askPanel, dataPanels, type Source } from "../../fixtures/grafana/ask-panel.ts";
import { tileValue } from "../../fixtures/grafana/shown.ts";
import { boards } from "../../grafana/index.ts";
import { DEFAULT_INSTALLATION, ENGINES } from "../../grafana/installation.ts";
import type { Sums } from "./book.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
/** The panels, and which counters they add up. */
const TILES: readonly (readonly [title: string, counters: RegExp])[] = [
  ["Saved", /^bytes\.from(cache|peers|parents)\.toclients$/],
  ["From Apple", /^bytes\.fromorigin\.toclients$/],
];

/**
 * Tiles that show another number than the book has; every day of it has to be over.
 * @param warmed what warming was given without the WAN, which is not saved
 */
export async function boardDifferences(world: World, truth: Sums, warmed: number): Promise<string[]> {
  const { engines, database, plan, clock } = world;
  const wrong: string[] = [];
  for (const engine of ENGINES) {
    const url = engine === "influxdb" ? engines.influx.url : engines.victoria.url;
    const source: Source = { engine, url, database, zone: plan.zone };
    const board = boards({ ...DEFAULT_INSTALLATION, engine, timezone: plan.zone }).savings;
    const chosen = { values: {}, fromMs: plan.startMs - 3 * DAY_MS, toMs: clock.now() };
    for (const [title, counters] of TILES) {
      const panel = dataPanels(board).find((each) => each.title === title);
      if (panel === undefined) throw new Error(`the board has no panel "${title}"`);
      const shown = tileValue(panel, (await askPanel(source, board, panel, chosen)).frames) ?? 0;
      let expected = title === "Saved" ? -warmed : 0;
      for (const [key, sum] of truth) if (counters.test(key.split(" ")[1] ?? "")) expected += sum;
      expected = Math.max(0, expected);
      if (shown !== expected) wrong.push(`board on ${engine}: ${title} is ${shown}, the book says ${expected}`);
    }
  }
  return wrong;
}
