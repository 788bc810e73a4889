import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askPort } from "../../../core/cache/cache.ts";
import { silentLog } from "../../../core/log.ts";
import { managerStatusSource } from "./cache-status.ts";
import { managerStatusOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-state-"));
const program = join(folder, "AssetCacheManagerUtil");
const NOW = Date.UTC(2026, 2, 2, 12);
let answered = 400;
let cache: Server;
let port = 0;

beforeAll(async () => {
  cache = createServer((_request, response) => response.writeHead(answered).end());
  await new Promise<void>((resolve) => cache.listen(0, "127.0.0.1", resolve));
  port = (cache.address() as AddressInfo).port;
  writeFileSync(program, `#!/bin/sh\ncat '${join(folder, "status.json")}'\n`);
  chmodSync(program, 0o755);
});
afterAll(() => {
  cache.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The lines of a reading of a status. */
async function read(status: Readonly<Record<string, unknown>>, more: object = {}): Promise<string> {
  const result = {
    Activated: true,
    Active: true,
    Port: port,
    PrivateAddresses: ["127.0.0.1"],
    RegistrationStatus: 1,
    StartupStatus: "OK",
    ...status,
  };
  writeFileSync(join(folder, "status.json"), JSON.stringify({ name: "status", result }));
  const source = managerStatusSource({ ...managerStatusOptions.parse({ command: [program], ...more }), bytes: false });
  const context = {
    tagText: "",
    signal: new AbortController().signal,
    log: silentLog,
    nowMs: () => NOW,
    reject: () => {},
    alreadyTaken: async function* () {},
  };
  let lines = "";
  for await (const batch of source.readAfter(undefined, context)) lines += String(batch.lines);
  return lines;
}
const stateIn = (lines: string): string | undefined => /state="(\w+)"/.exec(lines)?.[1];

describe("the state of a cache", () => {
  it.each<[string, number, Readonly<Record<string, unknown>>]>([
    ["serving", 400, {}],
    ["suspended", 503, { Active: false, RegistrationStatus: 0 }],
    ["suspended", 503, {}],
    ["off", 400, { Activated: false, Active: false, Port: 0, RegistrationStatus: -1, StartupStatus: "FAILED" }],
    ["starting", 400, { Active: false, Port: 0, StartupStatus: "PENDING", RegistrationStatus: 0 }],
    // nothing listens there: 127.0.0.2 is this computer too
    ["unreachable", 400, { PrivateAddresses: ["127.0.0.2"] }],
    ["silent", 400, { Port: 1 }],
  ])("is %s (HTTP %i)", async (state, http, status) => {
    answered = http;
    expect(stateIn(await read(status))).toBe(state);
  });

  it("asks the ports that are named, and writes what they answered", async () => {
    answered = 400;
    const lines = await read({}, { probes: [`127.0.0.1:${port}`, "127.0.0.1:1"] });
    expect(lines).toMatch(
      new RegExp(`cacheprobe,target=127\\.0\\.0\\.1:${port} answers=true,http=400i,seconds=[\\d.]+ ${NOW}`),
    );
    expect(lines).toMatch(/cacheprobe,target=127\.0\.0\.1:1 answers=false,seconds=/);
    expect(lines).toMatch(/cacheprobe,target=itself answers=true/);
  });

  it("asks nobody for a status of another computer", async () => {
    expect(
      await read({ PrivateAddresses: ["192.0.2.1"] }, { command: ["cat", join(folder, "status.json")] }),
    ).not.toContain("cacheprobe");
  });
});

describe("askPort()", () => {
  it("takes no answer for one: a port that is silent, and one that speaks something else", async () => {
    const tcp = createTcpServer((socket) => void (answered === 0 && socket.end("220 mail\r\n")));
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const at = { host: "127.0.0.1", port: (tcp.address() as AddressInfo).port };
    answered = 400;
    expect(await askPort(at, { timeoutMs: 100 })).toMatchObject({ answers: false, http: undefined });
    answered = 0;
    expect(await askPort(at, { timeoutMs: 1000 })).toMatchObject({ answers: false });
    tcp.close();
  });
});
