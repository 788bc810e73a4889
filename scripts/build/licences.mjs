/** The terms of everything that a bundle holds of others: they ask to be kept with every copy. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TERMS = /^(licen[cs]e|notice|copying)/i;
const SECTION = /^#+ *licen[cs]e\W*$(.*)/ims;

/**
 * One text of all packages in some bundles: name, version, licence, and their own words.
 * @param metafiles what esbuild reports of each bundle
 * @throws Error when a package does not say what its terms are: then a person has to look
 */
export function licences(root, ...metafiles) {
  const folders = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs).map(packageFolder)));
  folders.delete(undefined);
  return [...folders]
    .sort()
    .map((folder) => termsOf(root, folder))
    .join(`\n${"=".repeat(80)}\n\n`);
}

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for a file of ours. */
function packageFolder(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

function termsOf(root, folder) {
  const read = (file) => readFileSync(join(root, folder, file), "utf8");
  const { name, version, license, author } = JSON.parse(read("package.json"));
  if (typeof license !== "string") throw new Error(`${folder} does not say what its licence is`);
  const names = readdirSync(join(root, folder));
  const texts = names.filter((file) => TERMS.test(file)).map(read);
  // some have them in their README alone, or name no more than the licence and who wrote it
  const section = names.filter((file) => /^readme/i.test(file)).flatMap((file) => SECTION.exec(read(file))?.[1] ?? []);
  const words = [texts, section, [`by ${author?.name ?? author}`]].find((found) => found.length > 0);
  return `${name} ${version} (${license})\n\n${words.map((text) => text.trim()).join("\n\n")}\n`;
}
