/**
 * A log as `log show` prints it, of any length: the requests of 2,000 clients through a day, and day after day.
 */
import { logLine, requestMessage } from "../../fixtures/service-log/lines.ts";

const AGENTS = [
  "com.apple.appstored/1.0 iOS/17.1.2 model/iPhone14,2 hwp/t8110 build/21B101 (6; dt:251)",
  "com.apple.appstored/1.0 iOS/17.2 model/iPad13,18 hwp/t8101 build/21C62 (6; dt:255)",
  "MobileAsset/1.1 iOS/16.7 model/iPad7,11",
  "softwareupdated CFNetwork/1490 Darwin/23.2.0",
  "com.apple.appstored/1.0",
];
const FILES = [
  "/itunes-assets/Purple221/v4/8a/7b/7d/8a7b7d9b/pre-thinned.thinned.signed.dpkg.ipa",
  "/2023/mobileassets/042/com_apple_MobileAsset/AssetData/a.zip",
  "/content/downloads/1/InstallAssistant.pkg",
];
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 2);

/** Lines of one day: each request with the five lines of its own work that the program writes, and what was served. */
export function logBlock(bytes: number): Buffer {
  const parts: string[] = [];
  for (let number = 0, size = 0; size < bytes; number++) {
    const timeMs = START + (number % 80_000) * 1000;
    const id = `req${String(number).padStart(9, "0")}`;
    const agent = AGENTS[number % AGENTS.length] ?? "";
    const file = FILES[number % FILES.length] ?? "";
    const address = `10.0.${number % 8}.${(number * 7) % 250}`;
    const messages = [
      requestMessage(id, { address, agent, file }),
      `#${id} ECAssetHandler[0x6c09dfc60]: Asset ${file}, path /Library/Application Support/Apple/AssetCache/Data/E791F849, extents none`,
      `#${id} ECAssetRequestor[0x7fce2cb60bf0]: Issuing outgoing If-Modified-Since request for URL http://swcdn.apple.com${file}`,
      `#${id} ECResponse[0x7fce2cb23d70]: Info loaded: response code = 304, reason code = 10, file length = 4830957, reader = 0x7fce2ca28720`,
      `#${id} ECAssetRequestor[0x7fce2cb60bf0]: Closing connection after 304 response to If-Modified-Since`,
      `#${id} ECAssetRequestor[0x7fce2cb60bf0]: Connection closed by source at offset 0/-1`,
      `#${id} Served all ${number % 90}.3 MB of ${number % 90}.3 MB; 13 KB from cache, ${number % 90}.3 MB stored from Internet, 0 bytes from peers`,
    ];
    for (const [i, message] of messages.entries()) {
      const line = logLine("ndjson", { timeMs: timeMs + i, message, number: number * 7 + i });
      parts.push(line);
      size += line.length;
    }
  }
  return Buffer.from(parts.join(""), "utf8");
}

/** The same lines, one day after the other. */
export function* logDays(block: Buffer): Generator<Buffer> {
  const key = `"timestamp":"`;
  const first = `${key}${new Date(START).toISOString().slice(0, 10)}`;
  const places: number[] = [];
  for (let at = block.indexOf(first); at >= 0; at = block.indexOf(first, at + 1)) places.push(at + key.length);
  for (let day = 0; ; day++) {
    // a copy, as the last may still be on its way
    const lines = Buffer.from(block);
    const date = new Date(START + day * DAY_MS).toISOString().slice(0, 10);
    for (const place of places) lines.write(date, place, "latin1");
    yield lines;
  }
}
