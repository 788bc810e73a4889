/**
 * Doors cost a start nothing: in the bundle, what is imported through a door comes straight from the file that has it.
 *
 * A door (`index.ts` of a room, `folder/folder.ts`) names what others may use, and so imports all of its folder. Chunks are
 * made of whole files: a command that takes one function of a room would load the room. Our files do nothing when they are
 * loaded but define things, so that those nobody uses can be left out.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const IMPORT = /^import (type )?\{([^}]*)\} from "(\.[^"]+\.ts)";/gm;
const RE_EXPORT = /^export \{([^}]*)\} from "(\.[^"]+\.ts)";/gm;
/** A door that is taken as a whole: loaded when it is needed, or under one name. */
const WHOLE = /(?:import\(|\* as \w+ from )\s*"(\.[^"]+\.ts)"/g;

/** @param rooms folders of our own code */
export const doors = (rooms) => ({
  name: "doors",
  setup(builder) {
    const whole = new Set(rooms.flatMap(sourcesIn).flatMap(takenWhole));
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes("/node_modules/")) return undefined;
      const text = straight(readFileSync(path, "utf8"), path);
      const reExport = (_all, names, door) => (whole.has(path) ? straightExports(path, names, door) : "");
      return { contents: text.replace(RE_EXPORT, reExport), loader: "ts" };
    });
  },
});

function sourcesIn(folder) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
}

function takenWhole(file) {
  return [...readFileSync(file, "utf8").matchAll(WHOLE)].map(([, door]) => resolve(dirname(file), door));
}

/** The text of a file with its imports taken past doors. */
function straight(text, path) {
  return text.replace(IMPORT, (_, type, names, door) => {
    if (type !== undefined) return "";
    const file = resolve(dirname(path), door);
    const lines = valuesOf(names).map(({ name, as }) => {
      const [from, own] = homeOf(file, name);
      return `import { ${own} as ${as} } from ${JSON.stringify(from)};`;
    });
    return lines.join("");
  });
}

/** Names that a door taken whole hands on: from the files that have them, as the doors between have lost theirs. */
function straightExports(path, names, door) {
  const file = resolve(dirname(path), door);
  const lines = valuesOf(names).map(({ name, as }) => {
    const [from, own] = homeOf(file, name);
    return `export { ${own} as ${as} } from ${JSON.stringify(from)};`;
  });
  return lines.join("");
}

/** Names in braces that are values: types are gone when a program runs. */
function valuesOf(names) {
  return names
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && !each.startsWith("type "))
    .map((each) => {
      const [name, as = name] = each.split(" as ").map((word) => word.trim());
      return { name, as };
    });
}

/** The file that has what a file exports, and its name there. */
function homeOf(file, name) {
  for (const { from, name: own, as } of reExports(file)) if (as === name) return homeOf(from, own);
  return [file, name];
}

const known = new Map();

function reExports(file) {
  const found = known.get(file);
  if (found !== undefined) return found;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const all = [...text.matchAll(RE_EXPORT)].flatMap(([, names, from]) =>
    valuesOf(names).map((each) => ({ ...each, from: resolve(dirname(file), from) })),
  );
  known.set(file, all);
  return all;
}
