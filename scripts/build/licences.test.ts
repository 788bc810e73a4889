import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { licences } from "./licences.mjs";

const root = mkdtempSync(join(tmpdir(), "larder-licences-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function packaged(folder: string, about: object, files: Readonly<Record<string, string>> = {}): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "package.json"), JSON.stringify(about));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
}

const bundleOf = (...paths: string[]) => ({ inputs: Object.fromEntries(paths.map((path) => [path, {}])) });

it("lists each package once with its own words, wherever it has them", () => {
  packaged("node_modules/b", { name: "b", version: "1.2.3", license: "MIT" }, { "LICENSE.md": "terms of b\n" });
  const readme = "# a\n\nwhat it is\n\n## License\n\nterms of a\n";
  packaged("node_modules/@x/a", { name: "@x/a", version: "2.0.0", license: "ISC" }, { "readme.md": readme });
  const nested = "node_modules/b/node_modules/c";
  packaged(nested, { name: "c", version: "3.0.0", license: "ISC", author: { name: "Someone" } });
  const files = [
    "core/log.ts",
    "node_modules/b/one.js",
    "node_modules/b/two.js",
    "node_modules/@x/a/i.js",
    `${nested}/i.js`,
  ];
  expect(
    licences(root, bundleOf(...files))
      .split(/^=+$/m)
      .map((text) => text.trim()),
  ).toEqual(["@x/a 2.0.0 (ISC)\n\nterms of a", "b 1.2.3 (MIT)\n\nterms of b", "c 3.0.0 (ISC)\n\nby Someone"]);
});

it("fails on a package that does not say what its licence is", () => {
  packaged("node_modules/d", { name: "d", version: "1.0.0" });
  expect(() => licences(root, bundleOf("node_modules/d/index.js"))).toThrow("node_modules/d");
});
