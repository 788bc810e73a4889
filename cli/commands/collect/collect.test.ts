import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PassReport } from "../../../collector/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { openSqliteFile } from "../../../fixtures/content-cache/sqlite-file.ts";
import { larderInProcess, PROGRAM } from "../../testing/in-process.ts";
import { passText } from "./collect.ts";

let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lcollect-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const database = (): string => join(folder, "Metrics.db");
const config = (): string => join(folder, "larder.json");

async function writeRows(count: number): Promise<void> {
  const db = await openSqliteFile(database());
  db.run(
    "CREATE TABLE IF NOT EXISTS ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)",
  );
  for (let i = 0; i < count; i++)
    db.run(`INSERT INTO ZMETRIC (ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT) VALUES (${800_000_000 + i * 60}, 1000)`);
  db.save();
  db.close();
}

function configure(more: Record<string, unknown> = {}): void {
  const sources = { metricsDb: { path: database() }, metricsSqlite: { enabled: false } };
  writeFileSync(
    config(),
    JSON.stringify({
      server: "c1",
      stateDir: join(folder, "state"),
      timezone: "UTC",
      spreadSeconds: 0,
      sources,
      ...more,
    }),
  );
}

async function larder(...args: string[]) {
  const { code, out, err } = await larderInProcess([...args, "--config", config()]);
  return {
    status: code,
    stdout: out,
    stderr: err,
    json: () =>
      JSON.parse(out) as {
        sources: { rows: number; problem: { code: string } | null }[];
        rows: Record<string, unknown>[];
      },
  };
}

/** A daemon whose first pass is over. */
async function daemon(...flags: string[]): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(process.execPath, [PROGRAM, "collect", "--config", config(), "--json", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
  return { child, said: () => said };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("close", (code) => resolve(code)));

describe("larder collect", () => {
  it("takes what is there, then nothing, and history shows it", async () => {
    await writeRows(5);
    configure({ tags: { site_code: "1234" } });
    expect((await larder("collect", "--dry-run")).stdout).toContain("5 rows, 5 lines would be written");
    expect((await larder("collect", "--once", "--json")).json().sources[0]?.rows).toBe(5);
    expect((await larder("collect", "--once", "--json")).json().sources[0]?.rows).toBe(0);
    const { rows } = (
      await larder(
        "history",
        "--from",
        "2026-05-01",
        "--to",
        "2026-06-01",
        "--by",
        "day",
        "--tag",
        "site_code=1234",
        "--json",
      )
    ).json();
    expect(rows).toMatchObject([{ day: "2026-05-09", served: 5000, saved: 5000, fromApple: 0, hitRatio: 1 }]);
    const rollup = await larder("history", "--measurement", "bytestoclients_1d");
    expect([rollup.status, rollup.stderr]).toEqual([2, expect.stringContaining("history adds up the rows themselves")]);
    expect((await larder("history", "--from", "2026-05-01", "--to", "2026-06-01", "--by", "hour")).stdout).toContain(
      "2026-05-09 06:00",
    );
  });

  it("runs once on a state folder; a second says who has it and ends with 75", async () => {
    await writeRows(1);
    configure();
    const { child } = await daemon();
    const second = await larder("collect", "--once");
    expect(second.status).toBe(75);
    expect(second.stderr).toMatch(new RegExp(`process ${child.pid} has been running it for \\d+ s`));
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
    expect((await larder("collect", "--once")).status).toBe(0);
  });

  it("serves what it collects in the same process, and refuses to where it would end at once", async () => {
    await writeRows(2);
    configure({ serve: { port: 0 } });
    const { child, said } = await daemon("--serve");
    const url = /"url":"([^"]+)"/.exec(said())?.[1] ?? "";
    const metrics = await (await fetch(`${url}metrics`)).text();
    expect(metrics).toMatch(/^larder_collector_up\{server="c1"\} 1$/m);
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
    const once = await larder("collect", "--once", "--serve");
    expect([once.status, once.stderr]).toEqual([2, expect.stringContaining("Cannot serve with --once")]);
  });

  it("ends cleanly on SIGTERM while a server keeps it waiting, and loses nothing", async () => {
    let seen = 0;
    const server = createServer(() => seen++).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await writeRows(3);
    configure({ passSeconds: 2, sinks: [{ name: "slow", type: "influx1", url, database: "x" }] });
    const child = spawn(process.execPath, [PROGRAM, "collect", "--config", config()], { stdio: "ignore" });
    children.push(child);
    while (seen === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const stopped = Date.now();
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
    expect(Date.now() - stopped).toBeLessThan(5000);
    server.closeAllConnections();
    server.close();
    const later = await larder("collect", "--once", "--json");
    expect(later.status).toBe(3);
    expect(later.stdout).toContain('"backlogBytes"');
    expect((await larder("history", "--from", "2026-05-01", "--to", "2026-06-01", "--json")).json().rows).toMatchObject(
      [{ served: 3000 }],
    );
  });

  it("says what is wrong with a database, goes on with the other, and takes the rows when it is right again", async () => {
    configure();
    const missing = await larder("collect", "--once");
    expect(missing.status).toBe(1);
    expect(missing.stdout).toMatch(/Cannot .*Metrics\.db.*\n {2}code DB_MISSING/);
    await writeRows(200);
    const whole = readFileSync(database());
    truncateSync(database(), 6000);
    expect((await larder("collect", "--once", "--json")).json().sources[0]?.problem?.code).toBe("DB_CORRUPT");
    writeFileSync(database(), "not a database at all, whatever its name may say".repeat(50));
    expect((await larder("collect", "--once", "--json")).json().sources[0]?.problem?.code).toBe("DB_NOT_A_DATABASE");
    writeFileSync(database(), whole);
    expect((await larder("collect", "--once", "--json")).json().sources[0]?.rows).toBe(200);
  });

  const setpriv = process.getuid?.() === 0 && spawnSync("setpriv", ["--version"]).status === 0;
  it.skipIf(!setpriv)(
    "says when the database is another user's (skipped where there is no root and setpriv)",
    async () => {
      await writeRows(1);
      configure();
      chmodSync(database(), 0o600);
      mkdirSync(join(folder, "state"));
      chmodSync(join(folder, "state"), 0o777);
      chmodSync(folder, 0o755);
      chmodSync(config(), 0o644);
      const args = [
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        process.execPath,
        PROGRAM,
        "collect",
        "--once",
        "--config",
        config(),
      ];
      const { status, stdout, stderr } = spawnSync("setpriv", args, { encoding: "utf8" });
      expect(`${stdout}${stderr}`).toContain("DB_DENIED");
      expect(status).toBe(1);
    },
  );

  const mounts = process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;
  it.skipIf(!mounts)(
    "keeps what it has when the disk is full, and goes on when there is room (skipped where nothing can be mounted)",
    async () => {
      await writeRows(8000);
      const state = join(folder, "small");
      mkdirSync(state);
      configure({ stateDir: state });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", state]);
      try {
        const full = await larder("collect", "--once");
        expect(full.status).toBe(1);
        expect(full.stderr).toMatch(
          /Cannot write to the journal .*: the disk is full\n {2}code JOURNAL_FULL · nothing was lost/,
        );
        const status = await larder("status");
        expect(status.status).toBe(1);
        expect(status.stdout.replaceAll(/\s+/g, " ")).toMatch(/the disk of the journal is full \(\d+ [KM]B are free\)/);
        expect(status.stdout).not.toContain("no pass has run");
        execFileSync("mount", ["-o", "remount,size=64m", state]);
        expect((await larder("collect", "--once")).status).toBe(0);
        const { rows } = (
          await larder("history", "--from", "2026-05-01", "--to", "2026-07-01", "--by", "all", "--json")
        ).json();
        expect(rows).toMatchObject([{ served: 8_000_000 }]);
      } finally {
        execFileSync("umount", [state]);
      }
    },
  );

  it("leaves nothing beside Apple's database", async () => {
    await writeRows(2);
    configure();
    await larder("collect", "--once");
    expect(readdirSync(folder).sort()).toEqual(["Metrics.db", "larder.json", "state"]);
    rmSync(database());
  });
});

it("passText() is one line for somebody who watches, with what went wrong below", () => {
  const source = {
    name: "metrics-db",
    place: "p",
    rows: 21,
    lines: 8,
    newestMs: 1,
    rejected: 0,
    unkept: 0,
    problem: undefined,
  };
  const report = { seconds: 0.1, sources: [source], sinks: [] } as unknown as PassReport;
  const at = new Date("2026-11-28T21:24:05Z");
  expect(passText(report, at, "Europe/Berlin")).toBe("22:24:05  metrics-db 21 rows");
  const problem = new LarderError("Cannot read it", { code: "X", next: "look" });
  const failed = { ...report, sources: [{ ...source, problem }] };
  expect(passText(failed, at, "UTC")).toContain("\nCannot read it");
});
