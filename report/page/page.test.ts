import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPage, startBrowser, withoutBrowser } from "../../fixtures/browser/browser.ts";
import { exampleReport, HOSTILE_NAMES } from "../testing/example.ts";
import { type LANGUAGE_NAMES, wordsOf } from "../words.ts";
import { page } from "./page.ts";

describe("the page of a report", () => {
  it("is one file of less than 500 KB that allows nothing but what is in it", async () => {
    const text = await page(exampleReport(), wordsOf("en"));
    expect(Buffer.byteLength(text)).toBeLessThan(500_000);
    expect(text).toContain("default-src 'none'; style-src 'sha256-");
    expect(text).not.toMatch(/(?:src|href)=["'](?!data:)/);
  });

  it("holds hostile names as text", async () => {
    const text = await page(exampleReport(HOSTILE_NAMES), wordsOf("en"));
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(text).not.toContain("<b onload");
  });
});

describe.skipIf(withoutBrowser !== undefined)("the page in a browser (skipped where there is no Chromium)", () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await startBrowser();
    folder = mkdtempSync(join(tmpdir(), "larder-page-"));
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = async (name: string, language: (typeof LANGUAGE_NAMES)[number], names: readonly string[] = []) => {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, await page(exampleReport(names), wordsOf(language)));
    return pathToFileURL(path).href;
  };

  it.each([
    ["en", 1440, "light"],
    ["de", 390, "dark"],
  ] as const)(
    "draws, loads nothing, complains of nothing and is accessible: %s, %d px, %s",
    async (language, width, scheme) => {
      const url = await write(`${language}-${width}-${scheme}`, language, HOSTILE_NAMES);
      const { page: tab, complaints, requests } = await openPage(browser, url, { width, scheme });
      // the page's policy keeps scripts out; the tester's own comes in through the debugger
      const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
      await tab.evaluate(readFileSync(axe, "utf8"));
      const found = await tab.evaluate("axe.run()");
      expect((found as { violations: { id: string }[] }).violations.map(({ id }) => id)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      for (const name of ["buckets", "shares", "sites", "kinds"]) {
        const drawn = await tab.evaluate(
          `(() => { const c = document.getElementById("chart-${name}"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; return d.some((v) => v !== 0); })()`,
        );
        expect(drawn, name).toBe(true);
      }
      // nothing but tables, which scroll on their own, is wider than the screen
      expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await tab.close();
    },
  );

  it("shows the numbers of the report", async () => {
    const { page: tab } = await openPage(browser, await write("numbers", "en"), { width: 1440, scheme: "light" });
    expect(await tab.locator(".tiles .value").allInnerTexts()).toEqual(["489 GB", "477 GB", "11.6 GB", "97.6%"]);
    await tab.close();
  });

  it("can be read by keyboard alone: every table that scrolls takes the focus", async () => {
    const { page: tab } = await openPage(browser, await write("keyboard", "en"), { width: 390, scheme: "light" });
    const reached = new Set<string>();
    for (let i = 0; i < 12; i++) {
      await tab.keyboard.press("Tab");
      reached.add(String(await tab.evaluate("document.activeElement.className + document.activeElement.tagName")));
    }
    expect(reached).toContain("scrollDIV");
    await tab.close();
  });

  it("prints on A4 and on Letter", async () => {
    const { page: tab } = await openPage(browser, await write("paper", "en"), { width: 1440, scheme: "dark" });
    for (const format of ["A4", "Letter"]) {
      const pdf = await tab.pdf({ format, printBackground: true });
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(pages, format).toBeGreaterThanOrEqual(2);
      expect(pages, format).toBeLessThanOrEqual(6);
    }
    await tab.close();
  });
});
