/**
 * Faults of `larder receive` under load, as the built program:
 *
 * - its disk is full in the middle: caches get 503 with the time to come back, it takes reports again once there is room,
 *   and every report it acknowledged is in the journal;
 * - ten thousand connections that say nothing: caches are answered beside them.
 *
 * Run as root on Linux, with room for 20,000 open files: npm run build; npx tsx bench/receive/faults.ts
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { readLines } from "../../core/history/history.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { SmallDisk } from "../torture/small-disk.ts";

const CACHES = 200;
const RATE = 300;
const FULL_AFTER_SECONDS = 3;
const IDLE = 10_000;

const program = join(import.meta.dirname, "../../dist/larder.js");
const folder = mkdtempSync(join(tmpdir(), "larder-bench-faults-"));
const agent = new Agent({ keepAlive: true, maxSockets: 200 });
const beganMs = Date.now() - 86_400_000 / 4;

/** The n-th report: caches in turn, each a second later than its last. */
function body(n: number): Buffer {
  const guid = `00000000-0000-4000-8000-${String(n % CACHES).padStart(12, "0")}`;
  const date = new Date(beganMs + Math.floor(n / CACHES) * 1000).toISOString();
  return reportBody({ serverGUID: guid, serialNumber: guid, hostname: guid, reportDate: date, creationDate: date });
}

interface Receiver {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startReceiver(stateDir: string): Promise<Receiver> {
  const words = [program, "receive", "--port", "0", "--json", "--log-level", "silent", "--state-dir", stateDir];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

async function stop({ child }: Receiver): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly ms: number;
}

async function send(url: string, n: number): Promise<Answer> {
  const bytes = body(n);
  const from = performance.now();
  return await new Promise((done, fail) => {
    const headers = { "content-type": "application/json", "content-length": bytes.length };
    const sent = request(url, { method: "POST", agent, headers }, (answer) => {
      const { statusCode: status = 0, headers: said } = answer;
      answer.resume().on("end", () => done({ status, retryAfter: said["retry-after"], ms: performance.now() - from }));
    });
    sent.on("error", fail).end(bytes);
  });
}

/** How many reports are in the journal; one that is there twice counts twice. */
async function inJournal(stateDir: string): Promise<number> {
  let found = 0;
  const all = { measurement: "cachereport", fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, streams: ["receiver"] };
  for await (const _ of readLines(stateDir, all)) found++;
  return found;
}

async function fullDisk(): Promise<boolean> {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const small = SmallDisk.over(disk);
  if (small === undefined) throw new Error("this user may not mount a disk: run it as root");
  try {
    const stateDir = join(disk, "state");
    const receiver = await startReceiver(stateDir);
    const counts = { taken: 0, refused: 0, withoutTime: 0, other: 0 };
    let [firstRefusedMs, removedMs, recoveredMs] = [0, 0, 0];
    const answers: Promise<void>[] = [];
    for (let n = 0; recoveredMs === 0 || performance.now() - recoveredMs < 3000; n++) {
      answers.push(
        send(receiver.url, n).then(({ status, retryAfter }) => {
          const now = performance.now();
          if (status === 202) counts.taken++;
          else if (status === 503) counts.refused++;
          else counts.other++;
          if (status === 503 && retryAfter === undefined) counts.withoutTime++;
          if (status === 503 && firstRefusedMs === 0) firstRefusedMs = now;
          if (status === 202 && removedMs > 0 && recoveredMs === 0) recoveredMs = now;
        }),
      );
      await sleep(1000 / RATE);
      if (n === RATE * FULL_AFTER_SECONDS) small.fill();
      // full for five seconds, then somebody makes room
      if (firstRefusedMs > 0 && removedMs === 0 && performance.now() - firstRefusedMs > 5000) {
        small.empty();
        removedMs = performance.now();
      }
    }
    await Promise.all(answers);
    await stop(receiver);
    const found = await inJournal(stateDir);
    const { taken, refused, withoutTime, other } = counts;
    console.log(
      `disk full under load: ${taken} acknowledged, ${found} in the journal; ${refused} times 503, ${withoutTime} of them without a time to come back; ${other} other answers; taken again ${(recoveredMs - removedMs).toFixed(0)} ms after there was room`,
    );
    return found === taken && refused > 0 && withoutTime + other === 0;
  } finally {
    small.unmount();
  }
}

async function idleConnections(): Promise<boolean> {
  const stateDir = join(folder, "idle");
  const receiver = await startReceiver(stateDir);
  const { port } = new URL(receiver.url);
  const open = new Set<Socket>();
  for (let n = 0; n < IDLE; n += 100) {
    const some = Array.from({ length: 100 }, () => connect(Number(port), "127.0.0.1"));
    await Promise.all(
      some.map(async (socket) => {
        open.add(socket);
        socket.on("error", () => undefined).once("close", () => open.delete(socket));
        await once(socket, "connect").catch(() => undefined);
      }),
    );
  }
  const stillOpen = open.size;
  const answers: Answer[] = [];
  for (let n = 0; n < 50; n++) {
    answers.push(
      ...(await Promise.all(Array.from({ length: 20 }, async (_, i) => await send(receiver.url, n * 20 + i)))),
    );
  }
  const taken = answers.filter(({ status }) => status === 202).length;
  const ms = answers.map((answer) => answer.ms).sort((a, b) => a - b);
  for (const socket of open) socket.destroy();
  await stop(receiver);
  const found = await inJournal(stateDir);
  console.log(
    `${IDLE} idle connections, ${stillOpen} of them left open: ${taken} of ${answers.length} reports acknowledged, ${found} in the journal; p50 ${ms[500]?.toFixed(0)} ms, p99 ${ms[990]?.toFixed(0)} ms`,
  );
  return taken === answers.length && found === taken;
}

try {
  const right = [await fullDisk(), await idleConnections()];
  if (right.includes(false)) process.exitCode = 1;
} finally {
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
