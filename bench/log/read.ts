/**
 * Reading the log of a cache against Python's json and re: the same file of ndjson, as `log show` prints it.
 *
 *     npx tsx bench/log/read.ts [pairs, default 5] [megabytes, default 100] [gigabytes for memory, default 2]
 *
 * Whole processes in pairs that change their order. Both count requests by family, model and system, add up bytes by kind of
 * file, and give the same sums; ours also tells clients apart and makes the lines of the journal. MB/s is of the time of
 * the processor, all threads. Goals: 100 MB/s, three times Python's speed, at most 128 MiB however long the file.
 */
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { build } from "esbuild";
import { bundling } from "../../scripts/build/bundling.mjs";
import { figure } from "../figures.ts";
import { measure, median, type Run, spread } from "../measure.ts";
import { logBlock } from "./log-block.ts";

const PAIRS = Number(process.argv[2] ?? 5);
const MEGABYTES = Number(process.argv[3] ?? 100);
const GIGABYTES = Number(process.argv[4] ?? 2);
const GOALS = { megabytes: 100, ratio: 3, mib: 128 };

const folder = mkdtempSync(join(tmpdir(), "larder-bench-log-"));
try {
  await run();
} finally {
  rmSync(folder, { recursive: true });
}

async function run(): Promise<void> {
  const program = join(folder, "run.mjs");
  await build({
    entryPoints: { run: join(import.meta.dirname, "read-run.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    ...bundling,
  });
  const file = join(folder, "log.ndjson");
  const block = logBlock(MEGABYTES * 1e6);
  writeFileSync(file, block);
  const megabytes = statSync(file).size / 1e6;
  const ours: Run[] = [];
  const theirs: Run[] = [];
  const runOurs = async () => ours.push(await measure(process.execPath, [program, file, folder]));
  const runTheirs = async () =>
    theirs.push(await measure("python3", [join(import.meta.dirname, "read_peer.py"), file]));
  for (let pair = 0; pair <= PAIRS; pair++) {
    if (pair % 2 === 0) await runOurs();
    await runTheirs();
    if (pair % 2 === 1) await runOurs();
  }
  const told = ({ stdout }: Run) => JSON.parse(stdout) as { sums: Record<string, number>; cpu: number };
  const [mine, other] = [ours.slice(1), theirs.slice(1)];
  for (const each of [...mine, ...other]) {
    const [a, b] = [JSON.stringify(told(each).sums), JSON.stringify(told(mine[0] ?? each).sums)];
    if (a !== b) throw new Error(`sums differ: ${a} against ${b}`);
  }
  const speed = mine.map((each) => megabytes / told(each).cpu);
  const ratio = mine.map((each, i) => told(other[i] ?? each).cpu / told(each).cpu);
  console.log(`Node ${process.versions.node}, ${megabytes.toFixed(0)} MB, ${PAIRS} pairs; least / median / most`);
  console.log(`larder, MB/s of processor time   ${spread(speed, 0)}`);
  console.log(
    `Python, MB/s of processor time   ${spread(
      other.map((each) => megabytes / told(each).cpu),
      0,
    )}`,
  );
  const python = other.map((each) => megabytes / told(each).cpu);
  const goal = `${GOALS.megabytes} MB/s, ${GOALS.ratio} x the peer`;
  figure({
    what: "service log read, of processor time",
    unit: "MB/s",
    larder: speed,
    peer: { name: "python3", values: python },
    goal,
  });
  console.log(`times as fast                    ${spread(ratio, 1)}`);
  const memory = Math.max(...mine.map(({ peakMiB }) => peakMiB));
  const large = join(folder, "large.ndjson");
  const writer = createWriteStream(large);
  for (let written = 0; written < GIGABYTES * 1e9; written += block.length) {
    if (!writer.write(block)) await once(writer, "drain");
  }
  writer.end();
  await finished(writer);
  const { peakMiB } = await measure(process.execPath, [program, large, folder]);
  console.log(
    `memory, MiB: ${memory.toFixed(0)} with ${megabytes.toFixed(0)} MB, ${peakMiB.toFixed(0)} with ${(statSync(large).size / 1e9).toFixed(1)} GB`,
  );
  const reached = median(speed) >= GOALS.megabytes && median(ratio) >= GOALS.ratio && peakMiB <= GOALS.mib;
  console.log(reached ? "goals reached" : "goals missed");
  process.exitCode = reached ? 0 : 1;
}
