/**
 * Reading real catalogues against Python's plistlib: the iOS mesu file of 2015 and three software update catalogues, each
 * alone, together, and together three times over.
 *
 *     npx tsx bench/catalogs/parse.ts [pairs, default 11]
 *
 * Measure on a machine at rest: garbage is collected with helper threads, and all wait for one that gets no core.
 * Whole processes, in pairs that change their order, on the same files. plistlib only loads; ours also makes assets of the
 * entries and every file one. The ratio is of paired runs: least, median, most. Goal: median at most 0.80.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { sharedData } from "../../fixtures/shared-data.ts";
import { bundling } from "../../scripts/build/bundling.mjs";
import { figure } from "../figures.ts";
import { measure, median, type Run, spread } from "../measure.ts";

const PAIRS = Number(process.argv[2] ?? 11);
const GOAL = 0.8;

const folder = sharedData("precache");
if (folder === undefined) {
  console.log("catalog-parse: the real catalogues are not there; nothing measured");
} else {
  await run(folder);
}

async function run(data: string): Promise<void> {
  const python = pythonPath();
  const temporary = mkdtempSync(join(tmpdir(), "larder-bench-"));
  const program = join(temporary, "run.mjs");
  await build({
    entryPoints: { run: join(import.meta.dirname, "parse-run.ts") },
    outdir: temporary,
    outExtension: { ".js": ".mjs" },
    ...bundling,
  });
  console.log(
    `Node ${process.versions.node}, ${PAIRS} pairs; s: median of whole processes; ratio: least / median / most`,
  );
  console.log(
    "file                       MB  entries   larder s  MiB  plistlib s  MiB  ratio whole process   ratio inside      ratio CPU, all threads",
  );
  let missed = 0;
  for (const [name, files] of cases(data)) missed += (await compare(name, files, program, python)) ? 0 : 1;
  rmSync(temporary, { recursive: true });
  process.exitCode = missed === 0 ? 0 : 1;
}

function cases(data: string): [name: string, files: [kind: string, path: string][]][] {
  const mesu: [string, string] = ["mesu", `${data}/mesu/com_apple_MobileAsset_SoftwareUpdate.ios-2015-09.xml`];
  const mac = ["10.12", "10.15", "14"].map((train): [string, string] => [
    "sucatalog",
    `${data}/sucatalog/index-${train}.merged-1.sucatalog`,
  ]);
  const all = [mesu, ...mac];
  return [
    ["iOS mesu", [mesu]],
    ...mac.map((file, index): [string, [string, string][]] => [`sucatalog ${["10.12", "10.15", "14"][index]}`, [file]]),
    ["all four", all],
    ["all four, three times", [...all, ...all, ...all]],
  ];
}

async function compare(name: string, files: [string, string][], program: string, python: string): Promise<boolean> {
  const ours: Run[] = [];
  const theirs: Run[] = [];
  const runOurs = async () => ours.push(await measure(process.execPath, [program, ...files.flat()]));
  const runTheirs = async () =>
    theirs.push(await measure(python, [join(import.meta.dirname, "parse_peer.py"), ...files.map(([, path]) => path)]));
  for (let pair = 0; pair <= PAIRS; pair += 1) {
    if (pair % 2 === 0) await runOurs();
    await runTheirs();
    if (pair % 2 === 1) await runOurs();
  }
  // the first pair warms the disk
  const [mine, other] = [ours.slice(1), theirs.slice(1)];
  const told = (run: Run) => JSON.parse(run.stdout) as { assets: number; inside: number; cpu: number };
  const [first, second] = [told(mine[0] ?? fail()), told(other[0] ?? fail())];
  if (first.assets !== second.assets) throw new Error(`${name}: ${first.assets} entries against ${second.assets}`);
  const ratio = (of: (run: Run) => number) => mine.map((run, index) => of(run) / of(other[index] ?? fail()));
  const whole = ratio((run) => run.seconds);
  const row = [
    name.padEnd(22),
    (files.reduce((sum, [, path]) => sum + statSync(path).size, 0) / 1e6).toFixed(1).padStart(6),
    String(first.assets).padStart(8),
    median(mine.map((run) => run.seconds))
      .toFixed(3)
      .padStart(10),
    Math.max(...mine.map((run) => run.peakMiB))
      .toFixed(0)
      .padStart(4),
    median(other.map((run) => run.seconds))
      .toFixed(3)
      .padStart(11),
    Math.max(...other.map((run) => run.peakMiB))
      .toFixed(0)
      .padStart(4),
    spread(whole).padStart(20),
    spread(ratio((run) => told(run).inside)).padStart(20),
    spread(ratio((run) => told(run).cpu)).padStart(20),
  ];
  figure({
    what: `catalogue read, ${name}`,
    unit: "s",
    larder: mine.map((run) => run.seconds),
    peer: { name: "plistlib", values: other.map((run) => run.seconds) },
    goal: `${GOAL} x`,
  });
  console.log(`${row.join(" ")}${median(whole) <= GOAL ? "" : "  above the goal"}`);
  return median(whole) <= GOAL;
}

function fail(): never {
  throw new Error("no run was measured");
}

/** The interpreter itself: a version manager's shim in front of it would be measured too. */
function pythonPath(): string {
  return execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
}
