import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ask, cacheStates, savingsHistory } from "../../core/history/history.ts";
import { faultyDisk } from "../../core/journal/testing/faulty-disk.ts";
import { silentLog } from "../../core/log.ts";
import { type RunningServer, startServer } from "../../core/server/server.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { NO_SITES, openReceiver, type Receiver, type ReceiverOptions } from "./receiver.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");
const REPORTED = Date.parse("2026-09-16T08:05:00Z");
const COUNTED = Date.parse("2026-09-16T08:04:31Z");
const TOKEN = "0123456789abcdef0123456789abcdef";
const root = mkdtempSync(join(tmpdir(), "larder-receive-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let open: { server: RunningServer; receiver: Receiver }[] = [];
afterEach(async () => {
  for (const each of open) await stop(each);
});

async function stop(each: { server: RunningServer; receiver: Receiver }): Promise<void> {
  open = open.filter((one) => one !== each);
  await each.server.close();
  await each.receiver.close();
}

let folders = 0;
const newFolder = (): string => join(root, `state${folders++}`);

async function start(stateDir: string, options: Partial<ReceiverOptions> = {}) {
  const receiver = await openReceiver({
    ...{ stateDir, server: "head", tags: {}, sites: () => NO_SITES, log: silentLog, nowMs: () => NOW },
    ...options,
  });
  const tokens = [{ name: "default", token: TOKEN }];
  const server = await startServer({ host: "127.0.0.1", port: 0, routes: receiver.routes, tokens, log: silentLog });
  const each = { server, receiver };
  open.push(each);
  return {
    stop: async () => await stop(each),
    /** Sends a body; the status of the answer. */
    async send(body: Buffer, { path = "metrics", ...init }: RequestInit & { path?: string } = {}): Promise<Response> {
      const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...init.headers };
      return await fetch(`${server.url}${path}`, { method: "POST", body: new Uint8Array(body), ...init, headers });
    },
  };
}

/** The committed lines, without marks. */
function linesOf(stateDir: string): string[] {
  const folder = join(stateDir, "journal", "receiver");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".lp"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "" && !line.startsWith("#"));
}

describe("openReceiver()", () => {
  it("acknowledges a report that is in the journal, where history and the state of the cache find it", async () => {
    const stateDir = newFolder();
    const { send } = await start(stateDir);
    expect((await send(reportBody())).status).toBe(202);
    const lines = linesOf(stateDir);
    expect(lines).toContain(
      `bytestoclients,server=cache01 bytes.fromcache.toclients=1048576i,bytes.fromorigin.toclients=2097152i ${COUNTED}`,
    );
    expect(lines).toContain(`cachecontent,server=cache01,kind=iOS\\ Software bytes=169500000i ${REPORTED}`);
    const range = { fromMs: COUNTED - 1, toMs: NOW };
    const [saved] = await savingsHistory(stateDir, { ...range, by: "all", timeZone: "UTC", groupBy: ["server"] });
    expect(saved).toMatchObject({ group: { server: "cache01" }, served: 3_145_728, fromApple: 2_097_152 });
    const [[state]] = await ask(stateDir, [cacheStates(range)]);
    expect(state).toMatchObject({ server: "cache01", active: true, registered: 1, usedBytes: 1_900_000_000 });
  });

  it("takes POST and PUT, gzip, and a token in the header, as a password or in the path", async () => {
    const stateDir = newFolder();
    const { send } = await start(stateDir);
    const at = (second: number) => ({ reportDate: `2026-09-16T08:05:0${second}Z` });
    expect((await send(reportBody(at(1)), { method: "PUT" })).status).toBe(202);
    const packed = gzipSync(reportBody(at(2)));
    expect((await send(packed, { headers: { "content-encoding": "gzip" } })).status).toBe(202);
    const basic = `Basic ${Buffer.from(`cache:${TOKEN}`).toString("base64")}`;
    expect((await send(reportBody(at(3)), { headers: { authorization: basic } })).status).toBe(202);
    expect((await send(reportBody(at(4)), { path: `metrics/${TOKEN}`, headers: { authorization: "" } })).status).toBe(
      202,
    );
    expect((await send(reportBody(at(5)), { path: "metrics/wrong", headers: { authorization: "" } })).status).toBe(401);
    expect((await send(reportBody(at(5)), { headers: { "content-type": "text/plain" } })).status).toBe(415);
    expect((await send(Buffer.alloc(300_000, 32))).status).toBe(413);
    expect(linesOf(stateDir).filter((line) => line.startsWith("cachereport")).length).toBe(4);
    // the cache said four times what it counted: it counts once
    expect(linesOf(stateDir).filter((line) => line.startsWith("bytestoclients")).length).toBe(1);
  });

  it("takes the same report once, also after a restart, and while the first is being written", async () => {
    const stateDir = newFolder();
    const first = await start(stateDir);
    const answers = await Promise.all(Array.from({ length: 50 }, async () => (await first.send(reportBody())).status));
    expect(new Set(answers)).toEqual(new Set([202]));
    await first.stop();
    const { send } = await start(stateDir);
    expect((await send(reportBody())).status).toBe(202);
    const lines = linesOf(stateDir).filter((line) => !line.startsWith("receiver,"));
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.filter((line) => line.startsWith("bytestoclients")).length).toBe(1);
  });

  it("places what comes out of order, and knows of old ones by the journal", async () => {
    const stateDir = newFolder();
    const { send } = await start(stateDir);
    const minutesBack = (minutes: number) => ({
      reportDate: new Date(REPORTED - minutes * 60_000).toISOString(),
      creationDate: new Date(COUNTED - minutes * 60_000).toISOString(),
    });
    // more than are known by heart, the oldest between
    for (let minutes = 70; minutes >= 0; minutes--) if (minutes !== 68) await send(reportBody(minutesBack(minutes)));
    const before = linesOf(stateDir).length;
    for (const minutes of [70, 69, 3]) expect((await send(reportBody(minutesBack(minutes)))).status).toBe(202);
    expect(linesOf(stateDir).length).toBe(before);
    for (let again = 0; again < 2; again++) await send(reportBody(minutesBack(68)));
    const traffic = linesOf(stateDir).filter((line) => line.startsWith("bytestoclients"));
    expect(traffic.length).toBe(71);
    expect(new Set(traffic).size).toBe(71);
  });

  it("asks to come back while the disk is full, and goes on without a restart, without a loss or a double", async () => {
    const stateDir = newFolder();
    const disk = faultyDisk();
    const { send } = await start(stateDir, { disk });
    expect((await send(reportBody())).status).toBe(202);
    disk.failNext("full");
    const later = { reportDate: "2026-09-16T08:05:01Z", creationDate: "2026-09-16T08:05:01Z" };
    const refused = await send(reportBody(later));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "60"]);
    expect(linesOf(stateDir).filter((line) => line.startsWith("bytestoclients")).length).toBe(1);
    for (let again = 0; again < 2; again++) expect((await send(reportBody(later))).status).toBe(202);
    expect(linesOf(stateDir).filter((line) => line.startsWith("bytestoclients")).length).toBe(2);
  });

  it("sets aside what a clock a year off says, with the reason, and says so once", async () => {
    const stateDir = newFolder();
    const { send } = await start(stateDir);
    for (const year of ["2025", "2027"]) {
      const dates = { reportDate: `${year}-09-16T08:05:00Z`, creationDate: `${year}-09-16T08:04:31Z` };
      for (let again = 0; again < 3; again++) expect((await send(reportBody(dates))).status).toBe(202);
    }
    const aside = readFileSync(join(stateDir, "rejected", "_reports.lp"), "utf8");
    expect(aside.match(/ahead of the clock here/g)?.length).toBe(1);
    expect(aside.match(/reports of the last 30 days are taken/g)?.length).toBe(1);
    expect(linesOf(stateDir).map((line) => line.split(",")[0])).toEqual(["events"]);
  });

  it("refuses with the reason what is not a report", async () => {
    const { send } = await start(newFolder());
    const cases: readonly [body: Buffer, reason: RegExp][] = [
      [Buffer.from(""), /empty/],
      [Buffer.from("{"), /not JSON/],
      [Buffer.from("[]"), /object/],
      [Buffer.from(`${"[".repeat(100_000)}`), /nested/],
      [Buffer.from('{"version":1,"version":1}'), /twice/],
      [Buffer.from('{"peers":[{"address":"a","addr\\u0065ss":"b"}]}'), /twice/],
      [Buffer.from('{"__proto__":{"active":true}}'), /__proto__/],
      [Buffer.concat([reportBody().subarray(0, -1), Buffer.from([0xc3, 0x28])]), /UTF-8/],
      [reportBody({ bytesFromCacheToClient: 2 ** 53 }), /bytesFromCacheToClient.*2\^53/],
      [reportBody({ bytesFromCacheToClient: -1 }), /not negative/],
      [reportBody({ bytesFromCacheToClient: 1.5 }), /whole/],
      [reportBody({ bytesFromCacheToClient: "1" }), /whole/],
      [reportBody({ active: 1 }), /true or false/],
      [reportBody({ serverGUID: "cache" }), /UUID/],
      [reportBody({ serverGUID: undefined }), /serverGUID.*missing/],
      [reportBody({ reportDate: "2026-02-30T00:00:00Z" }), /date/],
      [reportBody({ reportDate: "2026-13-01T00:00:00Z" }), /date/],
      [reportBody({ creationDate: "2026-09-00T00:00:00Z" }), /date/],
      [reportBody({ reportDate: "yesterday" }), /date/],
      [reportBody({ hostname: " " }), /not empty/],
      [reportBody({ peers: [{ healthy: "yes" }] }), /peers.healthy/],
      [reportBody({ peers: Array.from({ length: 1001 }, () => ({})) }), /1000/],
    ];
    for (const [body, reason] of cases) {
      const answer = await send(body);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(reason)]);
    }
  });
});
