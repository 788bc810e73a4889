/** Who may read and write what larder leaves on a disk, whatever the umask. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NO_SITES, openReceiver } from "../collector/receiver/receiver.ts";
import { openRejectFile } from "../collector/ship/reject-file.ts";
import { silentLog } from "../core/log.ts";
import { startServer } from "../core/server/server.ts";
import { startContentCache } from "../fixtures/content-cache/index.ts";
import { openSqliteFile } from "../fixtures/content-cache/sqlite-file.ts";
import { startInfluxFake } from "../fixtures/influx-fake/server.ts";
import { startOrigin } from "../fixtures/origin/index.ts";
import { reportBody } from "../fixtures/reports/reports.ts";
import { logLine, requestMessage } from "../fixtures/service-log/lines.ts";
import { larderInProcess } from "./testing/in-process.ts";

const folders: string[] = [];
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

/** Anything in a folder but locks, which are sockets. */
interface Made {
  readonly name: string;
  readonly isFolder: boolean;
  readonly mode: number;
}

function allIn(folder: string): Made[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = [folder, ...found.filter((each) => !each.isSocket()).map((each) => join(each.parentPath, each.name))];
  return paths.map((path) => {
    const { mode } = statSync(path);
    return { name: relative(folder, path), isFolder: (mode & 0o170000) === 0o040000, mode: mode & 0o777 };
  });
}

/** A database, a log, a cache to warm and a server to ship to, beside each other. */
async function world(folder: string) {
  const nowMs = Date.now();
  const db = await openSqliteFile(join(folder, "Metrics.db"));
  db.run("CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)");
  db.run(`INSERT INTO ZMETRIC (ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT) VALUES (${nowMs / 1000 - 978_307_200 - 60}, 9)`);
  db.save();
  db.close();
  const message = requestMessage("a1", { address: "10.0.0.1", agent: "a/1 iOS/17.1 model/iPad13,1", file: "/a/b.ipa" });
  writeFileSync(join(folder, "Debug.log"), logLine("debug", { timeMs: nowMs - 60_000, message, number: 1 }));
  const url = "https://updates.cdn-apple.com/c/1.zip";
  writeFileSync(join(folder, "urls"), `${url} 1000\n`);
  const origin = await startOrigin({ sizes: new Map([[new URL(url).pathname, 1000]]) });
  const cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache") });
  const influx = await startInfluxFake({ dialect: "influx1", databases: ["d"] });
  const settings = {
    ...{ server: "c1", stateDir: join(folder, "state"), timezone: "UTC", spreadSeconds: 0 },
    sources: {
      metricsDb: { path: join(folder, "Metrics.db") },
      metricsSqlite: { enabled: false },
      serviceLog: { enabled: true, file: join(folder, "Debug.log"), timezone: "UTC" },
    },
    sinks: [{ name: "main", type: "influx1", url: influx.url, database: "d" }],
    precache: {
      servers: [cache.url],
      catalogs: [
        { kind: "url-list", url: join(folder, "urls") },
        { kind: "url-list", url: `${origin.url}/c/1.zip` },
      ],
    },
  };
  writeFileSync(join(folder, "larder.json"), JSON.stringify(settings));
  return { stop: async () => await Promise.all([influx.stop(), cache.stop(), origin.stop()]) };
}

async function receiveAside(stateDir: string): Promise<void> {
  const receiver = await openReceiver({
    ...{ stateDir, server: "c1", tags: {}, sites: () => NO_SITES, log: silentLog },
    nowMs: Date.now,
  });
  const server = await startServer({ host: "127.0.0.1", port: 0, routes: receiver.routes, log: silentLog });
  const body = reportBody({ reportDate: "2020-01-01T00:00:00Z", creationDate: "2020-01-01T00:00:00Z" });
  const headers = { "content-type": "application/json" };
  await fetch(`${server.url}metrics`, { method: "POST", body: new Uint8Array(body), headers });
  await server.close();
  await receiver.close();
}

/** What every writer leaves: in the state folder, and where a user asks for a file. */
async function everything(): Promise<{ state: Made[]; asked: Made[] }> {
  const folder = await mkdtemp(join(tmpdir(), "lmodes-"));
  folders.push(folder);
  const [state, asked] = [join(folder, "state"), join(folder, "asked")];
  const servers = await world(folder);
  mkdirSync(asked);
  const run = async (line: string, allowed: readonly number[] = [0]): Promise<void> => {
    const words = line.split(" ").map((word) => word.replace("OUT", asked));
    const { code, err } = await larderInProcess([...words, "-c", join(folder, "larder.json")]);
    expect(allowed, `${line}: ${err}`).toContain(code);
  };
  try {
    await run("collect --once", [0, 3]);
    await run("alerts check", [0, 1, 3]);
    await run("alerts silence add --rule pressure --for 1h --why trip");
    await run("precache run --quiet", [0, 1, 3]);
    await run("journal verify");
    await run("report --format html --from 1d --out OUT/report.html");
    await run("doctor --collect OUT/doctor.zip");
    expect((await larderInProcess(["config", "init", "--out", join(asked, "larder.plist")])).code).toBe(0);
    await receiveAside(state);
    const refused = [{ line: Buffer.from("m v=1\n"), reason: "no", index: 0 }];
    await openRejectFile({ stateDir: state, sink: "main" }, 1000).append(refused, Date.now());
  } finally {
    await servers.stop();
  }
  return { state: allIn(state), asked: allIn(asked) };
}

async function underUmask<Result>(umask: number, act: () => Promise<Result>): Promise<Result> {
  const before = process.umask(umask);
  try {
    return await act();
  } finally {
    process.umask(before);
  }
}

/** What has to be among the files, or something here was not tried. */
const EXPECTED = [
  /^journal\/collector\/\d+\.lp$/,
  /^journal\/alerts\/\d+\.lp$/,
  /^journal\/precache\/\d+\.lp$/,
  /^journal\/receiver\/\d+\.lp$/,
  /^ship\/main\.json$/,
  /^ship\/main\.state$/,
  /^rejected\/main\.lp$/,
  /^rejected\/_reports\.lp$/,
  /^service-log\/clients-/,
  /^silences\/./,
  /^precache\/./,
];

describe("with umask 000", () => {
  it("the state folder is its user's and its group's to read, and the key of a day its user's alone", async () => {
    const { state, asked } = await underUmask(0, everything);
    const names = state.map(({ name }) => name);
    for (const each of EXPECTED) expect(names).toContainEqual(expect.stringMatching(each));
    const wrong = state.filter(({ name, isFolder, mode }) => {
      const wanted = isFolder ? 0o750 : name.startsWith("service-log/") ? 0o600 : 0o640;
      return mode !== wanted;
    });
    expect(wrong.map(({ name, mode }) => `${name} ${mode.toString(8)}`)).toEqual([]);
    expect(Object.fromEntries(asked.slice(1).map(({ name, mode }) => [name, mode.toString(8)]))).toEqual({
      ...{ "doctor.zip": "600", "larder.plist": "600" },
      "report.html": "644",
    });
  });
});

describe("with umask 077", () => {
  it("nobody else reads anything, and all works", async () => {
    const { state, asked } = await underUmask(0o077, everything);
    for (const { name, mode } of [...state, ...asked]) expect([name, mode & 0o077]).toEqual([name, 0]);
  });
});
