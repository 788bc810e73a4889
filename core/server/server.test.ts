/**
 * The HTTP door against real sockets: who may ask, what it takes on, and what it does with senders that mean harm.
 */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as httpsGet } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hasOpenssl, ownCertificate } from "../../fixtures/network/certificate.ts";
import { silentLog } from "../log.ts";
import { runs } from "../testing/runs.ts";
import { systemClock } from "../time/clock.ts";
import { eventText } from "./feed.ts";
import { RequestRate } from "./limits.ts";
import { json, type Route, type RunningServer, readTokenFile, type ServerOptions, startServer } from "./server.ts";

const TOKEN = "0123456789abcdef-north";
const running: RunningServer[] = [];
const sent: string[] = [];
let flooding = false;

const ROUTES: readonly Route[] = [
  { method: "GET", path: "/", answer: ({ identity }) => json(200, { identity: identity ?? null }) },
  { method: "GET", path: "/open", open: true, answer: () => ({ status: 200, body: "open" }) },
  { method: "GET", path: "/cache/:name", answer: ({ parameters, url }) => json(200, { ...parameters, q: url.search }) },
  {
    ...{ method: "POST", path: "/report", body: { maxBytes: 1000, types: ["application/json"] } },
    answer: ({ body, identity }) => {
      sent.push(body.toString("utf8"));
      return json(202, { bytes: body.length, identity: identity ?? null });
    },
  },
  {
    ...{ method: "PUT", path: "/report/:token", tokenParameter: "token" },
    ...{ body: { maxBytes: 1000, types: ["application/json"] } },
    answer: ({ identity }) => json(202, { identity: identity ?? null }),
  },
  { method: "GET", path: "/broken", answer: () => Promise.reject(new Error("a secret place")) },
  {
    ...{ method: "GET", path: "/feed" },
    answer: () => ({
      feed: (send) => {
        send({ data: "first" });
        const more = setInterval(() => flooding && send({ data: "x".repeat(100_000) }), 1);
        return () => clearInterval(more);
      },
    }),
  },
];

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ host: "127.0.0.1", port: 0, routes: ROUTES, log: silentLog, ...options });
  running.push(server);
  return server;
}

const tokens = [
  { name: "north", token: TOKEN },
  { name: "south", token: "fedcba9876543210-south" },
];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(running.splice(0).map((server) => server.close()));
  sent.length = 0;
  flooding = false;
});

/** What comes back on a bare connection until it ends, or for `forMs`. */
async function raw(port: number, text: string, forMs = 3000): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (piece) => {
    answer += piece.toString("latin1");
  });
  socket.on("error", () => undefined);
  const timer = setTimeout(() => socket.destroy(), forMs);
  socket.write(text);
  await once(socket, "close");
  clearTimeout(timer);
  return answer;
}

async function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}

describe("startServer()", () => {
  it("answers routes with headers that leave a browser no freedom", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}cache/a%2Fb?x=1`);
    expect(await answer.json()).toEqual({ name: "a/b", q: "?x=1" });
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const head = await fetch(`${url}open`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "4", ""]);
  });

  it("answers 404, 405 with what is allowed, and 400 to paths that lead elsewhere", async () => {
    const { url, port } = await start();
    expect((await fetch(`${url}nothing`)).status).toBe(404);
    const wrong = await fetch(`${url}report`, { method: "DELETE" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    for (const path of ["/../etc/passwd", "/cache/%2e%2e", "/cache/%zz", "http://a/open", "*"]) {
      const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(answer, path).toMatch(/^HTTP\/1.1 40[04] /);
    }
  });

  it("says only that it failed when an answer cannot be made", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}broken`);
    expect([answer.status, await answer.text()]).toEqual([500, "larder could not answer; its log says why.\n"]);
  });

  it("refuses addresses it cannot have, and those that others reach without a token", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: "SERVER_ADDRESS" });
    await expect(start({ host: "192.0.2.1" })).rejects.toMatchObject({ code: "SERVER_OPEN" });
    await expect(start({ host: "192.0.2.1", tokens })).rejects.toMatchObject({ code: "SERVER_ADDRESS" });
  });

  it("closes while answers and feeds are open", async () => {
    const server = await start();
    const feed = await fetch(`${server.url}feed`);
    await server.close();
    await feed.body?.cancel();
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe("who may ask", () => {
  it("is anybody on this computer without a token, but no page whose name was made to point here", async () => {
    const { port } = await start();
    const ask = async (host: string, more = ""): Promise<string> =>
      (await raw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`)).slice(9, 12);
    expect(await ask(`localhost:${port}`)).toBe("200");
    expect(await ask(`127.0.0.1:${port}`)).toBe("200");
    expect(await ask("[::1]")).toBe("200");
    expect(await ask("evil.example")).toBe("403");
    expect(await ask(`localhost.evil.example:${port}`)).toBe("403");
    expect(await ask(`localhost:${port}`, "Origin: https://evil.example\r\n")).toBe("403");
    expect(await ask(`localhost:${port}`, `Origin: http://localhost:${port}\r\n`)).toBe("200");
  });

  it("is who has a token: in a header, as a password, in the path", async () => {
    const { url } = await start({ tokens });
    const as = async (authorization: string): Promise<unknown> =>
      await (await fetch(url, { headers: { authorization } })).json().catch(() => undefined);
    expect(await as(`Bearer ${TOKEN}`)).toEqual({ identity: "north" });
    expect(await as(`Basic ${Buffer.from("any:fedcba9876543210-south").toString("base64")}`)).toEqual({
      identity: "south",
    });
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${TOKEN}x` } })).status).toBe(401);
    expect((await fetch(`${url}open`)).status).toBe(200);
    const put = { method: "PUT", body: "{}", headers: { "content-type": "application/json" } };
    expect(await (await fetch(`${url}report/${TOKEN}`, put)).json()).toEqual({ identity: "north" });
    expect((await fetch(`${url}report/0123456789abcdef-wrong`, put)).status).toBe(401);
  });

  it("leaves a word in the log when a token was wrong, once a minute for an address, and not the token", async () => {
    const warned: unknown[] = [];
    const log = { ...silentLog, warn: (message: string, details?: object) => void warned.push([message, details]) };
    let now = Date.parse("2026-11-29T08:00:00Z");
    const clock = { ...systemClock, now: () => now };
    const { url } = await start({ tokens, log, clock });
    const guess = async (): Promise<number> =>
      (await fetch(url, { headers: { authorization: "Bearer guessed-0123456789" } })).status;
    expect([await guess(), await guess()]).toEqual([401, 401]);
    expect(warned).toEqual([[expect.stringContaining("without a valid token"), { address: "127.0.0.1" }]]);
    now += 60_000;
    await guess();
    expect(warned).toHaveLength(2);
    expect(JSON.stringify(warned)).not.toContain("guessed");
  });

  it("is a browser that signed in by link or form, with a cookie that holds no token", async () => {
    const { url } = await start({ tokens, browsers: true });
    const page = await fetch(url, { headers: { accept: "text/html" } });
    expect([page.status, await page.text()]).toEqual([401, expect.stringContaining("<form")]);
    const link = await fetch(`${url}cache/x?a=1&token=${TOKEN}`, { redirect: "manual" });
    expect([link.status, link.headers.get("location")]).toEqual([303, "/cache/x?a=1"]);
    const form = await fetch(`${url}sign-in`, {
      ...{ method: "POST", redirect: "manual", body: `token=${TOKEN}` },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    for (const { headers } of [link, form]) {
      const cookie = headers.get("set-cookie") ?? "";
      expect(cookie).toMatch(/^larder=[\w-]+; Path=\/; HttpOnly; SameSite=Strict/);
      expect(cookie).not.toContain(TOKEN);
      const value = cookie.split(";")[0] ?? "";
      expect(await (await fetch(url, { headers: { cookie: value } })).json()).toEqual({ identity: "north" });
      expect((await fetch(url, { headers: { cookie: `${value}x` } })).status).toBe(401);
    }
    const elsewhere = await raw(
      Number(new URL(url).port),
      `GET //evil.example/?token=${TOKEN} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(elsewhere).not.toContain("ocation: //");
  });

  it("reads tokens from a file, with a name each or one for all", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lserver-"));
    const file = join(folder, "tokens");
    await writeFile(file, `# sites\nnorth ${TOKEN}\n\nfedcba9876543210-south\n`, { mode: 0o600 });
    expect(await readTokenFile(file)).toEqual([tokens[0], { name: "default", token: "fedcba9876543210-south" }]);
    for (const text of ["# none\n", "short\n", `a b ${TOKEN}\n`]) {
      await writeFile(file, text);
      await expect(readTokenFile(file), text).rejects.toMatchObject({ code: "SERVER_TOKENS" });
    }
    await expect(readTokenFile(join(folder, "none"))).rejects.toMatchObject({ code: "CONFIG_SECRET" });
    await rm(folder, { recursive: true });
  });
});

describe("what it takes on", () => {
  it("reads bodies up to the limit, packed or not, and never unpacks more", async () => {
    const { url } = await start();
    const report = `${url}report`;
    expect((await post(report, "{}")).status).toBe(202);
    expect(await (await post(report, gzipSync("x".repeat(900)), { "content-encoding": "gzip" })).json()).toMatchObject({
      bytes: 900,
    });
    expect((await post(report, "x".repeat(1001))).status).toBe(413);
    expect((await post(report, gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" })).status).toBe(413);
    expect((await post(report, gzipSync("x".repeat(1001)), { "content-encoding": "gzip" })).status).toBe(413);
    expect((await post(report, "no gzip", { "content-encoding": "gzip" })).status).toBe(400);
    expect((await post(report, "{}", { "content-encoding": "br" })).status).toBe(415);
    expect((await post(report, "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  it("takes no chunked body beyond the limit, and none for a request of two lengths", async () => {
    const { port } = await start();
    const head = "POST /report HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    const chunk = `258\r\n${"x".repeat(600)}\r\n`;
    expect(await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413 /,
    );
    const smuggled = "GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (const lengths of [
      "Content-Length: 2\r\nContent-Length: 40\r\n",
      "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked, identity\r\n",
      "Transfer-Encoding: xchunked\r\n",
    ]) {
      const answer = await raw(port, `${head}${lengths}\r\n{}${smuggled}`, 300);
      expect(answer.match(/^HTTP/gm)?.length ?? 0, lengths).toBeLessThanOrEqual(1);
      expect(answer, lengths).not.toContain(" 200 ");
    }
    expect(sent).toEqual([]);
  });

  it("closes on heads that are too long, incomplete or slow", async () => {
    const { port, url } = await start({ limits: { headMs: 200, requestMs: 300 } });
    expect(await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
    expect(await raw(port, "GET / HTTP/1.1\r\nHo")).toMatch(/^HTTP\/1.1 408 /);
    expect(
      await raw(
        port,
        "POST /report HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
      ),
    ).not.toContain(" 202 ");
    expect((await fetch(url)).status).toBe(200);
  });

  it("answers requests sent in one go in their order, and takes what follows a refused body for no request", async () => {
    const { port } = await start();
    const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const three = await raw(port, get("/open") + get("/cache/a") + get("/nothing", "Connection: close\r\n"));
    expect(three.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]);
    expect(three.indexOf("open")).toBeLessThan(three.indexOf('"name":"a"'));
    const hidden = `POST /report HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\n`;
    const refused = await raw(port, hidden + get("/open"));
    expect(refused.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 415"]);
  });

  it.each([
    ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["chunks under another name", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    ["a space before the colon", "Content-Length : 4\r\n\r\nabcd"],
    ["a line that goes on", "X-A: b\r\n Content-Length: 4\r\n\r\nabcd"],
    ["a bare line feed", "X-A: b\nContent-Length: 4\r\n\r\nabcd"],
    ["a length with a sign", "Content-Length: +4\r\n\r\nabcd"],
    ["two hosts", "Host: example.org\r\nContent-Length: 2\r\n\r\n{}"],
  ])("reports nothing to a route that others would read differently: %s", async (_what, rest) => {
    const { port } = await start();
    const head = "POST /report HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n";
    const answer = await raw(port, head + rest, 300);
    expect(sent).toEqual([]);
    expect(answer).not.toContain("HTTP/1.1 2");
  });

  it("goes on beside many that say nothing, and lets them go", async () => {
    const { port, url } = await start({ limits: { headMs: 300 } });
    const idle: Socket[] = [];
    for (let i = 0; i < 300; i++) idle.push(connect(port, "127.0.0.1").on("error", () => undefined));
    await Promise.all(idle.map((socket) => once(socket, "connect")));
    expect((await fetch(url)).status).toBe(200);
    await Promise.all(idle.map((socket) => once(socket.resume(), "close")));
  });

  it("answers at the limit of connections, where the one silent longest makes room", async () => {
    const { port, url } = await start({ limits: { connections: 5 } });
    const closed: number[] = [];
    const feed = connect(port, "127.0.0.1");
    feed.write("GET /feed HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(feed, "readable");
    const idle: Socket[] = [];
    for (let i = 0; i < 12; i++) {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      socket.resume().on("close", () => closed.push(i));
      idle.push(socket);
      await once(socket, "connect");
      if (i % 3 === 0) expect((await post(`${url}report`, "{}", { connection: "close" })).status).toBe(202);
    }
    await vi.waitFor(() => expect(closed.length).toBeGreaterThanOrEqual(7));
    expect([...closed].sort((a, b) => a - b)).toEqual(closed);
    expect(closed).not.toContain(11);
    // a client that is being answered is not silent
    expect(feed.destroyed).toBe(false);
    for (const socket of [feed, ...idle]) socket.destroy();
  });

  it("drops a client that does not read its feed, and bounds the feeds", async () => {
    const { port, url } = await start({ limits: { feeds: 1 } });
    const lazy = connect(port, "127.0.0.1").on("error", () => undefined);
    lazy.write("GET /feed HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(lazy, "readable");
    expect((await fetch(`${url}feed`)).status).toBe(503);
    flooding = true;
    // what the system buffers fills up, then ours, and the place is free
    const end = Date.now() + 5000;
    let again = await fetch(`${url}feed`);
    while (again.status === 503 && Date.now() < end) again = await fetch(`${url}feed`);
    expect(again.status).toBe(200);
    await again.body?.cancel();
    lazy.destroy();
  });

  it("lets in by the tokens its file has now; what cannot be used changes nothing", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const tokenFile = join(await mkdtemp(join(tmpdir(), "ltok-")), "tokens");
    const put = async (text: string): Promise<void> => {
      await writeFile(tokenFile, text, { mode: 0o600 });
      await vi.advanceTimersByTimeAsync(10_000);
    };
    await put("north 0123456789abcdef-1\nsouth 0123456789abcdef-2\n");
    const [info, warn] = [vi.fn(), vi.fn()];
    const log = { ...silentLog, info, warn };
    const { url } = await start({ tokens: await readTokenFile(tokenFile), tokenFile, log });
    const ask = async (token: string): Promise<number> =>
      (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
    const feed = await fetch(`${url}feed`, { headers: { authorization: "Bearer 0123456789abcdef-1" } });
    await put("south 0123456789abcdef-2\neast 0123456789abcdef-3\n");
    await vi.waitFor(() => expect(info).toHaveBeenCalledTimes(1));
    expect(await Promise.all(["1", "2", "3"].map((n) => ask(`0123456789abcdef-${n}`)))).toEqual([401, 200, 200]);
    // a reader let in by a token that is gone reads no further
    await feed.text();
    // those alone: refused requests are warned of too, once a minute of the real clock
    const kept = (): number => warn.mock.calls.filter(([said]) => said === "keeping the tokens we have").length;
    for (const [index, unfit] of ["", "# none\n", "east short\n"].entries()) {
      await put(unfit);
      await vi.waitFor(() => expect(kept()).toBe(index + 1));
      expect([await ask("0123456789abcdef-3"), await ask(""), await ask("short")]).toEqual([200, 401, 401]);
    }
    await rm(tokenFile);
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(kept()).toBe(4));
    expect(await ask("0123456789abcdef-3")).toBe(200);
  });

  it("counts requests of an address by the minute, and those of this computer not at all", () => {
    const rate = new RequestRate(3);
    expect([1, 2, 3, 4].map(() => rate.take("192.0.2.1", 30_000))).toEqual([0, 0, 0, 30]);
    expect(rate.take("192.0.2.2", 30_000)).toBe(0);
    expect(rate.take("192.0.2.1", 60_000)).toBe(0);
    expect([1, 2, 3, 4].map(() => rate.take("127.0.0.1", 30_000))).toEqual([0, 0, 0, 0]);
  });
});

describe("eventText()", () => {
  it("keeps any text within its own event", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (data, id) => {
        const text = eventText({ id, data });
        expect(text.indexOf("\n\n")).toBe(text.length - 2);
        const lines = text.slice(0, -2).split("\n").slice(1);
        expect(lines.map((line) => line.replace(/^data: /, "")).join("\n")).toBe(data.replaceAll(/\r\n|\r/g, "\n"));
      }),
      { numRuns: runs(100) },
    );
  });
});

describe.skipIf(!hasOpenssl())("TLS (skipped where there is no openssl)", () => {
  it("takes a client certificate for a token, a new certificate when it changes, and refuses a key that does not fit", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ltls-"));
    const put = async (name: string, text: Buffer): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const [own, client] = [ownCertificate("DNS:localhost"), ownCertificate("DNS:cache-7")];
    const certFile = await put("cert.pem", own.cert);
    const keyFile = await put("key.pem", own.key);
    const clientCaFile = await put("client.pem", client.cert);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const log = { ...silentLog, info: vi.fn(), warn: vi.fn() };
    const { port } = await start({ tls: { certFile, keyFile, clientCaFile }, log });
    const ask = async (extra: object): Promise<[number | undefined, string]> =>
      await new Promise((done, fail) => {
        const url = `https://localhost:${port}/`;
        httpsGet(url, { ca: own.cert, ...extra }, (answer) => {
          let text = "";
          answer.on("data", (piece: Buffer) => {
            text += piece.toString();
          });
          answer.on("end", () => done([answer.statusCode, text.trim()]));
        }).on("error", fail);
      });
    expect((await ask({}))[0]).toBe(401);
    expect(await ask({ cert: client.cert, key: client.key })).toEqual([
      200,
      expect.stringContaining("certificate school.test"),
    ]);
    expect((await ask({ cert: own.cert, key: own.key }))[0]).toBe(401);
    const fingerprint = async (): Promise<string> =>
      await new Promise((done, fail) => {
        const socket = tlsConnect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
          done(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
          socket.destroy();
        }).on("error", fail);
      });
    const before = await fingerprint();
    // the key alone does not fit; once both are there, they are taken without a restart
    for (const [name, text, same] of [
      ["key.pem", client.key, true],
      ["cert.pem", client.cert, false],
    ] as const) {
      await put(name, text);
      await vi.advanceTimersByTimeAsync(10_000);
      await vi.waitFor(() => expect(log[same ? "warn" : "info"]).toHaveBeenCalled());
      expect((await fingerprint()) === before).toBe(same);
    }
    await put("key.pem", own.key);
    await put("cert.pem", own.cert);
    const wrong = start({ tls: { certFile, keyFile: await put("other.pem", client.key) } });
    await expect(wrong).rejects.toMatchObject({ code: "SERVER_TLS" });
    for (const each of [own, client]) each.remove();
    await rm(folder, { recursive: true });
  });
});
