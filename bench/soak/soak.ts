/**
 * The whole of larder over a long time: collector with alerts, receiver and live page as processes. Months pass in an hour
 * or two, with what the processes hold sampled and every number compared with the caches' own book; or an hour passes as it
 * is, and what each process takes of a processor is counted.
 *
 * Run: npm run soak [-- --from 2027-12-31 --days 90 --zone Europe/Berlin --speed 1000] [--keep-days 14 --keep-megabytes 32]
 *        [--minutes 60, after which it ends all the same] [--plant leak|count]
 *      npm run soak -- --real 60
 *      npm run soak -- --judge FILE of samples
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { LARDER } from "../torture/program.ts";
import { WorldClock } from "../torture/world-clock.ts";
import { quickTime } from "./quick.ts";
import { realTime, sharesText } from "./real.ts";
import { schoolShare } from "./school-cache.ts";
import { SoakWorld } from "./soak-world.ts";
import { judge, judgedText, type Sample } from "./verdict.ts";

const DAY_MS = 86_400_000;
/** What is written between two passes comes on top of what the journal may keep. */
const BETWEEN_PASSES_MB = 8;

const { values } = parseArgs({
  options: {
    from: { type: "string", default: "2027-12-31" },
    days: { type: "string", default: "90" },
    zone: { type: "string", default: "Europe/Berlin" },
    speed: { type: "string", default: "1000" },
    "keep-days": { type: "string", default: "14" },
    "keep-megabytes": { type: "string", default: "32" },
    minutes: { type: "string", default: "600" },
    plant: { type: "string" },
    real: { type: "string" },
    judge: { type: "string" },
  },
});

if (values.judge !== undefined) process.exitCode = verdictOf(values.judge) ? 0 : 1;
else {
  if (!existsSync(LARDER)) throw new Error("build larder first: npm run build");
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const folder = await mkdtemp(join(tmpdir(), "soak-"));
  const good = values.real === undefined ? await quick(folder) : await real(folder, Number(values.real));
  if (good) await rm(folder, { recursive: true, force: true });
  else console.log(`kept in ${folder}`);
  process.exitCode = good ? 0 : 1;
}

async function quick(folder: string): Promise<boolean> {
  const { zone } = values;
  const clock = new WorldClock(join(folder, "clock"), Date.parse(`${values.from}T05:00:00Z`));
  const startMs = clock.now();
  const memory = join(folder, "memory");
  mkdirSync(memory);
  const samples = join(folder, "samples.ndjson");
  const world = await SoakWorld.open({
    ...{ folder, startMs, zone, busyShare: (ms) => schoolShare(ms, zone) },
    environment: environmentOf(clock, memory),
    // the passes of the receiver take the lock of the collector
    schedules: { collector: "* * * * * *", receiver: "*/7 * * * * *" },
    ...{ keepDays: Number(values["keep-days"]), keepMegabytes: Number(values["keep-megabytes"]) },
  });
  const began = Date.now();
  let wrong: string[] = [];
  try {
    await world.start();
    const endMs = startMs + Number(values.days) * DAY_MS;
    if (values.plant === "count") {
      world.book.write("cache1", { timeMs: startMs, periodSeconds: 60, delta: new Map([["BYTESDROPPED", 1]]) });
    }
    const sampled = (sample: Sample): void => appendFileSync(samples, `${JSON.stringify(sample)}\n`);
    wrong = await quickTime({
      ...{ world, clock, endMs, memory, sampled, speed: Number(values.speed), minutes: Number(values.minutes) },
      say: (text) => console.log(text),
    });
  } catch (error) {
    wrong = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  } finally {
    await world.close();
    clock.close();
  }
  const factor = (clock.now() - startMs) / (Date.now() - began);
  console.log(
    `${values.days} days from ${values.from} in ${zone}, ${factor.toFixed(0)} times as fast, ${world.sink.passes} passes`,
  );
  for (const each of wrong.slice(0, 30)) console.log(each);
  for (const { at, type, rule, title } of world.notified.notices) console.log(`notice ${at} ${type} ${rule}: ${title}`);
  return verdictOf(samples) && wrong.length === 0;
}

function environmentOf(clock: WorldClock, memory: string): Record<string, string> {
  const { NODE_OPTIONS = "", ...others } = clock.environment();
  const preload = pathToFileURL(join(import.meta.dirname, "memory-preload.mjs")).href;
  return {
    ...others,
    NODE_OPTIONS: `${NODE_OPTIONS} --import ${preload}`,
    LARDER_SOAK_MEMORY: memory,
    LARDER_SOAK_LEAK: values.plant === "leak" ? "200000" : "0",
  };
}

function verdictOf(path: string): boolean {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  const samples = lines.map((line) => JSON.parse(line) as Sample);
  const judged = judge(samples, (Number(values["keep-megabytes"]) + BETWEEN_PASSES_MB) * 1e6);
  console.log(judgedText(judged));
  return judged.every(({ holds }) => holds);
}

async function real(folder: string, minutes: number): Promise<boolean> {
  const keep = { keepDays: 400, keepMegabytes: 10_000 };
  const always = { startMs: Date.now(), zone: values.zone, busyShare: () => 1 };
  const world = await SoakWorld.open({ folder, environment: {}, ...always, ...keep });
  try {
    await world.start();
    const all = await realTime(world, minutes);
    const machine = `Node ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}`;
    console.log(`${minutes} minutes at real speed, ${machine}\n${sharesText(all)}`);
    const ended = world.ended();
    for (const each of ended) console.log(each);
    return ended.length === 0;
  } finally {
    await world.close();
  }
}
