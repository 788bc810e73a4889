/**
 * Writes docs/untested-on-macs.md from fixtures/UNTESTED.md: what only a Mac or another server can show, each with what
 * shows it, so that somebody with a Mac goes through them one after the other.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GeneratedPage, markdownTable, writeWhenStarted } from "./generated-page.ts";

const UNTESTED = join(import.meta.dirname, "../../fixtures/UNTESTED.md");

/** One thing that was not seen on a real Mac. */
interface Untested {
  readonly what: string;
  /** In Markdown: commands, and what to do beside them. */
  readonly shownBy: string;
}

const untested: readonly Untested[] = readFileSync(UNTESTED, "utf8")
  .split("\n- ")
  .slice(1)
  .map((item) => {
    const [what = "", shownBy = ""] = item.split("\n  Shown by: ");
    return { what: what.replaceAll(/\s+/g, " ").trim(), shownBy: shownBy.trim() };
  });

const bySelfTest = ({ shownBy }: Untested): boolean => shownBy.includes("--self-test");

export const untestedPage: GeneratedPage = {
  path: "docs/untested-on-macs.md",
  text: () =>
    [
      "# What was not seen on a real Mac",
      "",
      "Generated from `fixtures/UNTESTED.md` of the source. larder is tested with stand-ins for all of it; here is what shows the real thing.",
      "",
      "## One command tries these",
      "",
      "`sudo larder doctor --self-test` ([how](try-on-a-mac.md)); in brackets the names of its trials.",
      "",
      tableOf(untested.filter(bySelfTest)),
      "",
      "## By hand",
      "",
      "Each by the command beside it; send the maintainers what it printed.",
      "",
      tableOf(untested.filter((item) => !bySelfTest(item))),
      "",
    ].join("\n"),
};

function tableOf(items: readonly Untested[]): string {
  return markdownTable(
    ["What", "Shown by"],
    items.map(({ what, shownBy }) => [what, shownBy]),
  );
}

writeWhenStarted(import.meta, untestedPage);
