/**
 * The files of an installed program: the same in /usr/local/larder, in a bundle that was unpacked anywhere, and in a
 * package. A checkout has them too, some in other places.
 *
 * @module
 */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Packages that are files of their own, and what of them is used; all others are part of `dist`. */
const FONTS = ["package.json", "LICENSE", "ttf/DejaVuSans.ttf", "ttf/DejaVuSans-Bold.ttf"];
const PACKAGES = ["@napi-rs", ...FONTS.map((name) => `dejavu-fonts-ttf/${name}`)];

/** What of `deploy` an installed program needs: its jobs, and files for an MDM. */
const DEPLOY = ["launchd", "newsyslog", "profile", "systemd", "larder.example.json"];
const TEXTS = ["package.json", "LICENSE", "CHANGELOG.md", "docs", "sbom.cdx.json"];

/** Where to copy from. */
export interface ProgramSource {
  /** A checkout after `npm ci`, an npm package, or an installed program. */
  readonly root: string;
  /** The Node program that comes along. */
  readonly node: string;
  /** Folder of packages; default: that of the root. */
  readonly packages?: string;
}

/**
 * Copies a whole program. Of `dist` come the chunks of the newest build, none that only an older one needs.
 * @throws Error of the file system; the folder is then half full
 */
export function copyProgram({ root, node, packages = join(root, "node_modules") }: ProgramSource, to: string): void {
  const copy = (from: string, place: string): void => {
    const target = join(to, place);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  };
  const scripts = [join(root, "deploy/bin"), join(root, "bin")].find((folder) => existsSync(folder));
  if (scripts !== undefined) copy(scripts, "bin");
  for (const name of distFiles(join(root, "dist"))) copy(join(root, "dist", name), join("dist", name));
  for (const name of TEXTS) if (existsSync(join(root, name))) copy(join(root, name), name);
  for (const name of DEPLOY) {
    if (existsSync(join(root, "deploy", name))) copy(join(root, "deploy", name), join("deploy", name));
  }
  for (const name of PACKAGES) copy(join(packages, name), join("node_modules", name));
  mkdirSync(join(to, "libexec"), { recursive: true, mode: 0o755 });
  copyFileSync(node, join(to, "libexec/node"));
  chmodSync(join(to, "libexec/node"), 0o755);
}

/** Files of the newest build, and the list of its chunks. */
function distFiles(dist: string): string[] {
  const list = join(dist, ".chunks");
  const chunks = existsSync(list)
    ? (JSON.parse(readFileSync(list, "utf8")) as string[])
    : readdirSync(join(dist, "chunks"));
  const files = readdirSync(dist, { withFileTypes: true }).filter((found) => found.isFile());
  const names = files.map(({ name }) => name).filter((name) => !name.startsWith("."));
  return [...names, ".chunks", ...chunks.map((name) => join("chunks", name))].filter((name) =>
    existsSync(join(dist, name)),
  );
}
