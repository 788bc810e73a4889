/** What warming reads beside them: records of name servers, answers of caches, old settings, words. */

import { parsePlist } from "../../../core/plist/plist.ts";
import { plist } from "../../../fixtures/catalogs/texts.ts";
import { configPort } from "../../../precache/discovery/config-plist.ts";
import { diskCacheServers } from "../../../precache/discovery/disk-cache.ts";
import { parseTxt, readLocatorRecords } from "../../../precache/discovery/dns-txt.ts";
import { parseLocatorJson, parseLocatorText } from "../../../precache/discovery/locator.ts";
import { parsePrecachePyArguments } from "../../../precache/precache-py/arguments.ts";
import { fromPrecachePyConfiguration } from "../../../precache/precache-py/configuration.ts";
import { readOldLedger } from "../../../precache/presence/old-ledger.ts";
import { parseCachedRanges } from "../../../precache/transfer/cached-ranges.ts";
import { BodyFraming } from "../../../precache/transport/body-framing.ts";
import { HeadReader } from "../../../precache/transport/head-reader.ts";
import { contentLength } from "../../../precache/transport/response-head.ts";
import { whyEvent } from "../../../precache/why/why.ts";
import { parseBytes, parseRate, parseSeconds } from "../../../precache/words/units.ts";
import { parseWindow, windowAt } from "../../../precache/words/window.ts";
import { asFile } from "../edges.ts";
import { json, ownFiles, sharedFiles, texts } from "../seeds.ts";
import type { Target } from "../target.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");

const HEAD =
  "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/9\r\nX-Cached: guid bytes=0-4\r\n\r\nhello";
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n";

function readAnswer(input: Buffer): unknown {
  const reader = new HeadReader();
  let framing: BodyFraming | undefined;
  const found: unknown[] = [];
  for (let at = 0; at < input.length; at += 50) {
    const piece = input.subarray(at, at + 50);
    const taken = framing === undefined ? reader.take(piece) : framing.take(piece);
    found.push(taken);
    if (typeof taken === "string") break;
    if (taken === undefined || !("head" in taken)) continue;
    const length = contentLength(taken.head.headers);
    const next = BodyFraming.of("GET", taken.head, length === "bad" ? undefined : length);
    if (typeof next === "string") break;
    framing = next;
    found.push(framing.take(taken.body));
  }
  return found.length;
}

export const targets: readonly Target[] = [
  {
    name: "precache/dns-txt",
    seeds: () => [
      ...texts("prs=192.0.2.1-192.0.2.9,10.0.0.0/8,*more*", "fss=10.0.0.1"),
      Buffer.from("prn=\x04\n\0\0\x01\n\0\0\x09+", "latin1"),
    ],
    words: ["prn=", "fsn=", "more", "+", "-"],
    run: async (input) => [parseTxt(input), await readLocatorRecords("x.org", async () => [input])],
  },
  {
    name: "precache/locator",
    seeds: () => [
      ...ownFiles("fixtures/doctor", "locator.json"),
      ...texts("10.0.0.2:49152, rank 1, not favored, healthy, guid 0F0B6C5E-5C8F-3D0C-9B0E-1B5B6C7D8E9F\n"),
    ],
    run: (input) => [parseLocatorJson(input.toString("utf8")), parseLocatorText(input.toString("utf8"))],
  },
  {
    name: "precache/plist-files",
    seeds: () => [
      ...ownFiles("fixtures/doctor", "disk-cache.plist"),
      ...texts(plist({ Port: 5, LastPort: "49152" })),
      ...sharedFiles("precache/precache", "config.plist"),
      ...sharedFiles("precache/applecache", ".plist"),
    ],
    run: async (input) => {
      const value = await parsePlist(input, "a file");
      return [configPort(value), diskCacheServers(value), fromPrecachePyConfiguration(value)];
    },
  },
  {
    name: "precache/precache-py-flags",
    seeds: () => texts("--cache-server http://cache:49152 -m iPad7,11 iPhone14,2 --ver", "-cs=cache -l --version"),
    run: (input) => parsePrecachePyArguments(input.toString("utf8").split(" ")),
  },
  {
    name: "precache/old-ledger",
    seeds: () => [...ownFiles("fixtures/state/0.1", "ledger.jsonl"), ...sharedFiles("state-0.1", "ledger.jsonl")],
    run: asFile("ledger.jsonl", (path) => readOldLedger(path)),
  },
  {
    name: "precache/http-answer",
    seeds: () => texts(HEAD, CHUNKED, `HTTP/1.1 100 Continue\r\n\r\n${HEAD}`),
    words: ["\r\n", "chunked", "Content-Length: ", "\r\n\r\n", "0\r\n"],
    run: readAnswer,
  },
  {
    name: "precache/words",
    seeds: () => texts("guid bytes=0-4,6-9", "40 MB/s", "300 Mbit/s", "4h", "22:00-06:00", "06:00", "1.5 TiB"),
    run: (input) => {
      const text = input.toString("utf8");
      const window = parseWindow(text);
      return [
        parseCachedRanges(text),
        parseBytes(text),
        parseRate(text),
        parseSeconds(text),
        window && windowAt(window, NOW),
      ];
    },
  },
  {
    name: "precache/why",
    seeds: () =>
      json(
        {
          timestamp: "2026-01-17 18:15:28.377791+0000",
          eventMessage: "RequestDownloadUpdate requestedPMV=18.1 MDMInitiated=YES Background=NO",
        },
        {
          timestamp: "2026-01-17 18:15:28.37+0000",
          eventMessage: "ACSLocateCachingServer -> newURL http://[fd00::1]:49152/a",
        },
      ),
    run: (input) => whyEvent(input.toString("utf8")),
  },
];
