/**
 * How larder is bundled, the command and the programs of bench/ alike: our code and the packages it needs, so that a
 * start opens a handful of files.
 */
import { readFileSync } from "node:fs";

/** sql.js looks for its WebAssembly beside itself: it is to find the copy that the bundle brings. */
const sqlJs = {
  name: "sql.js",
  setup(builder) {
    builder.onLoad({ filter: /sql\.js\/dist\/sql-wasm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replaceAll('"sql-wasm.wasm"', 'require("./sql-wasm.wasm")');
      if (contents === text) throw new Error(`${path} no longer names sql-wasm.wasm`);
      return { contents, loader: "js" };
    });
  },
};

/** string-width makes a pattern of all emoji while it is loaded, 35 ms of every start: made when a text needs it. */
const stringWidth = {
  name: "string-width",
  setup(builder) {
    builder.onLoad({ filter: /string-width\/index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(
        /^const rgiEmojiRegex = (.*);$/m,
        "let emoji;\nconst rgiEmojiRegex = { test: text => (emoji ??= $1).test(text) };",
      );
      if (contents === text) throw new Error(`${path} no longer has the pattern rgiEmojiRegex`);
      return { contents, loader: "js" };
    });
  },
};

/** Binaries and fonts that are files of their own: an installation brings these packages as they are. */
const FILES = ["@napi-rs/canvas", "dejavu-fonts-ttf"];

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
  plugins: [sqlJs, stringWidth],
  // what packages of CommonJS expect to be there
  banner: {
    js: "import { createRequire as larderRequire } from 'node:module'; const require = larderRequire(import.meta.url), __dirname = import.meta.dirname;",
  },
  logLevel: "warning",
};
