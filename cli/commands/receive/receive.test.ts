import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readLines } from "../../../core/history/history.ts";
import { openJournal } from "../../../core/journal/journal.ts";
import { killReceiver } from "../../../fixtures/reports/kill-receiver.ts";
import { larderInProcess, PROGRAM } from "../../testing/in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-receive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TAKEN = Date.now() - 86_400_000;

async function hoursOf(stateDir: string): Promise<string[]> {
  const lines: string[] = [];
  const all = { measurement: "requests_1h", fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, streams: ["rollup"] };
  for await (const line of readLines(stateDir, all)) lines.push(line);
  return lines;
}

describe("larder receive", () => {
  it("has every report it acknowledged in its journal, once, wherever it is killed", async () => {
    const stateDir = join(folder, "killed");
    const done = await killReceiver({ program: PROGRAM, stateDir, kills: 3, caches: 8, mostAcknowledged: 20 });
    expect(done.acknowledged).toBeGreaterThanOrEqual(30);
    expect(done).toMatchObject({ lost: 0, doubled: 0 });
  }, 60_000);

  it("has what was taken rolled up in a process beside it, which ends with it", async () => {
    const stateDir = join(folder, "rolled");
    const journal = await openJournal(stateDir, "receiver");
    const line = `requests,server=c requests.fromclients=1i ${TAKEN}\n`;
    await journal.append({ lines: line, lineCount: 1, span: { fromMs: TAKEN, toMs: TAKEN } });
    await journal.close();
    const words = [PROGRAM, "receive", "--port", "0", "--state-dir", stateDir, "--log-level", "error"];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
    try {
      await vi.waitFor(async () => expect(await hoursOf(stateDir)).toHaveLength(1), { timeout: 20_000, interval: 50 });
    } finally {
      child.kill("SIGTERM");
    }
    // standard error is that of both: it closes when both have ended
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
  }, 30_000);

  it("refuses to listen for others without a token", async () => {
    const { code, err } = await larderInProcess(["receive", "--host", "0.0.0.0", "--state-dir", join(folder, "open")]);
    expect(code).toBe(1);
    expect(err).toContain("SERVER_OPEN");
  });

  it("prints declarations from the settings of the cache, with the token in the address, and none without", async () => {
    const [settings, tokenFile] = [join(folder, "settings.json"), join(folder, "token")];
    writeFileSync(
      settings,
      JSON.stringify({ name: "settings", result: { CacheLimit: 4e12, PeerListenRanges: [], Port: 0 } }),
    );
    writeFileSync(tokenFile, "north 0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
    const words = [
      "receive",
      "--print-declaration",
      "--target",
      "https://larder.example.org:8771",
      "--token-file",
      tokenFile,
    ];
    const { code, out, err } = await larderInProcess([...words, "--settings", settings]);
    expect([code, err]).toEqual([0, expect.stringContaining("PeerListenRanges")]);
    const [configuration] = JSON.parse(out) as { Payload: unknown }[];
    expect(configuration?.Payload).toEqual({
      CacheLimit: 4e12,
      Port: 0,
      ManagementStatusTarget: "https://larder.example.org:8771/metrics/0123456789abcdef0123456789abcdef",
      ManagementReportingInterval: 300,
      ManagementSecurityConfig: "no-cert",
      DeclarativeStatusInterval: 0,
    });
    const keys = await larderInProcess([...words, "--keys-only"]);
    expect(Object.keys(JSON.parse(keys.out) as object)).toContain("ManagementStatusTarget");
    const without = await larderInProcess(words);
    expect([without.code, without.out, without.err]).toEqual([
      2,
      "",
      expect.stringContaining("which a declaration replaces"),
    ]);
  });

  it("checks the table of sites", async () => {
    const path = join(folder, "sites.csv");
    writeFileSync(path, "serial,region\nA,North\n,South\n");
    const { code, out } = await larderInProcess([
      "receive",
      "sites",
      "check",
      path,
      "--state-dir",
      join(folder, "none"),
    ]);
    expect(code).toBe(3);
    expect(out).toContain("1 cache, tags region; 0 caches heard of in a day");
    expect(out).toContain("line 3: it says of no cache which one");
  });
});
