/**
 * How larder is bundled, the command and the programs of bench/ alike: our code and the packages it needs, so that a
 * start opens a handful of files.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { doors } from "./doors.mjs";

/** A change to a file of a package; a package that no longer has what is changed fails the build. */
function patch(name, filter, [from, to]) {
  return {
    name,
    setup(builder) {
      builder.onLoad({ filter }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const contents = text.replaceAll(from, to);
        if (contents === text) throw new Error(`${path} no longer has ${from}`);
        return { contents, loader: "js" };
      });
    },
  };
}

const PATCHES = [
  // it looks for its WebAssembly beside itself: it is to find the copy that the bundle brings
  patch("sql.js", /sql\.js\/dist\/sql-wasm\.js$/, ['"sql-wasm.wasm"', 'require("./sql-wasm.wasm")']),
  // it makes a pattern of all emoji while it is loaded, 35 ms of every start: made when a text needs it
  patch("string-width", /string-width\/index\.js$/, [
    /^const rgiEmojiRegex = (.*);$/gm,
    "let emoji;\nconst rgiEmojiRegex = { test: text => (emoji ??= $1).test(text) };",
  ]),
  // only commands in programs of their own need it, which we have none of: 7 ms of every start
  patch("commander", /commander\/lib\/command\.js$/, [
    "const childProcess = require('node:child_process');",
    "const childProcess = { get spawn() { return require('node:child_process').spawn; } };",
  ]),
];

/** Binaries and fonts that are files of their own: an installation brings these packages as they are. */
const FILES = ["@napi-rs/canvas", "dejavu-fonts-ttf"];

const root = new URL("../..", import.meta.url).pathname;
/** Folders of our own code. */
export const ROOMS = ["core", "collector", "precache", "alerts", "grafana", "report", "cli", "fixtures"];

export const bundling = {
  bundle: true,
  external: FILES,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "chunks/[name]-[hash]",
  loader: { ".wasm": "file" },
  plugins: [...PATCHES, doors(ROOMS.map((room) => join(root, room)))],
  // what packages of CommonJS expect to be there
  banner: {
    js: "import { createRequire as larderRequire } from 'node:module'; const require = larderRequire(import.meta.url), __dirname = import.meta.dirname;",
  },
  logLevel: "warning",
};
