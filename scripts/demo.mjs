/**
 * `npm run demo`: installs and builds what is missing, then shows the main job on a small world of its own.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;

function run(program, args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(root, "node_modules/.package-lock.json")))
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
run(process.execPath, [join(root, "scripts/build/build.mjs"), "--if-stale"]);
run(process.execPath, [join(root, "dist/larder.js"), "demo", ...process.argv.slice(2)]);
