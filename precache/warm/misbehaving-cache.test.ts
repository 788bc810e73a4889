/**
 * A cache that sends what no cache should: whatever it is, only whole files count, and none of it kills the run.
 */
import { expect, test } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import { startRawServer } from "../../fixtures/origin/index.ts";
import { warm } from "./warm.ts";

const B = "b".repeat(10_000);
const ok = `HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n${B}`;
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const withLength = (length: string, body = B, more = "") =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n${more}\r\n${body}`;
const bare = (status: string) => `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`;
const redirect = (location: string) => `HTTP/1.1 302 F\r\n${location}Content-Length: 0\r\n\r\n`;

/** Its answer, and what becomes of a file of 10,000 bytes: how often it is tried, and the code of its failure. */
const CASES: Readonly<Record<string, readonly [answer: string, attempts: number, code?: string]>> = {
  good: [ok, 1],
  short: [withLength("9000", B.slice(1000)), 1, "FETCH_LENGTH"],
  long: [withLength("20000", B + B), 1, "FETCH_LENGTH"],
  negative: [withLength("-1"), 4, "FETCH_PROTOCOL"],
  huge: [withLength("100000000000000000"), 4, "FETCH_PROTOCOL"],
  twoLengths: [withLength("10000", B, "Content-Length: 10001\r\n"), 4, "FETCH_PROTOCOL"],
  lengthAndChunks: [
    withLength("10000", `2710\r\n${B}\r\n0\r\n\r\n`, "Transfer-Encoding: chunked\r\n"),
    4,
    "FETCH_PROTOCOL",
  ],
  bytesBehind: [`${ok}XXXX`, 1],
  pipelined: [`${ok}${ok}`, 1],
  half: [
    `HTTP/1.1 206 P\r\nContent-Length: 5000\r\nContent-Range: bytes 0-4999/10000\r\n\r\n${B.slice(5000)}`,
    1,
    "FETCH_STATUS",
  ],
  wholeRange: [
    `HTTP/1.1 206 P\r\nContent-Length: 10000\r\nContent-Range: bytes 0-9999/10000\r\n\r\n${B}`,
    1,
    "FETCH_STATUS",
  ],
  gzip: [withLength("10000", B, "Content-Encoding: gzip\r\n"), 1, "FETCH_OTHER"],
  page: [withLength("10000", B, "Content-Type: text/html\r\n"), 1, "FETCH_OTHER"],
  nothing: [withLength("0", ""), 1, "FETCH_OTHER"],
  chunks: [`${chunked}2710\r\n${B}\r\n0\r\n\r\n`, 1],
  chunksCut: [`${chunked}2710\r\n${B.slice(5000)}`, 4, "FETCH_BROKEN"],
  chunksShort: [`${chunked}3e8\r\n${B.slice(9000)}\r\n0\r\n\r\n`, 4, "FETCH_BROKEN"],
  http10: [`HTTP/1.0 200 OK\r\n\r\n${B}`, 1],
  http10Cut: [`HTTP/1.0 200 OK\r\n\r\n${B.slice(1)}`, 4, "FETCH_BROKEN"],
  s401: [bare("401"), 1, "FETCH_STATUS"],
  s404: [bare("404"), 1, "FETCH_STATUS"],
  s204: ["HTTP/1.1 204 X\r\n\r\n", 1, "FETCH_STATUS"],
  s205: [bare("205"), 1, "FETCH_STATUS"],
  s304: ["HTTP/1.1 304 X\r\n\r\n", 1, "FETCH_STATUS"],
  s599: [bare("599"), 1, "FETCH_STATUS"],
  s500: [bare("500"), 4, "FETCH_STATUS"],
  s999: [bare("999"), 4, "FETCH_PROTOCOL"],
  garbage: ["\0\u0001garbage\r\n\r\n", 4, "FETCH_PROTOCOL"],
  empty: ["", 4, "FETCH_BROKEN"],
  http2: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 4, "FETCH_PROTOCOL"],
  lineFeeds: [`HTTP/1.1 200 OK\nContent-Length: 10000\n\n${B}`, 4, "FETCH_BROKEN"],
  hugeHead: [`HTTP/1.1 200 OK\r\nX: ${"y".repeat(1_000_000)}\r\n\r\n`, 4, "FETCH_PROTOCOL"],
  hundreds: ["HTTP/1.1 100 C\r\n\r\n".repeat(5000), 4, "FETCH_PROTOCOL"],
  switching: ["HTTP/1.1 101 S\r\n\r\n", 4, "FETCH_BROKEN"],
  toApple: [redirect("Location: https://swcdn.apple.com/good.zip\r\n"), 1],
  toPath: [redirect("Location: /x/good.zip\r\n"), 1],
  loop: [redirect("Location: https://swcdn.apple.com/loop.zip\r\n"), 1, "FETCH_REDIRECT"],
  withLogin: [redirect("Location: https://a:b@swcdn.apple.com/good.zip\r\n"), 1, "FETCH_REDIRECT"],
  toPortal: [redirect("Location: http://portal.example.net/good.zip\r\n"), 1, "FETCH_REDIRECT"],
  toFile: [redirect("Location: file:///etc/passwd\r\n"), 1, "FETCH_REDIRECT"],
  toNowhere: [redirect("Location: http://\r\n"), 1, "FETCH_REDIRECT"],
  noLocation: [redirect(""), 1, "FETCH_REDIRECT"],
};

test("only whole files count as warmed, and one bad file is one bad file", async () => {
  const server = await startRawServer((socket, head) => {
    const name = /\/([a-z0-9A-Z]+)\.zip/.exec(head)?.[1] ?? "";
    socket.end(Buffer.from(CASES[name]?.[0] ?? bare("404"), "latin1"));
  });
  const clock = { now: Date.now, sleep: async () => await new Promise<void>((resolve) => setTimeout(resolve, 1)) };
  const items = Object.keys(CASES).map((name) => ({
    asset: anAsset(`https://updates.cdn-apple.com/x/${name}.zip`, { sizeBytes: 10_000, title: name }),
    devices: 0,
    why: "",
    decision: "warm" as const,
  }));
  const targets = [{ name: "odd", url: server.url, role: "cache" as const }];
  const ends: Record<string, unknown> = {};
  let ended: string | undefined;
  for await (const event of warm({ items, targets, clock, stallMs: 3000 })) {
    if (event.type === "asset-end") ends[event.item.asset.title] = [event.outcome, event.attempts, event.code];
    if (event.type === "run-end") ended = event.summary.ended;
  }
  await server.stop();
  const expected = Object.entries(CASES).map(([name, [, attempts, code]]) => [
    name,
    [code === undefined ? "warmed" : "failed", attempts, code],
  ]);
  expect(ends).toEqual(Object.fromEntries(expected));
  expect(ended).toBe("done");
});
