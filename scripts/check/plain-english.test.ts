import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Words that make a native reader stop, with what to write instead. */
const STILTED: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/i, "again, or restart"],
  [/\bfor ever\b(?!y)/i, "forever, or permanently"],
  [/\bwhoever\b/i, "anyone who, or the process that"],
  [/\b(?:is|are) meant\b/i, "expected"],
  [/(?<!there )\bis no (?:whole|finite|list|number|text|file|date|size|address|valid)\b/i, "is not a"],
];
const ROOMS = ["alerts", "cli", "collector", "core", "precache", "report"];
/** A literal on one line: what users read is written in one. */
const LITERAL = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** Every text for users: literals of the program, pages of the docs. */
function texts(): { readonly path: string; readonly text: string }[] {
  const sources = ROOMS.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" }).map((name) => `${room}/${name}`),
  ).filter((path) => path.endsWith(".ts") && !/\.(test|contract)\.ts$|\/testing\//.test(path));
  const pages = readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
  return [
    ...sources.map((path) => ({
      path,
      text:
        readFileSync(path, "utf8")
          .replaceAll(/^\s*(?:\*|\/\/|\/\*|import\b).*$/gm, "")
          .match(LITERAL)
          ?.join("\n") ?? "",
    })),
    ...["README.md", "CONTRIBUTING.md", ...pages].map((path) => ({ path, text: readFileSync(path, "utf8") })),
  ];
}

it("texts for users are plain English", () => {
  const found = texts().flatMap(({ path, text }) =>
    STILTED.flatMap(([pattern, instead]) => {
      const lines = text.split("\n").filter((line) => pattern.test(line));
      return lines.map((line) => `${path}: ${line.trim().slice(0, 120)} (write "${instead}")`);
    }),
  );
  expect(found).toEqual([]);
});
