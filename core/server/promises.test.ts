/** What docs/security.md promises of the HTTP servers, point by point, where server.test.ts does not show it. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { request as httpsRequest } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls, { type SecureVersion, connect as tlsConnect } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hasOpenssl, ownCertificate } from "../../fixtures/network/certificate.ts";
import { silentLog } from "../log.ts";
import { systemClock } from "../time/clock.ts";
import { Access } from "./access.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import {
  DEFAULT_LIMITS,
  json,
  type Route,
  type RunningServer,
  readTokenFile,
  type ServerOptions,
  startServer,
} from "./server.ts";

const TOKEN = "0123456789abcdef-north";
const tokens = [{ name: "north", token: TOKEN }];
const DAY = 86_400_000;
const types = ["application/json"];

const ROUTES: readonly Route[] = [
  { method: "GET", path: "/", answer: ({ identity }) => json(200, { identity: identity ?? null }) },
  { method: "GET", path: "/broken", answer: () => Promise.reject(new Error(`no rows in /var/lib/larder of ${TOKEN}`)) },
  { method: "GET", path: "/feed", answer: () => ({ feed: () => () => undefined }) },
  { method: "POST", path: "/report", body: { maxBytes: 100, types }, answer: () => json(202, {}) },
];

const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
const OF_NODE = { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS };

const running: RunningServer[] = [];
afterEach(async () => {
  vi.useRealTimers();
  Object.assign(tls, OF_NODE);
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ host: "127.0.0.1", port: 0, routes: ROUTES, log: silentLog, ...options });
  running.push(server);
  return server;
}

/** Sees requests through as if all came from another computer, whose address it gets beside its own. */
async function startElsewhere(requestsPerMinute: number): Promise<{ url: string; from: { address: string } }> {
  const from = { address: "192.0.2.7" };
  const access = new Access(tokens);
  const limits = { ...DEFAULT_LIMITS, requestsPerMinute };
  const clock = { ...systemClock, now: () => 0 };
  const own = { secure: false, browsers: false, log: silentLog, clock };
  const keeper = new Doorkeeper({ routes: ROUTES, access, limits, ...own });
  const server = createServer((request, response) => {
    Object.defineProperty(request.socket, "remoteAddress", { value: from.address, configurable: true });
    void keeper.answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await once(server.close(), "close");
  };
  const url = `http://127.0.0.1:${port}/`;
  running.push({ url, port, close });
  return { url, from };
}

const bearer = { authorization: `Bearer ${TOKEN}` };
const form = { "content-type": "application/x-www-form-urlencoded" };

/** A request that is answered with each status there is. */
const ASKED: readonly (readonly [status: number, path: string, init?: RequestInit])[] = [
  [200, "", { headers: bearer }],
  [200, "", { headers: bearer, method: "HEAD" }],
  [200, "feed", { headers: bearer }],
  [202, "report", { method: "POST", body: "{}", headers: { ...bearer, "content-type": "application/json" } }],
  [303, `?token=${TOKEN}`],
  [303, "sign-in", { method: "POST", body: `token=${TOKEN}`, headers: form }],
  [400, "%zz", { headers: bearer }],
  [401, ""],
  [401, "", { headers: { accept: "text/html" } }],
  [401, "sign-in", { method: "POST", body: "token=wrong", headers: form }],
  [403, "", { headers: { ...bearer, origin: "https://evil.example" } }],
  [404, "nothing", { headers: bearer }],
  [405, "report", { headers: bearer, method: "DELETE" }],
  [405, "", { headers: bearer, method: "OPTIONS" }],
  [413, "report", { method: "POST", body: "x".repeat(101), headers: { ...bearer, "content-type": types[0] ?? "" } }],
  [415, "report", { method: "POST", body: "{}", headers: { ...bearer, "content-type": "text/plain" } }],
  [500, "broken", { headers: bearer }],
];

/** What a browser is told with every answer, whatever it is. */
function expectHeaders(headers: Headers, what: string): void {
  expect(Object.fromEntries(headers), what).toMatchObject({
    "cache-control": "no-store",
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-type": expect.stringMatching(/charset=utf-8$|^text\/event-stream$/) as string,
  });
  const names = [...headers.keys()];
  expect(
    names.filter((name) => /^(access-control-|strict-transport|server$|x-powered-by)/.test(name)),
    what,
  ).toEqual([]);
}

describe("every answer", () => {
  it("has the headers that leave a browser no freedom and keep nothing, and says nothing of the inside", async () => {
    const { url } = await start({ tokens, browsers: true });
    for (const [status, path, init] of ASKED) {
      const answer = await fetch(`${url}${path}`, { redirect: "manual", ...init });
      const what = `${init?.method ?? "GET"} /${path}: ${answer.status}`;
      expect(answer.status, what).toBe(status);
      expectHeaders(answer.headers, what);
      if (path === "feed") await answer.body?.cancel();
      else expect(await answer.text(), what).not.toMatch(/0123456789abcdef|\/var\/|node:|\.ts|at \w+ \(/);
    }
  });

  it("has them when there are too many requests, and too many feeds", async () => {
    const { url } = await start({ limits: { feeds: 0 } });
    const busy = await fetch(`${url}feed`);
    expect(busy.status).toBe(503);
    expectHeaders(busy.headers, "503");
    const elsewhere = await startElsewhere(2);
    for (let i = 0; i < 2; i++) await (await fetch(elsewhere.url, { headers: bearer })).text();
    const tooMany = await fetch(elsewhere.url, { headers: bearer });
    expect([tooMany.status, Number(tooMany.headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
    expectHeaders(tooMany.headers, "429");
  });

  it("is empty where Node refuses what is not a request", async () => {
    const { port } = await start();
    const answer = await new Promise<string>((done) => {
      let text = "";
      const socket = connect(port, "127.0.0.1").setEncoding("latin1");
      socket.on("data", (piece: string) => {
        text += piece;
      });
      socket.on("close", () => done(text)).end("no request\r\n\r\n");
    });
    expect(answer).toBe("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
});

describe("a wrong token", () => {
  it("counts as ten requests of its address, and no other address pays for it", async () => {
    const { url, from } = await startElsewhere(45);
    const guess = async (): Promise<number> =>
      (await fetch(url, { headers: { authorization: "Bearer wrong-0123456789abcdef" } })).status;
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 401]);
    const right = async (): Promise<number> => (await fetch(url, { headers: bearer })).status;
    expect(await Promise.all(Array.from({ length: 6 }, right))).toEqual([200, 200, 200, 200, 200, 429]);
    from.address = "192.0.2.8";
    expect(await right()).toBe(200);
  });
});

describe("a session", () => {
  const cookieOf = async (url: string): Promise<string> => {
    const { headers } = await fetch(`${url}?token=${TOKEN}`, { redirect: "manual" });
    return (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  };

  it("ends after 90 days, also for somebody who has copied the cookie", async () => {
    const began = Date.parse("2026-11-29T08:00:00Z");
    let now = began;
    const { url } = await start({ tokens, browsers: true, clock: { ...systemClock, now: () => now } });
    const cookie = await cookieOf(url);
    const status = async (shown = cookie): Promise<number> => (await fetch(url, { headers: { cookie: shown } })).status;
    now = began + 90 * DAY;
    expect(await status()).toBe(200);
    // one that says it was given later has another seal
    const later = cookie.replace(/=\w+-/, `=${Math.floor(now / 1000).toString(36)}-`);
    expect(await status(later)).toBe(401);
    now += 1000;
    expect(await status()).toBe(401);
    now = began - 2 * DAY;
    expect(await status()).toBe(401);
    for (const odd of ["larder=", "larder=-", "larder=zzzzzzzz-x", "larder"]) expect(await status(odd), odd).toBe(401);
  });

  it("ends within ten seconds when its token is no longer in the file", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const folder = await mkdtemp(join(tmpdir(), "lsession-"));
    const tokenFile = join(folder, "tokens");
    await writeFile(tokenFile, `north ${TOKEN}\n`, { mode: 0o600 });
    const log = { ...silentLog, info: vi.fn() };
    const { url } = await start({ tokens: await readTokenFile(tokenFile), tokenFile, browsers: true, log });
    const cookie = await cookieOf(url);
    expect((await fetch(url, { headers: { cookie } })).status).toBe(200);
    await writeFile(tokenFile, "north another-0123456789abcdef\n", { mode: 0o600 });
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(log.info).toHaveBeenCalled());
    expect((await fetch(url, { headers: { cookie } })).status).toBe(401);
    await rm(folder, { recursive: true });
  });
});

describe.skipIf(!hasOpenssl())("over TLS (skipped where there is no openssl)", () => {
  it("cookies are never sent without it, and no version before 1.2 is spoken, also with a renewed certificate", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    // a Node that is told to speak all it can
    Object.assign(tls, { DEFAULT_MIN_VERSION: "TLSv1", DEFAULT_CIPHERS: "DEFAULT@SECLEVEL=0" });
    const [first, second] = [ownCertificate("DNS:localhost"), ownCertificate("DNS:localhost")];
    const folder = await mkdtemp(join(tmpdir(), "ltls-"));
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await Promise.all([writeFile(certFile, first.cert), writeFile(keyFile, first.key)]);
    const log = { ...silentLog, info: vi.fn() };
    const { port } = await start({ tokens, browsers: true, tls: { certFile, keyFile }, log });
    const cookie = await new Promise<string>((done, fail) => {
      const asked = httpsRequest(`https://localhost:${port}/?token=${TOKEN}`, { ca: first.cert }, (answer) => {
        answer.resume();
        done(answer.headers["set-cookie"]?.[0] ?? "");
      });
      asked.on("error", fail).end();
    });
    expect(cookie).toMatch(/^larder=\w+-[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=7776000; Secure$/);
    const speaks = async (version: SecureVersion): Promise<string> =>
      await new Promise((done) => {
        const versions = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
        const socket = tlsConnect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...versions }, () => {
          done(socket.getProtocol() ?? "");
          socket.destroy();
        }).on("error", (error) => done(String((error as { code?: string }).code)));
      });
    const spoken = async () =>
      await Promise.all((["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const).map((version) => speaks(version)));
    const refused = expect.stringMatching(/^ERR_SSL_/) as string;
    expect(await spoken()).toEqual([refused, refused, "TLSv1.2", "TLSv1.3"]);
    await Promise.all([writeFile(certFile, second.cert), writeFile(keyFile, second.key)]);
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(log.info).toHaveBeenCalled());
    expect(await spoken()).toEqual([refused, refused, "TLSv1.2", "TLSv1.3"]);
    for (const each of [first, second]) each.remove();
    await rm(folder, { recursive: true });
  });
});
