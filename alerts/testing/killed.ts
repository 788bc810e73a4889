/**
 * Processes that send and are killed in the act, and a receiver that counts what it got.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openJournal } from "../../core/journal/journal.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const NOW = Date.parse("2026-11-20T12:00:00Z");

/** When a process dies: at a request of the receiver, before it is answered or after; or some time after its start. */
export type Death =
  | { readonly request: number; readonly answered: boolean }
  | { readonly afterMs: number; readonly request?: undefined };

export interface Counted {
  /** Requests by the name of the notice, of a receiver that knows a repeat by it. */
  readonly hook: ReadonlyMap<string, number>;
  /** Requests by their text, of one that does not. */
  readonly phone: ReadonlyMap<string, number>;
}

/** Bundles the process that sends. Below node_modules, so that packages are found. @returns the script */
export async function bundleSender(): Promise<string> {
  const folder = join(root, "node_modules/.cache");
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `alerts-sender-${process.pid}.mjs`);
  const entry = fileURLToPath(new URL("send-worker.ts", import.meta.url));
  const plain = { bundle: true, format: "esm", platform: "node", packages: "external", logLevel: "error" } as const;
  await build({ entryPoints: [entry], outfile, ...plain });
  return outfile;
}

/** A state folder in which as many places have something to report. */
async function stateWith(places: number): Promise<string> {
  const stateDir = await mkdtemp(join(tmpdir(), "larder-killed-"));
  const journal = await openJournal(stateDir, "collector");
  const lines = Array.from({ length: places }, (_, i) => {
    const tags = `region=r${i},server=c${i}`;
    return `events,event=wiped,${tags} title="Cache wiped",text="it held ${i} GB" ${NOW - 60_000}\n`;
  });
  const span = { fromMs: NOW - 60_000, toMs: NOW };
  await journal.append({ lines: lines.join(""), lineCount: places, span });
  await journal.close();
  return stateDir;
}

/** Sends from one state folder by processes one after the other, each dying its death; the last lives. */
export async function sendKilled(script: string, places: number, deaths: readonly Death[]): Promise<Counted> {
  const receiver = await openReceiver();
  const stateDir = await stateWith(places);
  try {
    for (const death of deaths) {
      const child = start(script, stateDir, receiver.url);
      receiver.dieAt(death, child);
      const timer = death.request === undefined ? setTimeout(() => child.kill("SIGKILL"), death.afterMs) : undefined;
      await once(child, "exit");
      clearTimeout(timer);
    }
    await finish([start(script, stateDir, receiver.url)]);
    return receiver.counted;
  } finally {
    receiver.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

/** Sends from one state folder by several processes at once. */
export async function sendTogether(script: string, places: number, processes: number): Promise<Counted> {
  const receiver = await openReceiver();
  const stateDir = await stateWith(places);
  try {
    await finish(Array.from({ length: processes }, () => start(script, stateDir, receiver.url)));
    return receiver.counted;
  } finally {
    receiver.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

function start(script: string, stateDir: string, url: string): ChildProcess {
  return spawn(process.execPath, [script, stateDir, url, String(NOW)], { stdio: ["ignore", "ignore", "inherit"] });
}

async function finish(children: readonly ChildProcess[]): Promise<void> {
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number | null));
  if (codes.some((code) => code !== 0)) throw new Error(`a sender ended with ${codes.join()}`);
}

async function openReceiver() {
  const counted = { hook: new Map<string, number>(), phone: new Map<string, number>() };
  let dying: { readonly death: Death; readonly child: ChildProcess; requests: number } | undefined;
  const answer = (response: ServerResponse): void => {
    if (dying?.death.request === undefined || ++dying.requests !== dying.death.request) {
      response.writeHead(200).end();
      return;
    }
    const { child, death } = dying;
    if (death.answered) response.writeHead(200).end(() => child.kill("SIGKILL"));
    else child.kill("SIGKILL");
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isHook = request.url === "/hook";
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { readonly title?: string };
      const key = isHook ? String(request.headers["webhook-id"]) : (body.title ?? "");
      const all = isHook ? counted.hook : counted.phone;
      all.set(key, (all.get(key) ?? 0) + 1);
      answer(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dieAt = (death: Death, child: ChildProcess): void => {
    dying = { death, child, requests: 0 };
    child.once("exit", () => {
      dying = undefined;
    });
  };
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url, counted: counted as Counted, dieAt, close };
}
