/**
 * `npm test`: brings what it needs, runs everything, goes on after a failure, says what was skipped and why, and ends
 * with one plain line: `N passed, N failed, N skipped`. Counted are all tests of all runs and the steps between them.
 *
 * Needs nothing installed: it runs `npm ci` itself where that is due.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countTests, sumCounts } from "./test-counts.mjs";

const root = new URL("../..", import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), "larder-test-"));
const STEP_TIMEOUT_MS = 15 * 60_000;
/** Those there are beside the one that runs everything. */
const OTHER_NODES = [22, 24].filter((major) => major !== Number.parseInt(process.versions.node, 10));

/** What behaves differently from one Node to another: SQLite engines, locks, files, and what is built on them. */
const RECIPIENTS = ["store", "concurrency", "owner", "restore"].map((name) => `alerts/recipients/${name}.test.ts`);
const NODE_DEPENDENT = [
  ...["sqlite", "torn", "write/write"].map((name) => `core/sqlite/${name}.test.ts`),
  ...["core/lock.test.ts", "core/journal/journal.test.ts", "collector/sources/metrics/"],
  ...RECIPIENTS,
];
/** sql.js is the same WebAssembly everywhere: under another Node the suites run with the engine that is that Node's own. */
const NATIVE = { LARDER_TEST_ENGINE: "native" };
/** The engine is the same module in 22 as in 24, so there only its own suites run again. */
const ENGINE_ONLY = { 22: NODE_DEPENDENT.slice(0, 4) };

const counts = [];
const skips = [];

process.on("exit", () => rmSync(work, { recursive: true, force: true }));

// the engines come over the network while this machine builds and looks at types and style
const engines = step("engines", process.execPath, ["scripts/test/engines.mjs"], true);
if (installIsDue()) await step("npm ci", "npm", ["ci"]);
const check = step("check", "npm", ["run", "-s", "check"], true);
await step("build", process.execPath, ["scripts/build/build.mjs"]);
await engines;
// tests wait for processes, servers and disks: what is looked at beside them fills the gaps
await Promise.all([vitest(`tests on Node ${process.versions.node}`, process.execPath, []), besideTheTests()]);
finish();

/** The contract suites under other Nodes, and the built program: one after the other. */
async function besideTheTests() {
  await check;
  for (const major of OTHER_NODES) await otherNode(major);
  await smoke(process.execPath, process.versions.node);
  for (const major of OTHER_NODES) if (nodeOf(major) !== undefined) await smoke(nodeOf(major), String(major));
}

function installIsDue() {
  const installed = statSync(join(root, "node_modules/.package-lock.json"), { throwIfNoEntry: false });
  return installed === undefined || statSync(join(root, "package-lock.json")).mtimeMs > installed.mtimeMs;
}

/** A command that passes or fails as a whole; a quiet one is shown when it is done. */
async function step(title, program, args, quiet = false) {
  if (!quiet) heading(title);
  const { code, output } = await run(program, args, quiet);
  if (quiet) heading(title);
  if (quiet) console.log(output.trimEnd());
  counts.push({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
  if (code !== 0) console.log(`FAILED: ${title}`);
}

/** A run of vitest; quiet ones show their output only when something failed. */
async function vitest(title, node, filters, quiet = false, env = {}) {
  if (!quiet) heading(title);
  const report = join(work, `${title.replaceAll(/\W+/g, "-")}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...filters];
  const { code, output } = await run(node, args, quiet, root, env);
  const result = countTests(existsSync(report) ? readFileSync(report, "utf8") : undefined, code === 0);
  counts.push(result);
  skips.push(...result.skips.map((skip) => `${title}: ${skip}`));
  if (quiet) heading(title);
  if (quiet && result.failed > 0) console.log(output);
  console.log(`${title}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
}

/** The contract suites again, under another Node. */
async function otherNode(major) {
  const node = nodeOf(major);
  if (node === undefined) return skip(`tests on Node ${major}: not brought by scripts/test/engines.mjs`);
  const suites = ENGINE_ONLY[major] ?? NODE_DEPENDENT;
  // vitest runs what matches and is silent about the rest
  const lost = suites.filter((path) => !existsSync(join(root, path)));
  if (lost.length > 0)
    return fail(
      `contract suites on Node ${major}: ${lost.join(", ")} moved; name their new place in scripts/test/test.mjs`,
    );
  return await vitest(`contract suites on Node ${major}`, node, [...suites, "--maxWorkers=1"], true, NATIVE);
}

/** The built program starts, and its demo runs. */
async function smoke(node, version) {
  const program = join(root, "dist/larder.js");
  const folder = join(work, `smoke-${version}`);
  mkdirSync(folder);
  const help = spawnSync(node, [program, "--help"], { encoding: "utf8" });
  const calls = [["--version"], ["--help"]];
  if (/^ {2}demo\b/m.test(help.stdout ?? "")) calls.push(["demo", "--once"]);
  else skip(`larder demo --once on Node ${version}: this build has no demo`);
  for (const args of calls) {
    const { code, output } = await run(node, [program, ...args], true, folder);
    counts.push({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
    console.log(`larder ${args.join(" ")} on Node ${version}: ${code === 0 ? "ok" : `FAILED with ${code}\n${output}`}`);
  }
}

function nodeOf(major) {
  const folder = process.env["LARDER_ENGINES"] ?? join(root, ".engines");
  const path = join(folder, `node${major}/node_modules/.bin/node`);
  return existsSync(path) ? path : undefined;
}

function fail(reason) {
  counts.push({ passed: 0, failed: 1, skipped: 0 });
  console.log(`FAILED: ${reason}`);
}

function skip(reason) {
  counts.push({ passed: 0, failed: 0, skipped: 1 });
  skips.push(reason);
}

/** Runs a program; its output goes straight through, or is kept when `quiet`. */
function run(program, args, quiet = false, cwd = root, env = {}) {
  return new Promise((resolve) => {
    const stdio = ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"];
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio,
      timeout: STEP_TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 137, output }));
  });
}

function heading(title) {
  console.log(`\n== ${title}`);
}

function finish() {
  const { passed, failed, skipped } = sumCounts(counts);
  if (skips.length > 0) {
    heading("skipped, and why");
    for (const reason of skips) console.log(reason);
  }
  console.log("");
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
