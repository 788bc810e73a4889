/**
 * The pictures of the live page in README.md and docs/live-page.md: the demo's page in the middle of its warming run, and the
 * table of many caches of a town that does not exist, photographed by Chromium.
 *
 *     apt-get install chromium; npx tsx scripts/docs/picture-live.ts [folder]
 *
 * The story is always of the same school day, so the pictures change only when the page or the fixtures do, but for the
 * clock and the speed of this computer. Take them again then.
 */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { A_MINUTE, tellStory } from "../../cli/commands/demo/story.ts";
import { openPage, startBrowser } from "../../fixtures/browser/browser.ts";
import { writeFleetJournal } from "../../fixtures/fleet/fleet-journal.ts";
import { planFleet, Truth } from "../../fixtures/fleet/index.ts";
import { startLive } from "../../report/live/testing/live-server.ts";

const ZONE = "Europe/Berlin";
const NOON = Date.parse("2026-11-10T10:40:00Z");
const folder = process.argv[2] ?? join(import.meta.dirname, "../../docs/pictures");
/** As wide as GitHub shows a picture, so that its words can be read. */
const WIDTH = 1280;

async function pictureStory(browser: Browser, dir: string): Promise<void> {
  let url = "";
  let taken: Promise<void> = Promise.resolve();
  const take = async (): Promise<void> => {
    const { page } = await openPage(browser, url, { width: WIDTH, scheme: "light" });
    await page.locator(".run tbody tr").nth(5).waitFor({ timeout: 60_000 });
    await photograph(page, "live.png", 830);
  };
  const tell = (text: string): void => {
    url = /http:\S+/.exec(text)?.[0] ?? url;
    if (text.includes("Warming starts")) taken = take();
  };
  const { signal: stop } = new AbortController();
  const story = await tellStory({ folder: dir, size: { ...A_MINUTE, asksAfter: 20 }, sinks: [], port: 0, stop, tell });
  await taken;
  await story.close();
}

async function pictureTown(browser: Browser, stateDir: string): Promise<void> {
  const fromMs = NOON - 30 * 86_400_000;
  const shape = { seed: 3, caches: 14, regions: 4, fromMs, toMs: NOON, zone: ZONE, incidentsPerMonth: 0.5 };
  const fleet = planFleet({ ...shape, intervalSeconds: 1800 });
  const every = { statusEverySeconds: 1800, selfEverySeconds: 1800 };
  await writeFleetJournal(stateDir, fleet, new Truth(fleet), every);
  const server = await startLive({ stateDir, timeZone: ZONE, server: "", now: NOON });
  const address = `${server.url}?sort=served&dir=desc`;
  const { page } = await openPage(browser, address, { width: WIDTH, scheme: "light" });
  await page.evaluate("document.getElementById('p-caches').scrollIntoView()");
  await photograph(page, "live-caches.png", 790);
  await server.close();
}

async function photograph(page: Awaited<ReturnType<typeof openPage>>["page"], name: string, height: number) {
  await page.setViewportSize({ width: WIDTH, height });
  await page.waitForTimeout(800);
  const path = join(folder, name);
  await page.screenshot({ path });
  await page.close();
  console.log(`${path}: ${Math.round((await stat(path)).size / 1000)} KB`);
}

await mkdir(folder, { recursive: true });
const dir = await mkdtemp(join(tmpdir(), "larder-picture-"));
const browser = await startBrowser();
try {
  await pictureStory(browser, join(dir, "story"));
  await pictureTown(browser, join(dir, "town"));
} finally {
  await browser.close();
  await rm(dir, { recursive: true });
}
