import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Words that make a native reader stop, with what to write instead. */
const STILTED: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/i, "again, or restart"],
  [/\bfor ever\b(?!y)/i, "forever, or permanently"],
  [/\bwhoever\b/i, "anyone who, or the process that"],
  [/\b(?:is|are) meant\b/i, "expected"],
  [/(?<!\bthere )(?<!\bthat )\b(?:is|are|was|were) no (?!longer\b|more\b)[a-z]/i, "is not a"],
  [/(?<!\bthere )\b(?:is|are) none(?: of (?:ours|a)\b|[,.;:)]|$)/i, "is not one"],
  [/\bstands?\b(?! for\b|-|ing)/i, "is, or its position"],
  [/\b(?:is|are|was) told\b(?! apart\b)/i, "reported, shown, or called with"],
  [/\btells\b(?!(?: \w+){0,3} apart\b|")/i, "reports, shows, or has"],
  [/\bTold (?:of|what|the)\b/, "Called with"],
  [/\bof (?:its|their) own accord\b/i, "on its own, or automatically"],
  [/\bcomes? whole\b/i, "arrives complete"],
  [/\bnot to be had\b/i, "unavailable"],
];
const ROOMS = [
  "alerts",
  "bench",
  "cli",
  "collector",
  "core",
  "deploy",
  "docs",
  "fixtures",
  "grafana",
  "precache",
  "report",
  "scripts",
];
/** A literal on one line: what users read is written in one. */
const LITERAL = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
/** A comment, on lines of its own or behind code. */
const COMMENT = /^\s*(?:\/?\*|\/\/).*$|\/\*\*.*\*\/|\s\/\/ .*$/gm;

/** What a test promises. */
const TITLE = /\b(?:it|test|describe)(?:\.\w+(?:\([^()]*\))?)*\(\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

/** What people read of every file: all of a page, the literals and comments of a program, the titles of its tests. */
function texts(): { readonly path: string; readonly text: string }[] {
  const paths = ROOMS.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" }).map((name) => `${room}/${name}`),
  ).filter((path) => !path.endsWith("plain-english.test.ts") && !path.includes("generated"));
  const programs = paths.filter((path) => /\.(?:ts|mjs)$/.test(path) && !/\.test\.ts$/.test(path));
  const tests = paths.filter((path) => /\.(?:test|contract)\.ts$/.test(path));
  const pages = [...paths.filter((path) => path.endsWith(".md")), "README.md", "CONTRIBUTING.md"];
  return [
    ...programs.map((path) => ({ path, text: textOf(readFileSync(path, "utf8")) })),
    ...tests.map((path) => ({ path, text: (readFileSync(path, "utf8").match(TITLE) ?? []).join("\n") })),
    ...pages.map((path) => ({ path, text: readFileSync(path, "utf8") })),
  ];
}

function textOf(program: string): string {
  const comments = program.match(COMMENT) ?? [];
  const code = program.replaceAll(COMMENT, "").replaceAll(/^\s*import\b.*$/gm, "");
  return [...comments, ...(code.match(LITERAL) ?? [])].join("\n");
}

it("texts for users and comments are plain English", () => {
  const found = texts().flatMap(({ path, text }) =>
    STILTED.flatMap(([pattern, instead]) => {
      const lines = text.split("\n").filter((line) => pattern.test(line));
      return lines.map((line) => `${path}: ${line.trim().slice(0, 120)} (write "${instead}")`);
    }),
  );
  expect(found).toEqual([]);
});
