/**
 * `npm run mutants -- [MODULE ...]`: breaks the code in every small way (Stryker) and counts what its tests notice.
 * Brings Stryker into `.mutants/` the first time; prints what survived, with its place, and a table.
 *
 * Ends with 1 when a module is below its goal.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MODULES } from "./modules.mjs";
import { count, survivors, table } from "./results.mjs";

const GOAL = 85;
/** A disk in memory: what tests flush costs nothing there. */
const MEMORY = "/dev/shm";
/** The last that runs on Node 20. */
const STRYKER = "@stryker-mutator/core@9.6.1";

/** What the copy holds in which mutants live. */
const SANDBOX = [
  "core",
  "collector",
  "precache",
  "alerts",
  "report",
  "grafana",
  "cli",
  "fixtures",
  "docs",
  "scripts/test",
]
  .map((each) => `${each}/**`)
  .concat("package.json");

const root = new URL("../../..", import.meta.url).pathname;
const folder = join(root, ".mutants");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // what was tried before and has not changed since is not tried again
    all: { type: "boolean", default: false },
    workers: { type: "string", default: "1" },
    // a part of a module while its tests are being sharpened
    mutate: { type: "string", multiple: true },
  },
});

const unknown = positionals.filter((name) => !(name in MODULES));
if (unknown.length > 0) {
  console.log(`Cannot try "${unknown.join(" ")}": expected some of ${Object.keys(MODULES).join(", ")}`);
  process.exit(2);
}
bringStryker();
const results = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(MODULES)) {
  const report = tryModule(name, MODULES[name]);
  console.log(survivors(report).join("\n"));
  results.push(...count(name, report));
}
console.log(table(results));
process.exit(results.some((each) => each.of === "module" && each.score < GOAL) ? 1 : 0);

function bringStryker() {
  if (existsSync(join(folder, "node_modules/.bin/stryker"))) return;
  mkdirSync(folder, { recursive: true });
  // vitest itself is the one of the project
  const npm = ["install", "--no-save", "--no-package-lock", "--legacy-peer-deps", "--ignore-scripts", STRYKER];
  const { status } = spawnSync("npm", ["--prefix", folder, ...npm], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

/** Runs Stryker over one module; what it reports. */
function tryModule(name, { mutate, tests, leftOut = [] }) {
  const temporary = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "larder-mutants-"));
  const report = join(folder, `${name}.report.json`);
  const config = join(folder, `${name}.config.json`);
  const incremental = join(folder, `${name}.incremental.json`);
  forgetSurvivors(incremental);
  writeFileSync(
    config,
    JSON.stringify({
      mutate: values.mutate ?? mutate,
      testRunner: "bundle",
      plugins: [join(root, "scripts/test/mutants/bundle-runner.mjs")],
      coverageAnalysis: "perTest",
      concurrency: Number(values.workers),
      incremental: true,
      force: values.all,
      incrementalFile: incremental,
      reporters: ["json", "progress-append-only"],
      jsonReporter: { fileName: report },
      // beside what its tests take: a loop without an end is noticed soon, and begins a worker of its own
      timeoutMS: 5000,
      tempDirName: ".mutants/tmp",
      // the sources alone; without a tsconfig.json, as Stryker would rewrite it with an API TypeScript no longer has
      ignorePatterns: ["**", ...SANDBOX.map((each) => `!${each}`)],
      allowEmpty: true,
      disableTypeChecks: false,
      allowConsoleColors: false,
    }),
  );
  const { status } = spawnSync(join(folder, "node_modules/.bin/stryker"), ["run", config], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      TMPDIR: temporary,
      LARDER_MUTANT_TESTS: tests.join("\n"),
      LARDER_MUTANT_LEFT_OUT: leftOut.join("\n"),
      NODE_EXTRA_CA_CERTS: "",
    },
  });
  rmSync(temporary, { recursive: true, force: true });
  if (status !== 0) process.exit(1);
  return JSON.parse(readFileSync(report, "utf8"));
}

/** What survived is tried again: Stryker does not see that a new test may kill a mutant of a constant. */
function forgetSurvivors(incremental) {
  if (!existsSync(incremental)) return;
  const report = JSON.parse(readFileSync(incremental, "utf8"));
  for (const file of Object.values(report.files)) {
    file.mutants = file.mutants.filter(({ status }) => status === "Killed" || status === "Timeout");
  }
  writeFileSync(incremental, JSON.stringify(report));
}
