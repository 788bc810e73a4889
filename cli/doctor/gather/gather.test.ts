import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openMetricsDb } from "../../../fixtures/content-cache/metrics-db.ts";
import { openSqliteFile } from "../../../fixtures/content-cache/sqlite-file.ts";
import { ownCertificate } from "../../../fixtures/network/certificate.ts";
import { type NameServer, type NameServerMood, startNameServer } from "../../../fixtures/network/name-server.ts";
import { diagnose, gatherEvidence, type Own, readFacts, realSurroundings, type Surroundings } from "../doctor.ts";

const CASES = join(import.meta.dirname, "../../../fixtures/doctor");
const NOTHING: Own = { late: [], part: undefined, configured: false, files: {}, models: 0, records: {} };
const NOW = Date.parse("2026-11-29T09:00:00Z");

const servers: NameServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function nameServer(mood: NameServerMood, record = "prs=203.0.113.16-203.0.113.31"): Promise<string> {
  const server = await startNameServer({ "_aaplcache._tcp.school.example": record }, mood);
  servers.push(server);
  return server.address;
}

/** A content cache that answers a bare GET as Apple's does. */
const cache = createServer((_request, response) => response.writeHead(400).end());
let cachePort = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => cache.listen(0, "127.0.0.1", resolve));
  cachePort = (cache.address() as AddressInfo).port;
});
afterAll(() => cache.close());

/** A Mac whose commands print what a case holds, changed by hand. */
function mac(name: string, change: (file: string, text: string) => string = (_file, text) => text): Surroundings {
  const printed = (file: string): string | undefined => {
    try {
      return change(file, readFileSync(join(CASES, name, file), "utf8"));
    } catch {
      return undefined;
    }
  };
  const byWords: Readonly<Record<string, string>> = {
    "AssetCacheManagerUtil -j status": "status.json",
    "AssetCacheManagerUtil -j settings": "settings.json",
    "AssetCacheLocatorUtil -j": "locator.json",
    "fdesetup status": "filevault.txt",
    "pmset -g": "power.txt",
    "launchctl print system/org.larder.collect": "daemon.txt",
    "networksetup -listnetworkserviceorder": "services.txt",
    "route -n get default": "route.txt",
    mount: "mounts.txt",
    "scutil --dns": "dns.txt",
    "scutil --proxy": "proxies.txt",
    "sntp time.apple.com": "sntp.txt",
  };
  return {
    system: "darwin",
    nowMs: () => NOW,
    run: async (program, args) => {
      const words = [program.replace(/^.*\//, ""), ...args].join(" ");
      const stdout = printed(byWords[words] ?? "");
      if (stdout !== undefined) return { exitCode: 0, stdout, stderr: "", failure: undefined };
      const failure = { kind: "missing", text: "the command is not on this computer" } as const;
      return { exitCode: undefined, stdout: "", stderr: "", failure };
    },
    tryOpen: async () => {
      throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    },
    addresses: () => [{ name: "lo0", cidr: "127.0.0.1/8" }],
    resolvConf: "/none",
    appleHosts: [],
    dnsTimeoutMs: 150,
    limitMs: 20_000,
  };
}

/** The client of the healthy case, whose cache and name servers are real ones on loopback. */
function client(nameServers: readonly string[]): Surroundings {
  return mac("healthy-client", (file, text) => {
    if (file === "dns.txt")
      return text.replace(/10\.20\.1\.2$/m, nameServers[0]!).replace(/10\.20\.1\.3$/m, nameServers[1]!);
    return text.replaceAll(/10\.20\.1\.6[78]:\d+/g, `127.0.0.1:${cachePort}`);
  });
}

async function findingsOn(world: Surroundings, own: Partial<Own> = {}): Promise<string[]> {
  const evidence = await gatherEvidence({ ...NOTHING, ...own }, world);
  return diagnose(await readFacts(evidence)).findings.map(({ id }) => id);
}

it("has an end: what does not answer in time is named, and unknown", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const world = mac("healthy-client", (_file, text) => text.replaceAll(/10\.20\.1\.6[78]:\d+/g, `127.0.0.1:${port}`));
  const evidence = await gatherEvidence(NOTHING, { ...world, limitMs: 50 });
  silent.closeAllConnections();
  silent.close();
  const late = diagnose(await readFacts(evidence)).findings.filter(({ id }) => id === "not-in-time");
  expect(late.map(({ said }) => said)).toContain("ports.json: no answer within 0.05 s");
});

describe("the record that leads to the cache", () => {
  it("is hidden by a first name server that is dead, and found where it answers", async () => {
    expect(await findingsOn(client([await nameServer("silent"), await nameServer("answers")]))).toEqual([
      "record-hidden",
    ]);
    expect(await findingsOn(client([await nameServer("answers"), await nameServer("answers")]))).toEqual([]);
  });

  it("is asked of each name server on its own: one refuses, one says something else", async () => {
    expect(await findingsOn(client([await nameServer("answers"), await nameServer("refuses")]))).toEqual([
      "resolver-refuses",
    ]);
    const other = await nameServer("answers", "prs=203.0.113.16-203.0.113.47");
    expect(await findingsOn(client([await nameServer("answers"), other]))).toEqual(["records-differ"]);
  });

  it("is kept byte for byte where it is packed", async () => {
    const packed = "prn=\x24\xcb\x00\x71\x10\xcb\x00\x71\x1f";
    const both = [await nameServer("answers", packed), await nameServer("answers", packed)];
    expect(await findingsOn(client(both))).toEqual([]);
    const elsewhere = "prn=\x24\xc6\x33\x64\x10\xc6\x33\x64\x1f";
    const wrong = [await nameServer("answers", elsewhere), await nameServer("answers", elsewhere)];
    expect(await findingsOn(client(wrong))).toEqual(["public-address-unpublished"]);
  });
});

describe("a cache", () => {
  const refusing = (code: string) => async (): Promise<void> => {
    throw Object.assign(new Error("refused"), { code });
  };
  const here = (): Surroundings =>
    mac("healthy-cache", (file, text) => {
      if (file === "dns.txt") return "";
      return text.replaceAll("49152", String(cachePort)).replaceAll("10.20.1.67", "127.0.0.1");
    });

  it("that is well has no finding", async () => {
    const folder = mkdtempSync(join(tmpdir(), "larder-doctor-"));
    const metricsDb = join(folder, "Metrics.db");
    const files = { metricsDb, metricsSqlite: join(folder, "none") };
    const world = { ...here(), tryOpen: realSurroundings().tryOpen };
    try {
      const database = await openMetricsDb(metricsDb);
      database.append(new Map(), 60, NOW - 60_000);
      expect(await findingsOn(world, { files })).toEqual([]);
      expect(await findingsOn({ ...world, nowMs: () => NOW + 5 * 86_400_000 }, { files })).toEqual(["database-stale"]);
      database.close();
      const metricsSqlite = join(folder, "Metrics.sqlite");
      const older = await openSqliteFile(metricsSqlite);
      older.run("CREATE TABLE statsData (entryIndex INTEGER PRIMARY KEY, collectionDate, metricName, dataValue)");
      older.run("INSERT INTO statsData VALUES (1, ?, 'requests.from.clients', 1)", [(NOW - 5 * 86_400_000) / 1000]);
      older.save();
      const both = await gatherEvidence({ ...NOTHING, files: { metricsDb, metricsSqlite } }, world);
      const stale = diagnose(await readFacts(both)).findings.filter(({ id }) => id === "database-stale");
      expect(stale.map(({ said }) => said)).toEqual([`the newest row of ${metricsSqlite} is 5 d old`]);
      older.close();
      writeFileSync(metricsDb, "this was a database once");
      expect(await findingsOn(world, { files })).toEqual(["database-damaged"]);
      rmSync(metricsDb);
      expect(await findingsOn(world, { files })).toEqual(["database-missing"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("distinguishes privacy protection from owner and mode", async () => {
    expect(await findingsOn({ ...here(), tryOpen: refusing("EPERM") })).toEqual([
      "database-privacy",
      "database-privacy",
    ]);
    expect(await findingsOn({ ...here(), tryOpen: refusing("EACCES") })).toEqual([
      "database-denied",
      "database-denied",
    ]);
  });
});

describe("Apple's hosts", () => {
  it("are told apart from somebody who answers for them", async () => {
    const { key, cert, remove } = ownCertificate("DNS:localhost");
    const server = createTls({ key, cert }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const appleHosts = [{ host: "localhost", port, encrypted: true }];
    try {
      expect(await findingsOn({ ...client(["127.0.0.1:1", "127.0.0.1:1"]), appleHosts })).toContain(
        "apple-intercepted",
      );
    } finally {
      server.close();
      remove();
    }
    expect(await findingsOn({ ...mac("no-route"), appleHosts })).toContain("apple-unreachable");
  });
});
