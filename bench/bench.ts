/**
 * Every figure that is promised, each beside its peer of the same run, in one table: `npm run bench`.
 *
 *     npm run bench [-- --only NAME] [--out docs/benchmarks.md] [--keep FOLDER]
 *
 * Takes about a quarter of an hour on two cores, a third of it for a year of one cache, which stays in the folder to keep.
 * Run it on a machine that has nothing else to do: peers run in the same rounds, so ratios hold on a busy one too, but
 * seconds do not.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../cli/table.ts";
import { FIGURE_COLUMNS, type Figure, figureRow, readFigures } from "./figures.ts";

interface Benchmark {
  readonly name: string;
  /** The file below `bench/`, and what it is run with. */
  readonly command: readonly string[];
  /** Programs it compares with, which have to be there. */
  readonly needs?: readonly string[];
}

const { values } = parseArgs({
  options: { only: { type: "string" }, out: { type: "string" }, keep: { type: "string" } },
});
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "larder-figures-"));
/** A year of one cache, asked by two of them. */
const cache = join(values.keep ?? folder, "cache");

const BENCHMARKS: readonly Benchmark[] = [
  { name: "start", command: ["startup.ts", "--rounds", "11"] },
  { name: "pass", command: ["collect/minute-pass.ts", "--passes", "20"], needs: ["python3"] },
  { name: "back-fill", command: ["collect/backfill.ts", "--rounds", "3"], needs: ["python3"] },
  { name: "databases", command: ["sqlite/read.ts", "1000000", "3"], needs: ["python3"] },
  { name: "ship", command: ["ship/ship.ts", "40000", "3"] },
  { name: "history", command: ["history/history.ts", "3", "1", cache], needs: ["sqlite3"] },
  { name: "report", command: ["report/report.ts", "3", "-", cache], needs: ["python3", "sqlite3"] },
  { name: "log", command: ["log/read.ts", "3", "100", "1"], needs: ["python3"] },
  { name: "receiver", command: ["receive/receive.ts"] },
  { name: "fleet pass", command: ["receive/fleet-pass.ts"] },
  { name: "live page", command: ["serve/open-pages.ts", "--every", "1"] },
  { name: "catalogues", command: ["catalogs/parse.ts", "5"], needs: ["python3"] },
  { name: "warming", command: ["warm/transfer.ts", "3"], needs: ["nginx", "curl"] },
  { name: "alerts", command: ["alerts/year.ts", "200", "15", "365"] },
];

const chosen = BENCHMARKS.filter(({ name }) => values.only === undefined || name === values.only);
const rows: (string[] | { readonly name: string; readonly why: string })[] = [];
let failed = chosen.length === 0;
if (failed) console.log(`--only takes one of: ${BENCHMARKS.map(({ name }) => name).join(", ")}`);

for (const benchmark of chosen) {
  const { name, needs = [] } = benchmark;
  const missing = needs.filter((program) => !isInstalled(program));
  if (missing.length > 0) rows.push({ name, why: `${missing.join(" and ")} not installed here` });
  else rows.push(...(await measured(benchmark)));
}
rmSync(folder, { recursive: true });
const columns = FIGURE_COLUMNS.map((title, i) => ({ title, value: (row: readonly string[]) => row[i] ?? "" }));
const lines = rows.filter((row) => Array.isArray(row));
console.log(`\n${table(lines, columns)}`);
for (const row of rows) if (!Array.isArray(row)) console.log(`${row.name}: not measured, ${row.why}`);
if (values.only === undefined || values.out !== undefined)
  writeFileSync(values.out ?? join(root, "docs/benchmarks.md"), page());
process.exitCode = failed ? 1 : 0;

async function measured({ name, command }: Benchmark): Promise<typeof rows> {
  const file = join(folder, `${name}.jsonl`);
  const args = ["--import", "tsx", join(root, "bench", command[0] ?? ""), ...command.slice(1)];
  console.log(`\n== ${name}: npx tsx bench/${command.join(" ")}`);
  // what one has left to be written would hold up the syncs of the next
  spawnSync("sync");
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, LARDER_FIGURES: file },
  });
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  const figures: Figure[] = existsSync(file) ? readFigures(readFileSync(file, "utf8")) : [];
  // a benchmark that misses its goal ends with 1 and has its figures all the same
  if (figures.length === 0) {
    failed = true;
    return [{ name, why: `it ended with ${code} and no figure` }];
  }
  return figures.map(figureRow);
}

function isInstalled(program: string): boolean {
  return spawnSync("which", [program]).status === 0;
}

/** The page that is kept: the table, where it was measured and how to repeat it. */
function page(): string {
  const cells = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const not = rows.flatMap((row) => (Array.isArray(row) ? [] : [`- ${row.name}: ${row.why}`]));
  return `${[
    "# Benchmarks",
    "",
    "Written by `npm run bench`. Values are least / median / most; a ratio is larder's time divided by the peer's, both of this run, round by round. A ratio below 1 means larder is faster, except where the unit is MB/s.",
    "",
    `Measured on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${loadavg()[1]?.toFixed(1)} over the last five minutes.`,
    "",
    cells(FIGURE_COLUMNS),
    cells(FIGURE_COLUMNS.map(() => "---")),
    ...lines.map(cells),
    ...(not.length === 0 ? [] : ["", "Not measured:", "", ...not]),
    "",
    "To repeat one of them, with more rounds or on data of your own, run its file: each says at its top how.",
    "",
  ].join("\n")}`;
}
