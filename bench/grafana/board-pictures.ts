/**
 * A picture of each board without a Grafana: panels drawn by chart.js from the answers of the boards' own queries, on
 * Grafana's grid, and photographed by headless Chromium. It shows what the data looks like, not Grafana's skin.
 *
 *     apt-get install chromium; npx tsx bench/grafana/board-pictures.ts [folder] [board …]
 *
 * The folder is board-pictures/ by default, which git ignores. Every board is drawn from InfluxDB and from VictoriaMetrics.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { startInflux, startVictoria } from "../../fixtures/engines.ts";
import { askPanel, type Chosen, dataPanels, type Source } from "../../fixtures/grafana/ask-panel.ts";
import { headingOf, type Picture, pageOf, pictureOf } from "../../fixtures/grafana/picture.ts";
import { SEED_DATABASE, SEED_NOW, SEED_ZONE, seedEngines } from "../../fixtures/grafana/seed.ts";
import { boards, DEFAULT_INSTALLATION, ENGINES } from "../../grafana/index.ts";

const [folder = "board-pictures", ...wanted] = process.argv.slice(2);
const DAY_MS = 86_400_000;
const RANGES: Readonly<Record<string, number>> = { savings: 30, fleet: 1, site: 2, warming: 30 };

mkdirSync(folder, { recursive: true });
const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const seed = await seedEngines(influx, victoria, { caches: 24, days: 50, intervalSeconds: 3600 });
  const chart = readFileSync(join(import.meta.dirname, "../../node_modules/chart.js/dist/chart.umd.min.js"), "utf8");
  for (const engine of ENGINES) {
    const url = engine === "influxdb" ? influx.url : victoria.url;
    const source: Source = { engine, url, database: SEED_DATABASE, zone: SEED_ZONE };
    const built = boards({ ...DEFAULT_INSTALLATION, engine, timezone: SEED_ZONE });
    for (const [name, board] of Object.entries(built)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      // the board of one cache is looked at with one cache chosen
      const values = name === "site" ? { server: [seed.fleet.caches[9]?.server ?? ""] } : {};
      const chosen: Chosen = { values, fromMs: SEED_NOW - (RANGES[name] ?? 1) * DAY_MS, toMs: SEED_NOW };
      const pictures: Picture[] = board.panels.filter(({ type }) => type === "row").map(headingOf);
      for (const panel of dataPanels(board)) {
        const { frames } = await askPanel(source, board, panel, chosen);
        pictures.push(pictureOf(panel, frames, SEED_ZONE, SEED_NOW));
      }
      const html = join(folder, `${name}-${engine}.html`);
      writeFileSync(html, pageOf(board.title, pictures, chart));
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(pathToFileURL(resolve(html)).href);
      await page.waitForFunction("window.drawn === true");
      await page.screenshot({ path: join(folder, `${name}-${engine}.png`), fullPage: true });
      console.log(join(folder, `${name}-${engine}.png`));
    }
  }
} finally {
  await browser.close();
  await Promise.all([influx.stop(), victoria.stop()]);
}
