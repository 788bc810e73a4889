/**
 * Ways an input reaches an edge that takes no bytes: as JSON, as a file, or as the answer of a server.
 *
 * @module
 */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Json } from "../../core/journal/journal.ts";

/** What an input is when read as JSON; null where it is not JSON. */
export function jsonOf(input: Buffer): Json {
  try {
    return JSON.parse(input.toString("utf8")) as Json;
  } catch {
    return null;
  }
}

let folder: string | undefined;

/** A folder that goes with the process. */
export function fuzzFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), "larder-fuzz-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/** Writes the input to a file of this name, in a folder of the edge's own that holds nothing else. */
export function asFile<T>(name: string, run: (path: string, folder: string) => T): (input: Buffer) => T {
  const root = () => join(fuzzFolder(), name.replaceAll("/", "-"));
  return (input) => {
    rmSync(root(), { recursive: true, force: true });
    const path = join(root(), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, input);
    return run(path, root());
  };
}

let body: Buffer = Buffer.alloc(0);
let origin: Promise<string> | undefined;

/** Answers every question with the input: its first line are a status and a type of content, if they are that. */
export function asAnswer<T>(run: (origin: string) => Promise<T>): (input: Buffer) => Promise<T> {
  return async (input) => {
    body = input;
    origin ??= start();
    return await run(await origin);
  };
}

/** An input of `asAnswer` with another status than 200. */
export function answer(status: number, content: string): Buffer {
  return Buffer.from(`${status} application/json\n${content}`);
}

async function start(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const [line, status, type] = /^([2-5]\d\d) ([\w/+.-]{1,60})\n/.exec(body.toString("latin1", 0, 80)) ?? [""];
    const code = Number(status ?? 200);
    response.writeHead(code === 204 || code === 304 ? 200 : code, { "content-type": type ?? "application/json" });
    response.end(body.subarray(line.length));
  });
  server.listen(0, "127.0.0.1").unref();
  server.on("connection", (socket) => socket.unref());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
