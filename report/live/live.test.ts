import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, totalSavings, traffic } from "../../core/history/history.ts";
import { openJournal, type StreamName } from "../../core/journal/journal.ts";
import { type Point, pointLine } from "../../core/line/line.ts";
import { bucketStart } from "../../core/time/local-days.ts";
import { openPage, startBrowser, withoutBrowser } from "../../fixtures/browser/browser.ts";
import { writeFleetJournal } from "../../fixtures/fleet/fleet-journal.ts";
import { type Fleet, planFleet, Truth } from "../../fixtures/fleet/index.ts";
import { HOSTILE_NAMES } from "../testing/example.ts";
import { wordsOf } from "../words.ts";
import { type LiveServer, type LiveServerOptions, startLive } from "./testing/live-server.ts";

const ZONE = "Europe/Berlin";
const NOW = Date.parse("2026-11-10T10:40:00Z");
const MINUTE = 60_000;
const words = wordsOf("en");

/** A town that is watched, served as `larder serve` does. */
interface World {
  readonly fleet: Fleet;
  readonly stateDir: string;
  readonly options: LiveServerOptions;
  readonly server: LiveServer;
}

async function makeWorld(caches: number): Promise<World> {
  const stateDir = mkdtempSync(join(tmpdir(), "larder-live-"));
  const fleet = planFleet({
    seed: 3,
    caches,
    regions: Math.min(2, caches),
    fromMs: NOW - 16 * 86_400_000,
    toMs: NOW,
    zone: ZONE,
    intervalSeconds: 3600,
    incidentsPerMonth: 0,
  });
  const every = { statusEverySeconds: 3600, selfEverySeconds: 3600 };
  await writeFleetJournal(stateDir, fleet, new Truth(fleet), every);
  const options = { stateDir, timeZone: ZONE, server: fleet.caches[0]?.server ?? "", now: NOW };
  return { fleet, stateDir, options, server: await startLive(options) };
}

async function append(stateDir: string, stream: StreamName, points: readonly Point[]): Promise<void> {
  const journal = await openJournal(stateDir, stream);
  const times = points.map(({ timeMs }) => timeMs);
  await journal.append({
    lines: points.map((point) => `${pointLine(point)}\n`).join(""),
    lineCount: points.length,
    span: { fromMs: Math.min(...times), toMs: Math.max(...times) },
  });
  await journal.close();
}

function served(server: string, bytes: number, timeMs: number): Point {
  const fields = { "bytes.fromcache.toclients": { integer: bytes }, "bytes.fromorigin.toclients": { integer: 0 } };
  return { measurement: "bytestoclients", tags: { server }, fields, timeMs };
}

function asset(server: string, i: number, timeMs: number): Point {
  return {
    measurement: "precacheasset",
    tags: { server, target: server, group: "iPad", outcome: i === 1 ? "failed" : "warmed" },
    fields: {
      bytes: { integer: 1e9 },
      "bytes.asked": { integer: 1e9 },
      "bytes.fromorigin": { integer: 1e9 },
      seconds: { float: 9 },
      url: { text: `http://updates.cdn-apple.com/2026/iPad%20${i}.ipsw` },
    },
    timeMs,
  };
}

/** Today as history has it, in the page's words. */
async function todayOf(stateDir: string, tags: Readonly<Record<string, string>>): Promise<string[]> {
  const span = { fromMs: bucketStart(NOW, "day", ZONE), toMs: NOW + 86_400_000 };
  const [rows] = await ask(stateDir, [traffic({ ...span, by: "hour", timeZone: ZONE, tags })]);
  const { served: all, fromCaches, fromApple, hitRatio } = totalSavings(rows);
  return [words.bytes(all), words.bytes(fromCaches), words.bytes(fromApple), words.percent(hitRatio)];
}

const tiles = async (page: Page): Promise<string[]> => await page.locator(".tiles .value").allInnerTexts();

async function violations(page: Page): Promise<string[]> {
  // the page's policy keeps scripts out; the tester's own comes in through the debugger
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

describe.skipIf(withoutBrowser !== undefined)("the live page (skipped where there is no Chromium)", () => {
  let browser: Browser;
  let one: World;
  let town: World;
  beforeAll(async () => {
    [browser, one, town] = await Promise.all([startBrowser(), makeWorld(1), makeWorld(6)]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    for (const { server, stateDir } of [one, town]) {
      await server.close();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
  const cacheOf = (world: World): string => world.options.server;

  it("shows history's numbers, and goes on showing them while rows come in", async () => {
    const { page, complaints, requests } = await openPage(browser, one.server.url, { width: 1440, scheme: "light" });
    expect(await tiles(page)).toEqual(await todayOf(one.stateDir, {}));
    await page.getByText("Live", { exact: true }).waitFor();
    await append(one.stateDir, "collector", [served(cacheOf(one), 7e9, NOW - 1000)]);
    const after = await todayOf(one.stateDir, {});
    await page
      .locator(".tiles .value")
      .filter({ hasText: after[0] ?? "" })
      .waitFor();
    expect(await tiles(page)).toEqual(after);
    // and so does the picture
    const drawn = `document.getElementById("charts") && Object.values(document.querySelectorAll("canvas")).map((c) => c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((v) => v !== 0))`;
    expect(await page.evaluate(drawn)).toEqual([true, true, true]);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(one.server.url))).toEqual([]);
    await page.close();
  });

  it("shows a warming run as it goes: files, share, how long it will take, and its end", async () => {
    const server = cacheOf(one);
    const start: Point = {
      measurement: "events",
      tags: { server, event: "run-start" },
      fields: { title: { text: "Warming began" }, "planned.files": { integer: 4 }, "planned.bytes": { integer: 4e9 } },
      timeMs: NOW - 20_000,
    };
    await append(one.stateDir, "precache", [start, asset(server, 0, NOW - 11_000)]);
    const { page } = await openPage(browser, one.server.url, { width: 390, scheme: "dark" });
    const bar = page.locator(".run progress");
    expect(await bar.getAttribute("value")).toBe("25");
    const run = page.locator(".run");
    expect(await run.innerText()).toContain("1 of 4 files · 25.0% · 1.00 GB · 50.0 MB/s · about 1 min left");
    await append(one.stateDir, "precache", [asset(server, 1, NOW - 1000), asset(server, 2, NOW - 500)]);
    await run.getByText("3 of 4 files").waitFor();
    expect(await bar.getAttribute("value")).toBe("75");
    expect(await run.locator("tbody tr").first().innerText()).toMatch(/iPad 2\.ipsw\s+warmed\s+1\.00 GB/);
    const end: Point = {
      measurement: "precacherun",
      tags: { server, target: server },
      fields: { planned: { integer: 4 }, warmed: { integer: 2 }, failed: { integer: 1 }, skipped: { integer: 1 } },
      timeMs: NOW - 100,
    };
    await append(one.stateDir, "precache", [end]);
    await run.waitFor({ state: "detached" });
    expect(await page.locator("#p-runs tbody tr").first().innerText()).toContain("2 warmed, 1 failed");
    await page.close();
  });

  it("says when the line is gone and how old its numbers are, and catches up when it is back", async () => {
    const { page } = await openPage(browser, one.server.url, { width: 1440, scheme: "light" });
    await page.getByText("Live", { exact: true }).waitFor();
    await one.server.stop();
    const lost = page.locator("#connection");
    await lost.getByText("Connection lost. Trying again. These numbers are from 11:40.").waitFor();
    expect(await page.locator(".lost").count()).toBe(1);
    await append(one.stateDir, "collector", [served(cacheOf(one), 9e9, NOW - 900)]);
    await one.server.again();
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 15_000 });
    expect(await tiles(page)).toEqual(await todayOf(one.stateDir, {}));
    await page.close();
  });

  it("has a page for each cache, and brings rows up to date where they belong", async () => {
    const { page } = await openPage(browser, `${town.server.url}?sort=served&dir=desc`, {
      width: 1440,
      scheme: "light",
    });
    await page.getByText("Live", { exact: true }).waitFor();
    const rows = page.locator("#caches tbody tr");
    const name = await rows.last().locator("th a").innerText();
    const tags = town.fleet.caches.find(({ server }) => server === name)?.tags ?? {};
    await append(town.stateDir, "collector", [{ ...served(name, 5e12, NOW - 1000), tags }]);
    await rows.first().getByText("5.00 TB").first().waitFor();
    expect(await rows.first().locator("th a").innerText()).toBe(name);
    await page.getByRole("link", { name, exact: true }).click();
    expect(await page.locator("h1").innerText()).toBe(name);
    expect(await tiles(page)).toEqual(await todayOf(town.stateDir, { server: name }));
    await page.close();
  });

  it("lists the alerts that fire, of all caches and of each, until they are over", async () => {
    const [first, second] = town.fleet.caches.map(({ server }) => server);
    const alert = (server = "", level: "bad" | "warn", title: string) => ({
      ...{ server, part: "", level, title, sinceMs: NOW - 90 * MINUTE, finds: ["low-space"] },
      ...{ what: `${title}, says the rule.`, next: "give it a larger disk" },
    });
    let firing = [alert(second, "warn", "Cache pressure high")];
    // rules run in another process, whose changes are lines of the journal
    const change = async (server = "", began: 0 | 1 = 1): Promise<void> => {
      const fields = { firing: { integer: began }, level: { text: "bad" } };
      const tags = { server, rule: "pressure", subject: "" };
      await append(town.stateDir, "alerts", [{ measurement: "alerts", tags, fields, timeMs: NOW - 500 }]);
    };
    const watched = await startLive({ ...town.options, alerts: async () => firing });
    const { page, complaints } = await openPage(browser, `${watched.url}?sort=alerts&dir=desc`, {
      width: 1440,
      scheme: "dark",
    });
    await page.getByText("Live", { exact: true }).waitFor();
    const state = page.locator("#p-state");
    expect(await state.innerText()).toContain("1 alert firing");
    expect(await state.locator("li").innerText()).toMatch(
      /Cache pressure high since 10:10\s+Cache pressure high, says the rule\.\s+Next: give it a larger disk/,
    );
    const rows = page.locator("#caches tbody tr");
    expect(await rows.first().innerText()).toMatch(/Cache pressure high/);
    firing = [alert(first, "bad", "Cache wiped"), ...firing];
    await change(first);
    await state.getByText("2 alerts firing").waitFor();
    expect(await state.locator("li").first().innerText()).toContain(`${first}: Cache wiped`);
    expect(await rows.filter({ hasText: "Cache wiped" }).locator(".badge").innerText()).toBe("error");
    expect(await violations(page)).toEqual([]);
    // the page of a cache has its own alone
    await page
      .getByRole("link", { name: second ?? "", exact: true })
      .first()
      .click();
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await state.innerText()).toContain("1 alert firing");
    firing = [];
    await change(second, 0);
    await state.getByText("All is well").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
    await watched.close();
  });

  it("sorts and filters by keyboard alone, and keeps it in the address", async () => {
    const { page } = await openPage(browser, town.server.url, { width: 1440, scheme: "dark" });
    const names = async (): Promise<string[]> =>
      await page.locator("#caches tbody tr:not([hidden]) th a").allInnerTexts();
    const all = town.fleet.caches.map(({ server }) => server).sort();
    const tabTo = async (is: string): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        if ((await page.evaluate(`document.activeElement?.matches(${JSON.stringify(is)})`)) === true) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`no key leads to ${is}`);
    };
    await tabTo("[data-column=name] a");
    await page.keyboard.press("Enter");
    expect(await names()).toEqual(all);
    await page.keyboard.press("Enter");
    expect(await names()).toEqual(all.toReversed());
    expect(await page.locator("[data-column=name]").getAttribute("aria-sort")).toBe("descending");
    expect(await page.evaluate("document.activeElement.closest('th').dataset.column")).toBe("name");
    await page.keyboard.press("Shift+Tab");
    await page.goto(page.url());
    expect(await names()).toEqual(all.toReversed());
    await tabTo("input[name=q]");
    const [site] = town.fleet.caches;
    await page.keyboard.type(site?.tags["site_code"]?.toLowerCase() ?? "");
    expect(await names()).toEqual([site?.server]);
    expect(await page.locator("#shown").innerText()).toBe("1 of 6 shown");
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await tabTo("select[name='tag.region']");
    await page.keyboard.press("ArrowDown");
    const region = await page.locator("select[name='tag.region']").inputValue();
    const there = town.fleet.caches.filter(({ tags }) => tags["region"] === region).map(({ server }) => server);
    expect(await names()).toEqual(there.sort().reverse());
    expect(page.url()).toContain(`tag.region=${encodeURIComponent(region).replaceAll("%20", "+")}`);
    // without scripts the same address gives the same table
    const html = await (await fetch(page.url())).text();
    expect(
      [...html.matchAll(/<tr id="c-\w+" data-keys="[^"]*"( hidden)?>/g)].filter(([, hidden]) => !hidden),
    ).toHaveLength(there.length);
    await page.close();
  });

  it("is harmless with any name, and usable and accessible at any width, light and dark, in every language", async () => {
    const hostile = HOSTILE_NAMES.map((name, i) => ({
      ...served(name, 1000 + i, NOW - MINUTE),
      tags: { server: name, site_name: name },
    }));
    await append(town.stateDir, "collector", hostile);
    await append(town.stateDir, "precache", [
      {
        ...asset("x", 0, NOW - 1000),
        tags: { server: HOSTILE_NAMES[0], target: HOSTILE_NAMES[0], group: "x", outcome: HOSTILE_NAMES[2] },
      },
    ]);
    const german = await startLive({ ...town.options, language: "de" });
    let links: (string | null)[] = [];
    for (const [base, width, scheme] of [
      [town.server.url, 1440, "light"],
      [german.url, 390, "dark"],
      [one.server.url, 390, "light"],
    ] as const) {
      const { page, complaints, requests } = await openPage(browser, base, { width, scheme });
      await page.getByText("Live", { exact: true }).waitFor();
      for (const fold of await page.locator("summary").all()) await fold.click();
      expect(await violations(page), `${base} ${width} ${scheme}`).toEqual([]);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(base))).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await page.locator("main b, main script").count()).toBe(0);
      if (base === town.server.url) {
        const names = page.locator("#caches tbody th a");
        links = await names.evaluateAll((all) => all.map((a) => a.getAttribute("href")));
      }
      await page.close();
    }
    await german.close();
    // every one of them has a page
    for (const link of links) expect((await fetch(new URL(link ?? "", town.server.url))).status, link ?? "").toBe(200);
    expect(links.length).toBeGreaterThanOrEqual(6 + HOSTILE_NAMES.length - 1);
  });
});
