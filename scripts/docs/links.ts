/**
 * Links of Markdown pages: those to our own files, and whether they lead somewhere.
 *
 * @module
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The links of a page to files and headings of ours; code is left out. */
export function ownLinks(markdown: string): string[] {
  const found = withoutCode(markdown).matchAll(/\]\(([^()\s]+)\)/g);
  return [...found].map((match) => match[1] ?? "").filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a page's headings, as code hosts make them: lower case, no punctuation, spaces as dashes. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return withoutFences(markdown)
    .split("\n")
    .flatMap((line) => {
      const heading = /^#{1,6} +(.+?) *$/.exec(line)?.[1];
      if (heading === undefined) return [];
      const slug = heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
        .replaceAll(" ", "-");
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return [times === 0 ? slug : `${slug}-${times}`];
    });
}

/** What is wrong with the links of a page, a sentence each. */
export function brokenLinks(root: string, page: string): string[] {
  return ownLinks(readFileSync(join(root, page), "utf8")).flatMap((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
    if (target.startsWith("..")) return [`${page}: ${link} leads out of the project`];
    if (!existsSync(join(root, target))) return [`${page}: ${link}: there is no ${target}`];
    if (anchor === undefined) return [];
    const there = statSync(join(root, target)).isFile() && anchorsOf(readFileSync(join(root, target), "utf8"));
    return there !== false && there.includes(anchor) ? [] : [`${page}: ${link}: ${target} has no such heading`];
  });
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replaceAll(/(`+)[^`]*?\1/g, "");
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[ \t]*$/gm, "");
}
