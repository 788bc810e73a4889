/**
 * The doors of the house: core imports no room; a room imports core and itself; outside code imports a room only by its
 * index.ts; a folder within a room is imported by its door, `folder/folder.ts`; nobody imports cli (but scripts/docs/
 * and scripts/package/, which write it down and pack it); fixtures are imported by tests, bench/ and the demo alone; no import cycles, of types neither.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export const ROOMS = ["collector", "precache", "alerts", "grafana", "report"];
const FOLDERS = ["core", ...ROOMS, "cli", "fixtures", "bench", "scripts"];
/** Folders without a door: each of their files is an idea of its own. */
export const SHELVES = new Map([
  ["core/time", "a clock, a calendar, two notations: who needs one needs none of the others"],
  ["core/words", "one way of writing each, and no state"],
  ["precache/words", "the nouns of the room, a file each; nothing in them does anything"],
  ["cli/commands", "the groups; the door of each is its register.ts"],
]);
const IMPORT =
  /(?:^|\n)\s*(import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["'](\.[^"']+)["']|import\(\s*["'](\.[^"']+)["']\s*\)/g;

/** Every import of our own files: {from, to, typeOnly, lazy}. */
export function importsOf(path, text) {
  const found = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = match[3] ?? match[4];
    const to = normalize(join(dirname(path), target)).replaceAll("\\", "/");
    found.push({ from: path, to, typeOnly: match[2] !== undefined, lazy: match[4] !== undefined });
  }
  return found;
}

/** What is wrong with the imports, one sentence each. */
export function violations(imports) {
  return [...imports.flatMap(doorViolation), ...imports.flatMap(passedDoor), ...cycles(imports)];
}

/** An import that goes past the door of a folder. Tests, benchmarks and stand-ins may look inside. */
function passedDoor({ from, to }) {
  if (isTest(from) || ["bench", "scripts", "fixtures"].includes(from.split("/")[0])) return [];
  if (["bench", "scripts", "fixtures"].includes(to.split("/")[0])) return [];
  const folder = foldersOf(to).find((each) => !from.startsWith(`${each}/`) && !SHELVES.has(each));
  if (folder === undefined) return [];
  const doors = doorsOf(folder);
  return doors.includes(to) ? [] : [`${from} imports ${to}: the door of ${folder} is ${doors[0]}`];
}

/** The folders a file lies in, the outermost first, without the room itself. */
function foldersOf(path) {
  const parts = path.split("/").slice(0, -1);
  return parts.slice(1).map((_, i) => parts.slice(0, i + 2).join("/"));
}

function doorsOf(folder) {
  const own = `${folder}/${folder.split("/").at(-1)}.ts`;
  return folder.startsWith("cli/commands/")
    ? [`${folder}/register.ts`, own]
    : // schemas of settings are read before anything else is loaded
      [own, `${folder}/options.ts`];
}

function doorViolation({ from, to }) {
  const here = from.split("/")[0];
  const there = to.split("/")[0];
  const test = isTest(from) || here === "bench" || here === "scripts";
  if (here === there) return [];
  // the version has its home there
  if (from === "core/version.ts" && to === "package.json") return [];
  const generator = /^scripts\/(docs|package)\//.test(from);
  if (there === "cli")
    return here === "bench" || generator || isTest(from) ? [] : [`${from} imports ${to}: nobody imports cli`];
  if (there === "fixtures") {
    const demo = /^cli\/(commands\/)?demo/.test(from);
    return test || demo ? [] : [`${from} imports ${to}: fixtures serve tests, bench/ and the demo`];
  }
  if (there === "bench" || there === "scripts")
    return test ? [] : [`${from} imports ${to}: ${there} is imported by nobody`];
  if (here === "core") return [`${from} imports ${to}: core imports nothing of ours`];
  if (!ROOMS.includes(there)) return [];
  if (ROOMS.includes(here)) return [`${from} imports ${to}: rooms have no sideways arrows`];
  if (test || here === "fixtures") return [];
  return to === `${there}/index.ts` || to === `${there}/options.ts`
    ? []
    : [`${from} imports ${to}: the door of ${there} is ${there}/index.ts`];
}

function isTest(path) {
  return /\.(test|contract)\.ts$/.test(path) || path.includes("/testing/");
}

function cycles(imports) {
  const graph = new Map();
  for (const { from, to, lazy } of imports) {
    if (!lazy && !isTest(from)) graph.set(from, [...(graph.get(from) ?? []), to]);
  }
  const found = [];
  const state = new Map();
  const visit = (node, trail) => {
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      found.push(`import cycle: ${[...trail.slice(trail.indexOf(node)), node].join(" > ")}`);
      return;
    }
    state.set(node, "open");
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    state.set(node, "done");
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`),
  ).filter((path) => path.endsWith(".ts"));
  const imports = files.flatMap((path) => importsOf(path, readFileSync(path, "utf8")));
  const wrong = violations(imports);
  for (const sentence of wrong) console.error(sentence);
  console.log(`imports: ${files.length} files, ${imports.length} imports, ${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
