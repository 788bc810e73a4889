import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, brokenLinks, ownLinks } from "./links.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Every Markdown page of the project. */
function pages(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const below = ["docs", "deploy", "fixtures", "grafana"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((name) => `${folder}/${String(name).replaceAll("\\", "/")}`)
      .filter((name) => name.endsWith(".md")),
  );
  return [...top, ...below];
}

describe("links", () => {
  it("of every page lead somewhere", () => {
    expect(pages()).toContain("README.md");
    expect(pages().flatMap((page) => brokenLinks(ROOT, page))).toEqual([]);
  });

  it("of docs/README.md lead to every page of docs", () => {
    const linked = ownLinks(readFileSync(join(ROOT, "docs/README.md"), "utf8")).map((link) => `docs/${link}`);
    const own = pages().filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((page) => !linked.includes(page))).toEqual([]);
  });

  it("are found outside code only", () => {
    expect(ownLinks("[a](docs/a.md#b) `[c](d.md)` [e](https://example.org)\n```\n[f](g.md)\n```\n[h](#i)")).toEqual([
      "docs/a.md#b",
      "#i",
    ]);
  });

  it("meet headings as code hosts name them", () => {
    const page = "# Exit codes\n## `larder config init`\n```\n# no heading\n```\n## What's *this*?\n## Exit codes";
    expect(anchorsOf(page)).toEqual(["exit-codes", "larder-config-init", "whats-this", "exit-codes-1"]);
  });
});
