/** How larder is bundled: the command, and the programs of bench/ that stand for a part of it. */
export const bundling = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  banner: {
    js: "import { createRequire as larderRequire } from 'node:module'; const require = larderRequire(import.meta.url);",
  },
  logLevel: "warning",
};
