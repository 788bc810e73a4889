import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { fetchContract } from "../transport/fetch.contract.ts";
import { httpAddress } from "../transport/raw-transport.ts";
import { parseResponseHead } from "../transport/response-head.ts";
import { cacheUrl } from "./cache-url.ts";
import { parseCachedRanges } from "./cached-ranges.ts";

fetchContract("our own transport", { transport: "raw" });
fetchContract("undici", { transport: "undici" });

test("cacheUrl() keeps the query and names source and scheme", () => {
  const cache = "http://10.0.0.60:49672/";
  expect(cacheUrl(cache, "https://updates.cdn-apple.com/a/b%20c.zip")).toBe(
    "http://10.0.0.60:49672/a/b%20c.zip?source=updates.cdn-apple.com&sourceScheme=https",
  );
  expect(cacheUrl(cache, "http://iosapps.itunes.apple.com/x.ipa?accessKey=1_2#f")).toBe(
    "http://10.0.0.60:49672/x.ipa?accessKey=1_2&source=iosapps.itunes.apple.com",
  );
  expect(() => cacheUrl(cache, "file:///etc/passwd")).toThrow(/not an http or https address/);
});

/** Parts of addresses that have several ways to be written. */
const PART = fc.constantFrom(
  ...["a", "B-1", ".", "..", "%2e", "%2E.", ".x", "x.", "", "%zz", "é", "'", "@", ":80", "{", " ", "?", "?a=1", "#"],
);
const HOST = fc.constantFrom(
  ...["x.apple.com", "X.com", "1.2.3", "a.1", "xn--a.com", "a.xn--b", "a..b", "h:443", "h:80", "h:080", "h:8080"],
  ...["a_b", "-a.b", "127.0.0.1:8080", "127.1", "0x7f.1", "010.0.0.1", "10.0.0.999", "[::1]:80", "u:p@h"],
);

test("cacheUrl() writes an address the same way whether it had to be taken apart or not", () => {
  fc.assert(
    fc.property(fc.constantFrom("http", "https"), HOST, fc.array(PART, { maxLength: 5 }), (scheme, name, parts) => {
      const address = `${scheme}://${name}/${parts.join("/")}`;
      if (!URL.canParse(address)) {
        expect(() => cacheUrl("http://c", address)).toThrow(/not an http or https address/);
        return;
      }
      const { pathname, search, host, protocol } = new URL(address);
      const query = search.length > 1 ? `${search.slice(1)}&` : "";
      const expected = `http://c${pathname}?${query}source=${host}${protocol === "https:" ? "&sourceScheme=https" : ""}`;
      expect(cacheUrl("http://c", address)).toBe(expected);
    }),
    { numRuns: runs(400) },
  );
});

test("httpAddress() takes an address apart as URL does, however it is written", () => {
  fc.assert(
    fc.property(HOST, fc.array(PART, { maxLength: 5 }), (name, parts) => {
      const address = `http://${name}/${parts.join("/")}`;
      if (!URL.canParse(address)) {
        expect(() => httpAddress(address)).toThrow();
        return;
      }
      const { pathname, search, host } = new URL(address);
      expect(httpAddress(address)).toEqual({ host, target: `${pathname}${search}` });
    }),
    { numRuns: runs(400) },
  );
});

test("parseResponseHead() keeps fields under small names, joined where repeated", () => {
  const head =
    "HTTP/1.1 206 P\r\nServer: x\r\nCONTENT-LENGTH:  7 \t\r\nX-Connection: no\r\nConnection: a\r\nconnection:b";
  expect(parseResponseHead(head)).toEqual({
    status: 206,
    minor: 1,
    headers: { server: "x", "content-length": "7", "x-connection": "no", connection: "a, b" },
  });
  const fields = (count: number): string => `HTTP/1.0 200${"\r\nA: b".repeat(count)}`;
  expect(parseResponseHead(fields(256))).toMatchObject({ status: 200, minor: 0 });
  expect(parseResponseHead(fields(257))).toMatch(/more than 256 fields/);
  expect(parseResponseHead("HTTP/1.1 200 OK\r\nA : b")).toMatch(/not a header field/);
  expect(parseResponseHead("HTTP/1.1 2000 OK")).toMatch(/status line/);
});

test("parseCachedRanges() finds the unbroken beginning", () => {
  expect(parseCachedRanges("D885102C-110C bytes=0-732588")).toEqual({ guid: "D885102C-110C", endByte: 732589 });
  expect(parseCachedRanges("A bytes=0-9, 10-19,30-39")?.endByte).toBe(20);
  expect(parseCachedRanges("A bytes=5-9")?.endByte).toBe(0);
  for (const bad of [undefined, "", "A", "bytes=0-1", "A bytes=x", "A bytes=0-", "A bytes=9-0x"]) {
    expect(parseCachedRanges(bad)).toBeUndefined();
  }
});
