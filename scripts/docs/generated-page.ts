/**
 * What every generated page has: one file, one function that builds its text, and a test that wants no difference.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "../..");

/** A page that is generated. */
export interface GeneratedPage {
  /** Its place below the project's root. */
  readonly path: string;
  /** The whole text, ended by a newline. */
  readonly text: () => string;
}

/** Writes a page when its script was started by itself, `npx tsx scripts/docs/generate-x.ts`. */
export function writeWhenStarted(meta: ImportMeta, page: GeneratedPage): void {
  if (pathToFileURL(process.argv[1] ?? "").href !== meta.url) return;
  writePage(page);
}

/** Writes a page where it belongs. */
export function writePage({ path, text }: GeneratedPage): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text());
  console.log(path);
}

/** The page as it is committed. */
export function committedPage({ path }: GeneratedPage): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A Markdown table; cells may hold anything. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(titles), `|${"---|".repeat(titles.length)}`, ...rows.map(line)].join("\n");
}

/** Text as code, also where it holds a backtick. */
export function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  return `${fence}${text}${fence}`;
}
