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
import { logLine, requestMessage } from "../../fixtures/service-log/lines.ts";
import { bundling } from "../../scripts/build/bundling.mjs";
import { measure, median, type Run, spread } from "../measure.ts";

const PAIRS = Number(process.argv[2] ?? 5);
const MEGABYTES = Number(process.argv[3] ?? 100);
const GIGABYTES = Number(process.argv[4] ?? 2);
const GOALS = { megabytes: 100, ratio: 3, mib: 128 };

const AGENTS = [
  "com.apple.appstored/1.0 iOS/17.1.2 model/iPhone14,2 hwp/t8110 build/21B101 (6; dt:251)",
  "com.apple.appstored/1.0 iOS/17.2 model/iPad13,18 hwp/t8101 build/21C62 (6; dt:255)",
  "MobileAsset/1.1 iOS/16.7 model/iPad7,11",
  "softwareupdated CFNetwork/1490 Darwin/23.2.0",
  "com.apple.appstored/1.0",
];
const FILES = [
  "/itunes-assets/Purple221/v4/8a/7b/7d/8a7b7d9b/pre-thinned.thinned.signed.dpkg.ipa",
  "/2023/mobileassets/042/com_apple_MobileAsset/AssetData/a.zip",
  "/content/downloads/1/InstallAssistant.pkg",
];

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
  const block = makeBlock(MEGABYTES * 1e6);
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

/** Requests of 2,000 clients through a day: each with the five lines of its own work that the program writes, and what was served. */
function makeBlock(bytes: number): Buffer {
  const parts: string[] = [];
  const start = Date.UTC(2026, 2, 2);
  for (let number = 0, size = 0; size < bytes; number++) {
    const timeMs = start + (number % 80_000) * 1000;
    const id = `req${String(number).padStart(9, "0")}`;
    const agent = AGENTS[number % AGENTS.length] ?? "";
    const file = FILES[number % FILES.length] ?? "";
    const address = `10.0.${number % 8}.${(number * 7) % 250}`;
    const messages = [
      requestMessage(id, { address, agent, file }),
      `#${id} ECAssetHandler[0x6c09dfc60]: Asset ${file}, path /Library/Application Support/Apple/AssetCache/Data/E791F849, extents none`,
      `#${id} ECAssetRequestor[0x7fce2cb60bf0]: Issuing outgoing If-Modified-Since request for URL http://swcdn.apple.com${file}`,
      `#${id} ECResponse[0x7fce2cb23d70]: Info loaded: response code = 304, reason code = 10, file length = 4830957, reader = 0x7fce2ca28720`,
      `#${id} ECAssetRequestor[0x7fce2cb60bf0]: Closing connection after 304 response to If-Modified-Since`,
      `#${id} ECAssetRequestor[0x7fce2cb60bf0]: Connection closed by source at offset 0/-1`,
      `#${id} Served all ${number % 90}.3 MB of ${number % 90}.3 MB; 13 KB from cache, ${number % 90}.3 MB stored from Internet, 0 bytes from peers`,
    ];
    for (const [i, message] of messages.entries()) {
      const line = logLine("ndjson", { timeMs: timeMs + i, message, number: number * 7 + i });
      parts.push(line);
      size += line.length;
    }
  }
  return Buffer.from(parts.join(""), "utf8");
}
