/**
 * `npm run test:engines`: the suites that talk to a VictoriaMetrics, over the current release instead of Debian's, built
 * with Go's own module client. Takes some minutes the first time. Says what cannot be installed.
 *
 * Needs Go, and the engines that `npm test` brings.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { enginesFolder } from "./engines.mjs";

const root = new URL("../..", import.meta.url).pathname;
const MODULE = "github.com/VictoriaMetrics/VictoriaMetrics";
/** The newest release that Go 1.26 builds. */
const VERSION = "v1.151.0";
const folder = join(enginesFolder, `victoria-metrics-${VERSION}`);
const program = join(folder, "victoria-metrics");

const SUITES = [
  "collector/sinks/sinks",
  "collector/sinks/probe/probe.engines",
  "collector/ship/ship.engines",
  "collector/collector.engines",
  "collector/changed-columns.engines",
  "collector/rollup/rollup.engines",
  "collector/open-metrics/scrape.engines",
  "cli/commands/report/from-sink.engines",
  "scripts/docs/measurements-queries.engines",
  "grafana/engines",
  "grafana/dashboards/fleet/problems",
].map((name) => `${name}.test.ts`);

if (spawnSync("go", ["version"]).status !== 0) {
  console.log("skipped: VictoriaMetrics is built with Go, and there is no Go here (https://go.dev/doc/install)");
  process.exit(0);
}
if (!existsSync(program)) {
  console.log(`building ${MODULE} ${VERSION}; this takes some minutes`);
  mkdirSync(folder, { recursive: true });
  const built = go(["install", `${MODULE}/app/victoria-metrics@${VERSION}`]);
  if (built.status !== 0) {
    console.log(`Cannot build VictoriaMetrics ${VERSION}: go install ended with ${built.status}\n${built.stderr}`);
    process.exit(1);
  }
}
// the cluster lives on a branch of its own, with tags of its own: only some mirrors of Go's modules serve them
const cluster = go(["mod", "download", `${MODULE}@${VERSION}-cluster`]);
if (cluster.status === 0)
  console.log(`the cluster can be had here (${VERSION}-cluster), and no suite runs over it yet`);
else console.log(`skipped: the cluster, Go's modules have no ${VERSION}-cluster here`);

console.log(`over ${spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.trim() || VERSION}`);
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--maxWorkers=2", ...SUITES], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, LARDER_VICTORIA_METRICS: program },
});
process.exit(status ?? 1);

function go(args) {
  return spawnSync("go", args, { encoding: "utf8", env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" } });
}
