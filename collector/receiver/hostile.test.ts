/**
 * Senders that mean harm, on bare connections: none gets a line into the journal, and beside each a good report is taken.
 */
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { silentLog } from "../../core/log.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../core/server/server.ts";
import { hasOpenssl, ownCertificate } from "../../fixtures/network/certificate.ts";
import { aReport, reportBody } from "../../fixtures/reports/reports.ts";
import { NO_SITES, openReceiver, type Receiver } from "./receiver.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");
const TOKEN = "0123456789abcdef0123456789abcdef";
/** Of a server for those who are slow. */
const BRIEF = { headMs: 150, requestMs: 200 };

const folder = mkdtempSync(join(tmpdir(), "larder-hostile-"));
let receiver: Receiver;
let server: RunningServer;
let brief: RunningServer;
let good = 0;

beforeAll(async () => {
  receiver = await openReceiver({
    ...{ stateDir: folder, server: "head", tags: {}, sites: () => NO_SITES, log: silentLog, nowMs: () => NOW },
  });
  [server, brief] = [await listen({}), await listen({ limits: BRIEF })];
});
afterAll(async () => {
  await Promise.all([server.close(), brief.close()]);
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(options: Partial<ServerOptions>): Promise<RunningServer> {
  const tokens = [{ name: "default", token: TOKEN }];
  const own = { host: "127.0.0.1", port: 0, routes: receiver.routes, tokens, log: silentLog };
  return await startServer({ ...own, ...options });
}

/** How often a report was written. */
function written(): number {
  const journal = join(folder, "journal", "receiver");
  const files = readdirSync(journal).filter((name) => name.endsWith(".lp"));
  return files.flatMap((name) => readFileSync(join(journal, name), "utf8").match(/^cachereport,/gm) ?? []).length;
}

/** A good report is taken, and nothing else is. @param before what was written before the harm */
async function expectServed(before: number): Promise<void> {
  const body = new Uint8Array(reportBody({ reportDate: new Date(NOW - 1000 * ++good).toISOString() }));
  const headers = { "content-type": "application/json", connection: "close" };
  const signal = AbortSignal.timeout(5000);
  const answer = await fetch(`${server.url}metrics/${TOKEN}`, { method: "POST", body, headers, signal });
  expect(answer.status).toBe(202);
  expect(written()).toBe(before + 1);
}

/** All statuses that come back on a bare connection until the server closes it. */
async function answers(pieces: readonly (string | Buffer)[], slow = false): Promise<number[]> {
  const socket = connect((slow ? brief : server).port, "127.0.0.1").on("error", () => undefined);
  let text = "";
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
  });
  const closed = once(socket, "close");
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.write(piece);
    if (slow) await Promise.race([closed, new Promise((next) => setTimeout(next, 10))]);
  }
  await closed;
  return [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
}

const BODY = reportBody({ reportDate: "2026-09-16T07:00:00Z" });
const head = (lines: string): string =>
  `POST /metrics/${TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines}\r\n`;
const whole = (body: Buffer, lines = ""): Buffer =>
  Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}\r\nConnection: close\r\n${lines}`)), body]);
const json = (changes: string): Buffer =>
  Buffer.from(JSON.stringify(aReport({ reportDate: "2026-09-16T07:00:00Z" })).replace(/}$/, `${changes}}`));
const bomb = gzipSync(Buffer.alloc(100_000_000, 0x20), { level: 9 });
/** Its head, a byte at a time: it is never whole. */
const drip = [...head("X-Slow: yes\r\n".repeat(20))];
const smuggled = `POST /metrics/${TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY.toString("latin1")}`;

it.each<[what: string, pieces: readonly (string | Buffer)[], statuses: readonly number[], slow?: boolean]>([
  ["a head that trickles", drip, [408], true],
  ["a body that trickles", [head("Content-Length: 2000\r\n"), ...Array.from({ length: 80 }, () => "x")], [408], true],
  ["chunks that trickle", [head("Transfer-Encoding: chunked\r\n"), ...Array(80).fill("1\r\nx\r\n")], [408], true],
  ["a body that ends early", [head(`Content-Length: ${BODY.length + 1}\r\n`), BODY], [408], true],
  ["a body far too long", [head("Content-Length: 9000000000\r\n"), "x"], [413]],
  ["chunks without an end", [head("Transfer-Encoding: chunked\r\n"), `40001\r\n${"x".repeat(0x40001)}\r\n`], [413]],
  ["a length and chunks", [head(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`), "0\r\n\r\n", smuggled], [400]],
  ["two lengths", [head(`Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n`), smuggled], [400]],
  ["another report in a refused body", [head(`Content-Length: 300000\r\n`), smuggled], [413]],
  ["a space before the colon", [head(`Content-Length : ${BODY.length}\r\n`), BODY], [400]],
  ["a zero byte in a header", [head(`X: a\0b\r\nContent-Length: ${BODY.length}\r\n`), BODY], [400]],
  ["two hosts", [whole(BODY, "Host: y\r\n")], [400]],
  ["another method", [whole(BODY).toString("latin1").replace("POST", "PATCH")], [405]],
  ["HTTP/2", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], [400]],
  ["an upgrade", [whole(Buffer.from("x"), "Upgrade: h2c\r\n")], [400]],
  ["no HTTP", [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])], [400]],
  ["a head without an end", [head("").slice(0, -2), `X: ${"x".repeat(40_000)}`], [431]],
  ["a gzip bomb", [whole(bomb, "Content-Encoding: gzip\r\n")], [413]],
  ["a gzip bomb in a gzip bomb", [whole(gzipSync(bomb), "Content-Encoding: gzip\r\n")], [400]],
  ["gzip that ends early", [whole(gzipSync(BODY).subarray(0, 200), "Content-Encoding: gzip\r\n")], [400]],
  ["packed twice", [whole(gzipSync(BODY), "Content-Encoding: gzip, gzip\r\n")], [415]],
  ["text cut off", [whole(BODY.subarray(0, 700))], [400]],
  ["nested deeply", [whole(Buffer.from("[".repeat(200_000)))], [400]],
  ["nested in a property", [whole(json(`,"peers":${"[".repeat(50_000)}${"]".repeat(50_000)}`))], [400]],
  ["a key twice", [whole(json(',"bytesFromCacheToClient":1'))], [400]],
  ["__proto__", [whole(json(',"__proto__":{"active":true}'))], [400]],
  ["a number past 2^53", [whole(json(',"bytesFromParentToClient":9007199254740993'))], [400]],
  ["a number past all", [whole(json(',"cpuLoad2":1,"bytesFromParentToClient":1e999'))], [400]],
  ["invalid UTF-8", [whole(Buffer.concat([BODY.subarray(0, -2), Buffer.from([0xed, 0xa0, 0x80, 0x7d])]))], [400]],
  ["UTF-16", [whole(Buffer.from(BODY.toString(), "utf16le"))], [400]],
])("takes nothing of %s", async (_what, pieces, statuses, slow = false) => {
  const before = written();
  expect(await answers(pieces, slow)).toEqual(statuses);
  await expectServed(before);
});

it("takes no line of a text that looks like one", async () => {
  const before = written();
  const text = "a\nbytestoclients,server=x bytes.fromcache.toclients=9i 1\n#commit 1 {}";
  const body = reportBody({
    reportDate: "2026-09-16T07:10:00Z",
    hostname: text,
    recentErrors: text,
    cacheDetails: `${text}: 1GB`,
    parentSelectionPolicy: text,
  });
  expect(await answers([whole(body)])).toEqual([202]);
  await expectServed(before + 1);
  const journal = join(folder, "journal", "receiver");
  for (const name of readdirSync(journal).filter((each) => each.endsWith(".lp"))) {
    expect(readFileSync(join(journal, name), "utf8")).not.toMatch(/^bytestoclients,server=x /m);
  }
});

it("serves beside idle connections, as many as there may be", async () => {
  const many = await listen({ limits: { ...BRIEF, connections: 100 } });
  const before = written();
  const idle: Socket[] = [];
  for (let i = 0; i < 400; i++) idle.push(connect(many.port, "127.0.0.1").on("error", () => undefined));
  await expectServed(before);
  await Promise.all(idle.map(async (socket) => socket.destroyed || (await once(socket.resume(), "close"))));
  await many.close();
});

it.skipIf(!hasOpenssl())("takes nothing over wrong TLS (skipped where there is no openssl)", async () => {
  const own = ownCertificate("DNS:localhost");
  const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  writeFileSync(files.certFile, own.cert);
  writeFileSync(files.keyFile, own.key);
  const secure = await listen({ tls: files, limits: { headMs: 1000 } });
  const bare = async (text: string | Buffer): Promise<string> => {
    const socket = connect(secure.port, "127.0.0.1").on("error", () => undefined);
    let said = "";
    socket.on("data", (piece: Buffer) => {
      said += piece.toString("latin1");
    });
    socket.write(text);
    await once(socket, "close");
    return said;
  };
  const harm = [whole(BODY), Buffer.alloc(20_000, 0x16), "", Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff])];
  for (const said of await Promise.all(harm.map(bare))) expect(said).not.toContain("HTTP/1.1 2");
  const old = tlsConnect({ port: secure.port, host: "127.0.0.1", ca: own.cert, maxVersion: "TLSv1.1" });
  await expect(once(old, "secureConnect")).rejects.toThrow();
  const fine = tlsConnect({ port: secure.port, host: "127.0.0.1", ca: own.cert, servername: "localhost" });
  fine.write(whole(reportBody({ reportDate: new Date(NOW - 1000 * ++good).toISOString() })));
  expect(String((await once(fine, "data"))[0])).toContain("HTTP/1.1 202");
  own.remove();
  await secure.close();
});
