/**
 * 5,000 small files through the stand-in cache, whose origin answers after 20 ms:
 * `npx tsx bench/warm/latency.ts [files] [sample] [rounds]`. larder pulls all of them, 8 at a time; the two ways people had
 * pull a sample of other files one at a time, and are extrapolated: one curl process a file (Jamf Preheat), and Python's
 * requests, one after the other without a session (precache.py; without its pause of 1 to 5 s after every file). Every
 * round asks for other files. How many times faster larder is: least / median / most. Goal: a median of 6 over either.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { median, spread } from "../measure.ts";
import { startStandIn } from "./file-server.ts";
import { buildRunner, runRunner } from "./job.ts";

const files = Number(process.argv[2] ?? 5000);
const sample = Number(process.argv[3] ?? 250);
const rounds = Number(process.argv[4] ?? 3);
const LATENCY_MS = 20;
const BYTES = 65_536;
const folder = mkdtempSync("/dev/shm/larder-latency-");
const server = await startStandIn(folder, LATENCY_MS);
const asked = (way: string, i: number): string =>
  `${server.url}/${way}/${BYTES}b/${i}.bin?source=updates.cdn-apple.com&sourceScheme=https`;

function timed(run: () => void): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}

function mustEndWell(what: string, child: { status: number | null; stderr: { toString(): string } }): void {
  if (child.status !== 0) throw new Error(`${what} ended with ${child.status}: ${child.stderr.toString()}`);
}

const PYTHON = `
import sys
try:
    import requests
    def pull(url):
        answer = requests.get(url, stream=True)
        assert answer.status_code == 200
        return sum(len(part) for part in answer.iter_content(8192))
except ImportError:
    import urllib.request
    def pull(url):
        with urllib.request.urlopen(url) as answer:
            total = 0
            while part := answer.read(8192): total += len(part)
            return total
assert all(pull(url) == int(sys.argv[1]) for url in sys.stdin.read().split())
`;

interface Round {
  readonly ours: number;
  readonly curl: number;
  readonly python: number;
  readonly rssMb: number;
}

/** @returns seconds for one file, each way. */
function measure(runner: string, round: number): Round {
  const curl = timed(() => {
    for (let i = 0; i < sample; i++) {
      const url = asked(`curl${round}`, i);
      mustEndWell("curl", spawnSync("curl", ["--silent", "--fail", "-m", "14400", "-o", "/dev/null", url]));
    }
  });
  const python = timed(() => {
    const input = Array.from({ length: sample }, (_, i) => asked(`python${round}`, i)).join("\n");
    mustEndWell("python", spawnSync("/usr/bin/python3", ["-c", PYTHON, String(BYTES)], { input }));
  });
  const job = { target: server.url, prefix: `/larder${round}/${BYTES}b/`, count: files, bytes: BYTES, concurrency: 8 };
  const run = runRunner(runner, job);
  if (run.warmed !== files) throw new Error(`${run.warmed} of ${files} came`);
  return { ours: run.wallSeconds / files, curl: curl / sample, python: python / sample, rssMb: run.rssMb };
}

try {
  const runner = await buildRunner();
  const all = Array.from({ length: rounds }, (_, round) => measure(runner, round));
  const told = await server.flush();
  if (told.origin !== rounds * (files + 2 * sample) * BYTES) throw new Error(`the cache counted ${told.origin} bytes`);
  const ours = median(all.map((round) => round.ours)) * files;
  console.log(
    `larder, 8 at a time: ${files} files in ${ours.toFixed(1)} s, peak ${Math.max(...all.map(({ rssMb }) => rssMb))} MB`,
  );
  for (const [name, way] of [
    ["one curl at a time (Preheat's way)", "curl"],
    ["Python, one at a time (precache.py's way)", "python"],
  ] as const) {
    const whole = median(all.map((round) => round[way])) * files;
    const times = all.map((round) => round[way] / round.ours);
    const ok = median(times) >= 6;
    console.log(
      `${name}: ${sample} files, so ${whole.toFixed(0)} s for ${files} (extrapolated): larder is ${spread(times, 1)} times faster (goal 6)  ${ok ? "ok" : "MISSED"}`,
    );
    if (!ok) process.exitCode = 1;
  }
} finally {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}
