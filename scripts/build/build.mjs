/**
 * Builds dist/: one small entry and lazily loaded chunks, so that `larder --help` pays for nothing it does not use, and
 * licences.txt, the terms of the packages in them.
 * With --if-stale it builds only when a source file is newer than the last build; with --only-newest nothing of earlier
 * builds stays, for a package. A program that runs from dist/ meanwhile
 * goes on: see swapIn.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { bundling, ROOMS } from "./bundling.mjs";
import { licences } from "./licences.mjs";

const root = new URL("../..", import.meta.url).pathname;
const stamp = join(root, "dist", ".built");
/** The chunks of the build that is in place. */
const list = join(root, "dist", ".chunks");
/** How long the chunks of an earlier build stay after it was replaced. */
const KEPT_MS = 86_400_000;
const onlyNewest = process.argv.includes("--only-newest");

if (!process.argv.includes("--if-stale") || isStale()) await build();

async function build() {
  const { build: bundle } = await import("esbuild");
  mkdirSync(join(root, "dist"), { recursive: true });
  const beside = mkdtempSync(join(root, "dist", ".new-"));
  try {
    const program = await bundle({
      absWorkingDir: root,
      entryPoints: { larder: "cli/main.ts" },
      outdir: beside,
      ...bundling,
      metafile: true,
    });
    const page = await bundle({
      absWorkingDir: root,
      entryPoints: { page: "report/page/browser/browser.ts", live: "report/live/browser/browser.ts" },
      outdir: beside,
      bundle: true,
      format: "iife",
      platform: "browser",
      target: "es2022",
      minify: true,
      legalComments: "none",
      logLevel: "warning",
      metafile: true,
    });
    writeFileSync(join(beside, "licences.txt"), licences(root, program.metafile, page.metafile));
    swapIn(beside);
    writeFileSync(stamp, "");
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/**
 * Puts a finished build in the place of the old one. Chunks are named after their content, so old and new lie side by
 * side: the entry is replaced last, in one step, and what a running program may still load stays for a day from then on.
 */
function swapIn(beside) {
  const chunks = join(root, "dist", "chunks");
  mkdirSync(chunks, { recursive: true });
  const before = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : readdirSync(chunks);
  const fresh = existsSync(join(beside, "chunks")) ? readdirSync(join(beside, "chunks")) : [];
  for (const name of fresh) renameSync(join(beside, "chunks", name), join(chunks, name));
  for (const name of readdirSync(beside)) {
    if (name !== "chunks") renameSync(join(beside, name), join(root, "dist", name));
  }
  writeFileSync(list, JSON.stringify(fresh));
  const now = new Date();
  for (const name of readdirSync(chunks)) {
    if (fresh.includes(name)) continue;
    // the day begins when a chunk is replaced, however long it was in use
    if (before.includes(name)) utimesSync(join(chunks, name), now, now);
    if (onlyNewest || now - statSync(join(chunks, name)).mtime > KEPT_MS) rmSync(join(chunks, name), { force: true });
  }
}

function isStale() {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return true;
  const newest = (folder) => {
    let latest = 0;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) latest = Math.max(latest, newest(path));
      else if (entry.name.endsWith(".ts")) latest = Math.max(latest, statSync(path).mtimeMs);
    }
    return latest;
  };
  return ROOMS.some((room) => newest(join(root, room)) > built) || statSync(join(root, "package.json")).mtimeMs > built;
}
