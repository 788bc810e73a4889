/**
 * The report as a page of one file: opens offline, loads nothing, runs only what is in it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { LarderError } from "../../core/errors.ts";
import { readIfThere } from "../../core/files.ts";
import type { Report } from "../model.ts";
import { periodTitle } from "../titles.ts";
import type { Words } from "../words.ts";
import { Html, html, scriptJson } from "./html.ts";
import { sections } from "./sections.ts";
import { STYLE } from "./style.ts";

export { frame } from "./frame.ts";
export { Html, html, scriptJson } from "./html.ts";
export { kindsSection, timeSection, troublesSection } from "./sections.ts";
export { STYLE } from "./style.ts";
export { type Cell, table } from "./table.ts";

/** The page. @throws where the script of the page was not built */
export async function page(report: Report, words: Words): Promise<string> {
  const script = await browserScript("page.js");
  const { texts } = words;
  const policy = [
    "default-src 'none'",
    `style-src '${digest(STYLE)}'`,
    `script-src '${digest(script)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = `${texts.title}: ${periodTitle(report, words)}`;
  return html`<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header>${report.logo !== undefined && html`<img src="${report.logo}" alt="">`}<div>
${report.organisation !== undefined && html`<p class="organisation"><bdi>${report.organisation}</bdi></p>`}
<h1>${texts.title}</h1>
<p class="period">${periodTitle(report, words)}${Object.entries(report.filter).map(([key, value]) => html`, ${key}: <bdi>${value}</bdi>`)}</p>
</div></header>
${sections(report, words)}
<footer>${words.fill(texts.madeBy, { when: words.dateTime(report.madeMs, report.timeZone) })}</footer>
</main>
<script type="application/json" id="report">${scriptJson(report)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}

/** Where the build puts scripts: beside the program, above its chunks, or in dist/ when the sources run themselves. */
const PLACES = ["./", "../", "../../dist/"];

/** A script of pages, bundled by scripts/build/. @throws LarderError `REPORT_SCRIPT` where it was not built */
export async function browserScript(name: "page.js" | "live.js"): Promise<string> {
  for (const place of PLACES) {
    const text = await readIfThere(fileURLToPath(new URL(place + name, import.meta.url)));
    if (text !== undefined) return text.toString("utf8").trim();
  }
  throw new LarderError(`Cannot make the page: ${name}, which draws its pictures, is not beside the program`, {
    code: "REPORT_SCRIPT",
    next: "install larder again, or run: npm run build",
  });
}
