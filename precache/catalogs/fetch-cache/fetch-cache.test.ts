import { mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Answering,
  type CatalogServer,
  cutShort,
  endless,
  startCatalogServer,
  status,
  text,
} from "../../../fixtures/catalogs/catalog-server.ts";
import { createTestContext, type TestContext, type TestContextOptions } from "../../../fixtures/catalogs/context.ts";
import { readBytes } from "../../untrusted/parse-json.ts";
import type { DocumentKind, DocumentRequest } from "../catalog.ts";

const PLIST = `<?xml version="1.0"?><plist version="1.0"><array>${"<string>é</string>".repeat(20_000)}</array></plist>\n`;
const NEWER = PLIST.replace("é", "newer");

let server: CatalogServer;
let context: TestContext;
beforeEach(async () => {
  server = await startCatalogServer(text(PLIST));
  context = await createTestContext();
});
afterEach(async () => {
  await server.close();
  await context.close();
});

async function fresh(options: TestContextOptions): Promise<void> {
  await context.close();
  context = await createTestContext(options);
}

async function open(request: Partial<DocumentRequest> = {}) {
  const url = `${server.origin}/catalog.plist?key=s3cret`;
  const document = await context.fetch.open({ url, kind: "plist", maxBytes: 10_000_000, ...request });
  return { ...document, text: (await readBytes(document.read())).toString("utf8") };
}

async function files(): Promise<string[]> {
  return readdir(context.folder);
}

describe("a catalogue that is there", () => {
  it("is fetched once, and not asked about while it is fresh", async () => {
    let now = 1_000_000;
    await fresh({ freshMs: 60_000, nowMs: () => now });
    expect((await open()).text).toBe(PLIST);
    now += 59_999;
    expect(await open()).toMatchObject({ text: PLIST, stale: undefined, fetchedMs: 1_000_000 });
    expect(server.asked).toHaveLength(1);
    now += 1;
    expect(await open()).toMatchObject({ text: PLIST, fetchedMs: now });
    expect(server.conditions).toEqual([undefined, '"1"']);
    now += 59_999;
    await open();
    expect(server.asked).toHaveLength(2);
  });

  it("is replaced when the server has a newer one, and read twice alike", async () => {
    await open();
    server.answer = text(NEWER, '"2"');
    const newer = await open();
    expect(newer.text).toBe(NEWER);
    expect((await readBytes(newer.read())).toString("utf8")).toBe(NEWER);
    expect(await files()).toHaveLength(1);
  });

  it("is asked about by Last-Modified where there is no ETag", async () => {
    const date = "Fri, 20 Nov 2026 20:00:00 GMT";
    server.answer = (request, response) =>
      request.headers["if-modified-since"] === date
        ? response.writeHead(304).end()
        : response.writeHead(200, { "last-modified": date }).end(PLIST);
    await open();
    expect(await open()).toMatchObject({ text: PLIST, stale: undefined });
    expect(server.conditions).toEqual([undefined, date]);
  });

  it("is stored plain, whether the server or the file is gzip", async () => {
    server.answer = text(gzipSync(PLIST), '"g"', { "content-encoding": "gzip" });
    expect((await open()).text).toBe(PLIST);
    server.answer = text(gzipSync(NEWER), '"h"', { "content-type": "application/x-gzip" });
    expect((await open({ url: `${server.origin}/catalog.gz` })).text).toBe(NEWER);
    const path = join(context.folder, "local.gz");
    await writeFile(path, gzipSync(PLIST));
    expect((await open({ url: path })).text).toBe(PLIST);
    expect((await open({ url: `file://${path}` })).text).toBe(PLIST);
  });

  it("is one request when it is opened twice at once", async () => {
    const both = await Promise.all([open(), open()]);
    expect(both.map((document) => document.text)).toEqual([PLIST, PLIST]);
    expect(server.asked).toHaveLength(1);
  });

  it("is told apart by method and question, not by what changes in each", async () => {
    server.answer = (_, response, body) => response.writeHead(200, { etag: '"1"' }).end(`{"asked":${body.length}}`);
    const ask = (body: string, sameAs: string) => open({ method: "POST", kind: "json", body, sameAs, freshMs: 1e12 });
    const first = await ask("nonce-1", "question");
    expect((await ask("nonce-22", "question")).text).toBe(first.text);
    expect((await ask("nonce-22", "another")).text).not.toBe(first.text);
    expect(server.asked).toHaveLength(2);
  });

  it("is fetched again when its copy on disk is damaged", async () => {
    await open();
    for (const damage of ["", "rubbish", "{}".padEnd(4000)]) {
      const [name = ""] = await files();
      await writeFile(join(context.folder, name), damage);
      expect(await open()).toMatchObject({ text: PLIST, stale: undefined });
    }
  });
});

const BAD: [name: string, answer: Answering, kind: DocumentKind, code: string, why: RegExp][] = [
  ["answers 403", status(403), "plist", "CATALOG_REFUSED", /answered 403, expected 200/],
  ["answers 404", status(404), "plist", "CATALOG_REFUSED", /answered 404/],
  ["answers 503", status(503), "plist", "CATALOG_REFUSED", /answered 503/],
  ["hangs up in the middle", cutShort(PLIST), "plist", "CATALOG_UNREACHABLE", /Cannot fetch catalogue/],
  [
    "sends half of it as if it were whole",
    text(PLIST.slice(0, PLIST.length / 2), '"2"'),
    "plist",
    "CATALOG_BROKEN",
    /it was cut short/,
  ],
  [
    "sends a page of HTML",
    text("<!DOCTYPE html><html><body>Sign in to the guest network</body></html>", '"2"'),
    "plist",
    "CATALOG_BROKEN",
    /begins with "<!DOCTYPE html>.*expected plist/,
  ],
  ["sends nothing", text("", '"2"'), "plist", "CATALOG_BROKEN", /begins with ""/],
  ["sends half a gzip", text(gzipSync(PLIST).subarray(0, 60), '"2"'), "plist", "CATALOG_BROKEN", /unexpected end/],
  ["sends half a JSON", text('{"a": [1, 2', '"2"'), "json", "CATALOG_BROKEN", /it was cut short/],
  ["sends too much", text(`${PLIST}${" ".repeat(10_000_000)}`, '"2"'), "plist", "CATALOG_TOO_LARGE", /longer than/],
];

describe("a server that", () => {
  it.each(BAD)(
    "%s is an error without a copy, and leaves the last good copy in use",
    async (_, answer, kind, code, why) => {
      server.answer = answer;
      const failure = await open({ kind }).catch((error: unknown) => error as Error);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(why) });
      expect((failure as Error).message).not.toContain("s3cret");
      expect(await files()).toEqual([]);

      const good = kind === "json" ? '{"a": [1, 2]}' : PLIST;
      server.answer = text(good);
      await open({ kind });
      server.answer = answer;
      const stale = await open({ kind });
      expect(stale.text).toBe(good);
      expect(stale.stale).toMatch(why);
      expect(context.warnings.join()).toMatch(/not current.*the copy of 0 h ago is used/);
      expect(await files()).toHaveLength(1);
      server.answer = text(NEWER, '"3"');
      expect(await open()).toMatchObject({ text: NEWER, stale: undefined });
    },
  );

  it("is down leaves the copy in use, and is an error without one", async () => {
    await open();
    await server.close();
    expect(await open()).toMatchObject({ text: PLIST, stale: expect.stringContaining("ECONNREFUSED") });
    await rm(context.folder, { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: "CATALOG_UNREACHABLE", retryable: true });
    await mkdir(context.folder, { recursive: true });
  });

  it("recovers is asked again", async () => {
    await fresh({ tries: 3 });
    let failures = 2;
    server.answer = (request, response, body) =>
      failures-- > 0 ? response.writeHead(503).end() : text(PLIST)(request, response, body);
    expect((await open()).text).toBe(PLIST);
    expect(server.asked).toHaveLength(3);
  });

  it("explains a refusal is quoted", async () => {
    server.answer = status(404, "AssetType not found");
    const explainRefusal = (body: Buffer) => body.toString();
    await expect(open({ explainRefusal })).rejects.toThrow(/answered 404 \(AssetType not found\), expected 200/);
  });

  it("is too slow is given up", async () => {
    await fresh({ timeoutMs: 50 });
    server.answer = (_, response) => response.writeHead(200).write("<plist>");
    await expect(open()).rejects.toMatchObject({ code: "CATALOG_UNREACHABLE" });
    expect(await files()).toEqual([]);
  });

  it("never ends is left at the limit, with little memory, compressed or not", async () => {
    const flood = endless("<plist><array>", "<string>0123456789abcdef</string>".repeat(2000));
    server.answer = flood.answer;
    const before = process.memoryUsage().rss;
    await expect(open({ maxBytes: 16 * 1024 * 1024 })).rejects.toMatchObject({ code: "CATALOG_TOO_LARGE" });
    expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1024 * 1024);
    expect(flood.sent()).toBeLessThan(40 * 1024 * 1024);
    const bomb = gzipSync(Buffer.concat([Buffer.from("<plist>"), Buffer.alloc(150 * 1024 * 1024, 32)]), { level: 1 });
    server.answer = text(bomb, '"b"');
    const beforeBomb = process.memoryUsage().rss;
    await expect(open({ maxBytes: 16 * 1024 * 1024 })).rejects.toMatchObject({ code: "CATALOG_TOO_LARGE" });
    expect(process.memoryUsage().rss - beforeBomb).toBeLessThan(60 * 1024 * 1024);
    expect(await files()).toEqual([]);
  });
});

describe("the folder", () => {
  it("is rid of cut-off downloads and of copies nobody asks about, and of nothing else", async () => {
    const now = Date.now();
    const old = { "a.copy": 91, "b.copy": 89, "c.copy.1.x.tmp": 2, "d.copy.1.x.tmp": 0.5, "notes.txt": 400 };
    for (const [name, days] of Object.entries(old)) {
      await writeFile(join(context.folder, name), "x");
      await utimes(join(context.folder, name), new Date(), new Date(now - days * 86_400_000));
    }
    await open();
    const left = (await files()).filter((name) => name in old);
    expect(left.sort()).toEqual(["b.copy", "d.copy.1.x.tmp", "notes.txt"]);
  });
});

describe("stopping", () => {
  it("leaves nothing behind, and does not pass off the copy as an answer", async () => {
    await open();
    const stop = new AbortController();
    const folder = context.folder;
    const { createFetchCache } = await import("./fetch-cache.ts");
    const door = createFetchCache({ folder, freshMs: 0, nowMs: Date.now, log: context.log, signal: stop.signal });
    server.answer = (_, response) => {
      response.writeHead(200).write(PLIST.slice(0, 1000));
      setTimeout(() => stop.abort(), 20);
    };
    const url = `${server.origin}/catalog.plist?key=s3cret`;
    await expect(door.open({ url, kind: "plist", maxBytes: 1e7 })).rejects.toThrow();
    expect(await files()).toHaveLength(1);
  });
});
