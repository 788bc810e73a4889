/**
 * The picture of a report in README.md: the head of the page `larder report --format html` writes of October in a small
 * town that does not exist, photographed by Chromium.
 *
 *     apt-get install chromium; npx tsx scripts/docs/picture-report.ts [file]
 *
 * Nothing is warmed there, so that saved is what came from the caches. The town follows from its seed: the picture
 * changes only when the page or the fixtures do. Take it again then.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { openPage, startBrowser } from "../../fixtures/browser/browser.ts";
import { writeFleetJournal } from "../../fixtures/fleet/fleet-journal.ts";
import { planFleet, Truth } from "../../fixtures/fleet/index.ts";
import { type Asked, makeJournalReport, namedPeriod, page as pageOf, wordsOf } from "../../report/index.ts";

const ZONE = "Europe/Berlin";
const MADE_MS = Date.parse("2026-11-01T07:00:00Z");
/** As wide as GitHub shows a picture, and as much of the page as fits above the fold. */
const SIZE = { width: 900, height: 764 };
const file = process.argv[2] ?? join(import.meta.dirname, "../../docs/pictures/report.png");

const asked: Asked = {
  madeMs: MADE_MS,
  timeZone: ZONE,
  period: namedPeriod("2026-10", { nowMs: MADE_MS, timeZone: ZONE, schoolYearStarts: "08-01" }),
  by: "day",
  organisation: "Town of Example",
  logo: undefined,
  filter: {},
  groupBy: "site_name",
  worth: { currency: "EUR", pricePerGB: 0.02, lineMbits: 100 },
};
const folder = await mkdtemp(join(tmpdir(), "larder-picture-"));
const browser = await startBrowser();
try {
  const fleet = planFleet({
    seed: 7,
    caches: 24,
    regions: 2,
    // the month before is there to be compared with
    fromMs: asked.period.before.fromMs,
    toMs: MADE_MS,
    zone: ZONE,
    intervalSeconds: 3600,
    incidentsPerMonth: 0.3,
  });
  await writeFleetJournal(folder, fleet, new Truth(fleet), {
    statusEverySeconds: 3600,
    selfEverySeconds: 0,
    warming: false,
  });
  const html = join(folder, "report.html");
  await writeFile(html, await pageOf(await makeJournalReport(folder, asked), wordsOf("en")));
  const { page } = await openPage(browser, pathToFileURL(html).href, { width: SIZE.width, scheme: "light" });
  await mkdir(dirname(file), { recursive: true });
  // charts move into their places first
  await page.waitForTimeout(1500);
  await page.setViewportSize(SIZE);
  await page.waitForTimeout(500);
  await page.screenshot({ path: file });
  console.log(`${file}: ${Math.round((await stat(file)).size / 1000)} KB`);
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
