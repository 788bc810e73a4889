import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createPort, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { hasOpenssl, type OwnCertificate, ownCertificate } from "../../fixtures/network/certificate.ts";
import { type FakeProxyOptions, startProxy } from "../../fixtures/network/proxy.ts";
import { httpRequest } from "./http.ts";
import { type NetworkOptions, useNetwork } from "./network.ts";

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await useNetwork({});
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function plainServer(): Promise<number> {
  return await portOf(createServer((request, answer) => void answer.end(`plain ${request.url}`)));
}

async function tlsServer({ key, cert }: OwnCertificate): Promise<number> {
  return await portOf(createTlsServer({ key, cert }, (request, answer) => void answer.end(`tls ${request.url}`)));
}

async function proxyWith(options: FakeProxyOptions) {
  const proxy = await startProxy(options);
  ends.push(() => proxy.stop());
  return proxy;
}

function certificate(...names: string[]): OwnCertificate {
  const own = ownCertificate(...names);
  ends.push(() => own.remove());
  return own;
}

async function network(options: NetworkOptions, environment: Record<string, string> = {}): Promise<void> {
  await useNetwork(options, environment);
}

const text = async (url: string): Promise<string> => (await httpRequest({ url })).body.toString();

describe("the way out", () => {
  it("is the proxy of the environment, for http by absolute address", async () => {
    const proxy = await proxyWith({ names: { "metrics.school.test:8086": await plainServer() } });
    await network({}, { http_proxy: proxy.url });
    expect(await text("http://metrics.school.test:8086/ping")).toBe("plain /ping");
    expect(proxy.asked).toEqual(["GET http://metrics.school.test:8086/ping"]);
  });

  it("is the proxy of the settings, and straight to content caches", async () => {
    const proxy = await proxyWith({ names: { "metrics.school.test:80": await plainServer() } });
    await network({ proxy: proxy.url });
    expect(await text("http://metrics.school.test/")).toBe("plain /");
    await expect(httpRequest({ url: "http://metrics.school.test/", direct: true })).rejects.toThrow(/ENOTFOUND/);
    await network({ proxy: proxy.url, noProxy: ".school.test" });
    await expect(text("http://metrics.school.test/")).rejects.toThrow(/ENOTFOUND/);
    expect(proxy.asked).toHaveLength(1);
  });

  it.skipIf(!hasOpenssl())("is a tunnel for https, and trusts the authority that is named", async () => {
    const own = certificate("DNS:metrics.school.test");
    const proxy = await proxyWith({ names: { "metrics.school.test:443": await tlsServer(own) } });
    await network({ proxy: proxy.url, caFile: own.file });
    expect(await text("https://metrics.school.test/ping")).toBe("tls /ping");
    expect(proxy.asked).toEqual(["CONNECT metrics.school.test:443"]);
  });

  it("gives the proxy its login, and says when one is missing", async () => {
    const names = { "metrics.school.test:80": await plainServer() };
    const proxy = await proxyWith({ names, login: "me:pass word" });
    await network({}, { http_proxy: proxy.url, https_proxy: proxy.url });
    for (const url of ["http://metrics.school.test/", "https://metrics.school.test/"]) {
      await expect(text(url)).rejects.toMatchObject({
        code: "HTTP_PROXY",
        retryable: false,
        next: expect.stringMatching(/login/),
      });
    }
    await network({}, { http_proxy: proxy.url.replace("//", "//me:pass%20word@") });
    expect(await text("http://metrics.school.test/")).toBe("plain /");
  });

  it("is named when a request fails", async () => {
    const proxy = await proxyWith({ names: {} });
    await network({}, { http_proxy: "http://no-such-proxy.test:3128", https_proxy: proxy.url });
    await expect(text("http://metrics.school.test/")).rejects.toMatchObject({
      code: "HTTP_UNREACHABLE",
      message: expect.stringContaining('through the proxy "http://no-such-proxy.test:3128" of http_proxy'),
      next: expect.stringMatching(/no_proxy/),
    });
    await expect(text("https://metrics.school.test/")).rejects.toMatchObject({ code: "HTTP_PROXY", retryable: false });
    await network({});
    await expect(text("http://metrics.school.test/")).rejects.toMatchObject({
      next: expect.stringMatching(/network\.proxy/),
    });
  });
});

describe.skipIf(!hasOpenssl())("a certificate of its own authority", () => {
  it("is refused at once, with what to do", async () => {
    const url = `https://127.0.0.1:${await tlsServer(certificate("IP:127.0.0.1"))}/`;
    await expect(text(url)).rejects.toMatchObject({
      code: "HTTP_CERTIFICATE",
      retryable: false,
      next: expect.stringMatching(/caFile.*NODE_EXTRA_CA_CERTS/),
    });
  });

  it("is refused also where the environment makes Node accept any", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    vi.spyOn(process, "emitWarning").mockReturnValue();
    try {
      const url = `https://127.0.0.1:${await tlsServer(certificate("IP:127.0.0.1"))}/`;
      await expect(text(url)).rejects.toMatchObject({ code: "HTTP_CERTIFICATE" });
    } finally {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    }
  });

  it("is trusted for one server, and for all", async () => {
    const own = certificate("IP:127.0.0.1");
    const url = `https://127.0.0.1:${await tlsServer(own)}/`;
    expect((await httpRequest({ url, caFile: own.file })).status).toBe(200);
    await expect(text(url)).rejects.toThrow(/certificate/);
    await network({ caFile: own.file });
    expect(await text(url)).toBe("tls /");
  });

  it("is read again once its file has been corrected", async () => {
    const own = certificate("IP:127.0.0.1");
    const other = certificate("IP:127.0.0.1");
    const url = `https://127.0.0.1:${await tlsServer(own)}/`;
    const caFile = other.file;
    await expect(httpRequest({ url, caFile })).rejects.toMatchObject({ code: "HTTP_CERTIFICATE" });
    writeFileSync(caFile, "not one");
    await expect(httpRequest({ url, caFile })).rejects.toMatchObject({ code: "CA_FILE" });
    writeFileSync(caFile, own.cert);
    expect((await httpRequest({ url, caFile })).status).toBe(200);
  });

  it("is refused under another name", async () => {
    const own = certificate("DNS:metrics.school.test");
    const url = `https://127.0.0.1:${await tlsServer(own)}/`;
    await expect(httpRequest({ url, caFile: own.file })).rejects.toMatchObject({
      code: "HTTP_CERTIFICATE",
      next: expect.stringMatching(/name/),
    });
  });
});

describe("an answer", () => {
  it.each([301, 302, 303, 307, 308])("of %i is not followed: what was sent may hold a secret", async (status) => {
    let reached = 0;
    const elsewhere = createServer((_request, answer) => {
      reached += 1;
      answer.end();
    });
    const location = `http://127.0.0.1:${await portOf(elsewhere)}/`;
    const portal = createServer((_request, answer) => void answer.writeHead(status, { location }).end());
    const url = `http://127.0.0.1:${await portOf(portal)}/`;
    const sent = { method: "POST", body: "m v=1", headers: { authorization: "Token secret-1" } } as const;
    expect([(await httpRequest({ url, ...sent })).status, reached]).toEqual([status, 0]);
  });

  const answering = async (body: Buffer, headers: Record<string, string> = {}): Promise<string> =>
    `http://127.0.0.1:${await portOf(createServer((_request, answer) => void answer.writeHead(400, headers).end(body)))}/`;

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ] as const)("that comes compressed without being asked to (%s) is read all the same", async (encoding, compress) => {
    const url = await answering(compress("a reason"), { "content-encoding": encoding });
    expect(await text(url)).toBe("a reason");
  });

  it("that says it is compressed and is not stays as it is", async () => {
    expect(await text(await answering(Buffer.from("a reason"), { "content-encoding": "gzip" }))).toBe("a reason");
  });

  it("that is too long is an error, or cut off where its beginning will do", async () => {
    const url = await answering(Buffer.alloc(1_000_000, "x"));
    await expect(httpRequest({ url, maxBytes: 1000 })).rejects.toMatchObject({ code: "HTTP_TOO_LARGE" });
    expect((await httpRequest({ url, maxBytes: 1000, cutLong: true })).body.length).toBe(1000);
    const bomb = await answering(gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" });
    expect((await httpRequest({ url: bomb, maxBytes: 100_000 })).body.length).toBeLessThan(100_001);
  });
});

describe("the deadline", () => {
  it.each(["http", "https"])("ends the wait for a port that accepts %s and is silent", async (scheme) => {
    const sockets: Socket[] = [];
    const port = createPort((socket) => void sockets.push(socket.on("error", () => undefined).resume()));
    port.listen(0, "127.0.0.1");
    await once(port, "listening");
    ends.push(() => {
      for (const socket of sockets) socket.destroy();
      port.close();
    });
    const began = performance.now();
    const url = `${scheme}://127.0.0.1:${(port.address() as AddressInfo).port}/`;
    await expect(httpRequest({ url, timeoutMs: 300 })).rejects.toMatchObject({ code: "HTTP_TIMEOUT", retryable: true });
    await expect(httpRequest({ url, timeoutMs: 2000, signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      code: "HTTP_ABORTED",
    });
    expect(performance.now() - began).toBeLessThan(4000);
    // nothing goes on trying and keeps the process alive
    await Promise.all(sockets.map(async (socket) => await (socket.closed || once(socket, "close"))));
    expect(performance.now() - began).toBeLessThan(6000);
  });
});
