/**
 * Reports at a fixed rate to `larder receive`, and to the smallest Node server with the same promise: how long answers take,
 * whether all are in the journal, processor and memory. Each server has one core, which it shares with all it starts; what
 * sends has another.
 *
 * The time of an answer is counted from when its report was due, so that a server that stalls is charged for all that came
 * meanwhile. The percentiles leave out the first seconds, in which code is compiled and each cache is new; the slowest
 * answer of those is printed beside.
 *
 * On a machine that does other things too, a session of its own with a raised priority keeps them out. Not a high one:
 * threads of the kernel, on which each flush waits, then get no processor while the server is busy, and its flushes take
 * hundreds of milliseconds: `setsid -w sh -c 'echo -10 > /proc/self/autogroup; npx tsx bench/receive/receive.ts'`
 *
 * Run: npx tsx bench/receive/receive.ts [--rate 1000] [--seconds 60] [--caches 2000] [--warm-up 5] [--days-late 0]
 *   [--profile folder]
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readLines } from "../../core/history/history.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { figure } from "../figures.ts";

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "60" },
    caches: { type: "string", default: "2000" },
    "warm-up": { type: "string", default: "5" },
    "days-late": { type: "string", default: "0" },
    profile: { type: "string" },
  },
});
const [rate, seconds, caches] = [values.rate, values.seconds, values.caches].map(Number) as [number, number, number];
spawnSync("taskset", ["-a", "-p", "-c", "1", String(process.pid)]);
const warmUp = Number(values["warm-up"]) * rate;
const folder = mkdtempSync(join(tmpdir(), "larder-bench-receive-"));
/** Each cache sends its last minutes, the newest of which is now. */
const startMs = Date.now() - Number(values["days-late"]) * 86_400_000 - Math.ceil((rate * seconds) / caches) * 60_000;

/** The n-th report: caches in turn, each a minute later than its last. */
function body(n: number): Buffer {
  const guid = `00000000-0000-4000-8000-${String(n % caches).padStart(12, "0")}`;
  const date = new Date(startMs + Math.floor(n / caches) * 60_000).toISOString();
  return reportBody({ serverGUID: guid, serialNumber: guid, hostname: guid, reportDate: date, creationDate: date });
}

/** What a process of a server spends its time on, its children's too. */
const profiled = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];

async function startServer(words: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn("taskset", ["-c", "0", process.execPath, ...profiled, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

interface Usage {
  readonly seconds: number;
  readonly bytes: number;
  /** Of these, those of the process itself. */
  readonly ownBytes: number;
}

/** Processor seconds and resident bytes of a process and all it started, from /proc. */
function usage(pid: number): Usage {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const own = {
    seconds: (Number(fields[11]) + Number(fields[12])) / 100,
    bytes: Number(rss) * 1024,
    ownBytes: Number(rss) * 1024,
  };
  const started = children(pid).map(usage);
  return {
    seconds: started.reduce((sum, { seconds }) => sum + seconds, own.seconds),
    bytes: started.reduce((sum, { bytes }) => sum + bytes, own.bytes),
    ownBytes: own.ownBytes,
  };
}

function children(pid: number): number[] {
  const words = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return words.filter((word) => word !== "").map(Number);
}

/** Sends at the rate, whatever the answers take: a slow one does not make the next come later. */
async function load(
  name: string,
  { child, url }: { child: ChildProcess; url: string },
): Promise<{ readonly accepted: number; readonly p99Ms: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const took: number[] = [];
  let slowest = 0;
  let accepted = 0;
  const answers: Promise<void>[] = [];
  const send = (n: number): Promise<void> =>
    new Promise((done) => {
      const bytes = body(n);
      const due = begun + (n * 1000) / rate;
      const headers = { "content-type": "application/json", "content-length": bytes.length };
      const sent = request(url, { method: "POST", agent, headers }, (answer) => {
        if (answer.statusCode === 202) accepted++;
        answer.resume().on("end", () => {
          const ms = performance.now() - due;
          if (n >= warmUp) took.push(ms);
          else slowest = Math.max(slowest, ms);
          done();
        });
      });
      sent.on("error", () => done());
      sent.end(bytes);
    });
  const before = usage(child.pid ?? 0);
  const memory: Usage[] = [];
  const begun = performance.now();
  for (let n = 0; n < rate * seconds; ) {
    const due = Math.min(rate * seconds, ((performance.now() - begun) / 1000) * rate);
    for (; n < due; n++) answers.push(send(n));
    if (memory.length < (performance.now() - begun) / 1000) memory.push(usage(child.pid ?? 0));
    await new Promise((turn) => setTimeout(turn, 2));
  }
  await Promise.all(answers);
  const elapsed = (performance.now() - begun) / 1000;
  const after = usage(child.pid ?? 0);
  took.sort((a, b) => a - b);
  const at = (share: number): string => `${(took[Math.floor(took.length * share)] ?? Number.NaN).toFixed(1)} ms`;
  const mb = ({ ownBytes, bytes }: Usage): string =>
    (bytes === ownBytes ? [ownBytes] : [ownBytes, bytes - ownBytes]).map((each) => (each / 1e6).toFixed(0)).join(" + ");
  const cpu = (((after.seconds - before.seconds) / elapsed) * 100).toFixed(0);
  console.log(
    `${name.padEnd(8)} ${accepted} of ${rate * seconds} in ${elapsed.toFixed(1)} s · p50 ${at(0.5)} p99 ${at(0.99)} max ${at(0.9999)}, ${slowest.toFixed(0)} ms while warming up · ${cpu} % of a core · memory in MB, with what it started: ${memory
      .map(mb)
      .filter((_, i) => i % Math.ceil(memory.length / 6) === 0)
      .join(", ")}`,
  );
  agent.destroy();
  return { accepted, p99Ms: took[Math.floor(took.length * 0.99)] ?? Number.NaN };
}

const stateDir = join(folder, "state");
const larder = [join(here, "../../dist/larder.js"), "receive", "--port", "0", "--json", "--log-level", "error"];
const receiver = await startServer([...larder, "--state-dir", stateDir]);
const { accepted, p99Ms } = await load("larder", receiver);
receiver.child.kill("SIGTERM");
await once(receiver.child, "exit");
let found = 0;
const all = { measurement: "cachereport", fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, streams: ["receiver"] };
for await (const _ of readLines(stateDir, all)) found++;
console.log(`in the journal: ${found} of ${accepted} acknowledged`);
const peer = await startServer([join(here, "peer.mjs"), join(folder, "peer.log")]);
const { p99Ms: peerMs } = await load("peer", peer);
figure({
  what: `${rate} reports a second for ${seconds} s on one core, time of 99 % of the answers`,
  unit: "ms",
  larder: [p99Ms],
  peer: { name: "the smallest Node server that syncs before it answers", values: [peerMs] },
  goal: "50 ms",
});
peer.child.kill("SIGKILL");
rmSync(folder, { recursive: true, force: true });
if (found !== accepted) process.exitCode = 1;
