/**
 * Builds dist/: one small entry and lazily loaded chunks, so that `larder --help` pays for nothing it does not use.
 * With --if-stale it builds only when a source file is newer than the last build.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundling } from "./bundling.mjs";

const root = new URL("../..", import.meta.url).pathname;
const ROOMS = ["core", "collector", "precache", "alerts", "grafana", "report", "cli", "fixtures"];
const stamp = join(root, "dist", ".built");

if (!process.argv.includes("--if-stale") || isStale()) await build();

async function build() {
  const { build: bundle } = await import("esbuild");
  rmSync(join(root, "dist"), { recursive: true, force: true });
  await bundle({
    absWorkingDir: root,
    entryPoints: { larder: "cli/main.ts" },
    outdir: "dist",
    ...bundling,
    packages: "external",
    alias: { commander: "commander" },
    plugins: [inline(["commander"])],
    chunkNames: "chunks/[name]-[hash]",
  });
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(stamp, "");
}

/** Packages that are bundled although others stay external: those every start needs. */
function inline(names) {
  return {
    name: "inline",
    setup(builder) {
      builder.onResolve({ filter: new RegExp(`^(${names.join("|")})$`) }, async (args) => {
        if (args.pluginData === "inlined") return undefined;
        const found = await builder.resolve(`${root}node_modules/${args.path}/esm.mjs`, {
          kind: args.kind,
          resolveDir: args.resolveDir,
          pluginData: "inlined",
        });
        return found.errors.length > 0 ? undefined : { path: found.path };
      });
    },
  };
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
