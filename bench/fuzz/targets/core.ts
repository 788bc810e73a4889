/** What `core` reads from outside. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readAssetInfo } from "../../../core/cache/asset-info.ts";
import { parseStatus } from "../../../core/cache/status/status.ts";
import { parseJsonText } from "../../../core/config/json-text.ts";
import { decodeText, findDelimiter, readRecord, splitLines } from "../../../core/csv.ts";
import { csvField } from "../../../core/csv-cell.ts";
import { parsePlaces } from "../../../core/history/follow.ts";
import { parseRollupMark } from "../../../core/history/rollup-mark.ts";
import { commitLine, parseCommit } from "../../../core/journal/commit.ts";
import { checkJournal, loadSuspects, openJournal, openReader, packSegments } from "../../../core/journal/journal.ts";
import { packedPath, segmentPath } from "../../../core/journal/segment-names.ts";
import {
  FieldTable,
  forEachField,
  forEachLine,
  type LineValue,
  lineTime,
  NumberReader,
  parseLine,
  parseTags,
  pointLine,
} from "../../../core/line/line.ts";
import { parsePlist } from "../../../core/plist/plist.ts";
import { readTokenFile } from "../../../core/server/token-file.ts";
import { parseHttpDate } from "../../../core/time/http-date.ts";
import { parseIsoDate } from "../../../core/time/iso-date.ts";
import { openAssetInfoDb } from "../../../fixtures/content-cache/asset-info-db.ts";
import { asFile, fuzzFolder, jsonOf } from "../edges.ts";
import { cursors, json, lines, ownFiles, sharedFiles, texts } from "../seeds.ts";
import { NotTheSame, type Target } from "../target.ts";

/** Every kind of value, as plistlib writes it. */
const BINARY =
  "YnBsaXN0MDDcAQIDBAUGBwgJCgsMDQ4PEBESExQVHiMkUWFRYlFjUWRRZVFmUWdRaFFpUWpUbG9uZ1N1aWQQARP/////////+xMAAAEAAAAAACM/+AAAAAAAAFR0ZXh0ZAD8AG4A7yYDTxAeAAECAAECAAECAAECAAECAAECAAECAAECAAECAAECM0HHgvhAAAAAow0WFxACohgZEAPSGhscHVF4UXkJCNEfIFFr0SEiUWygXxAoeHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eIADCCEjJScpKy0vMTM1Oj5ASVJbYGmKk5eZnJ6jpaeoqayusbO03wAAAAAAAAEBAAAAAAAAACUAAAAAAAAAAAAAAAAAAADh";

const journal = () => ownFiles("fixtures/state/0.1", ".lp");

const TABLE = `name;model;os\n"a ""b""\nc";iPad7,11;18.1\n x ;"y",;z\n`;
/** Every record of a table; what is read once is read again when it is written as CSV. */
function readTable(text: string): unknown {
  const lines = splitLines(text);
  const delimiter = findDelimiter(lines);
  const found: unknown[] = [];
  for (let at = 0; at < lines.length; ) {
    const record = readRecord(lines, at, delimiter);
    if ("problem" in record) {
      at++;
      continue;
    }
    at = record.next;
    const fields = record.fields.map((field) => field.text);
    found.push(fields);
    const written = fields.map(csvField).join(",");
    if (written.length > 9000) continue;
    const again = readRecord(splitLines(`${written}\n`), 0, ",");
    const texts = "fields" in again ? again.fields.map((field) => field.text) : again;
    if (!isDeepStrictEqual(texts, fields)) throw new NotTheSame(fields, texts);
  }
  return found;
}

/** Checks, reads and goes on with a journal, as a daemon that starts does. */
async function openAll(stateDir: string): Promise<unknown> {
  const health = await checkJournal(stateDir, { streams: ["collector"] });
  let bytes = 0;
  for await (const chunk of openReader(join(stateDir, "journal/collector"), "collector").chunks(undefined))
    bytes += chunk.length;
  const opened = await openJournal(stateDir, "collector", { nowMs: () => 0 });
  try {
    const span = { fromMs: 1, toMs: 1 };
    await opened.append({ lines: "m v=1i 1\n", lineCount: 1, span, cursors: {} });
  } finally {
    await opened.close();
  }
  return [health, bytes];
}

/** Real segments, packed. */
async function packedSeeds(): Promise<Buffer[]> {
  const folder = join(fuzzFolder(), "pack");
  const [segment] = journal();
  mkdirSync(folder, { recursive: true });
  writeFileSync(segmentPath(folder, 0), segment ?? "");
  writeFileSync(segmentPath(folder, segment?.length ?? 0), "");
  await packSegments(folder, { most: 1 });
  return existsSync(packedPath(folder, 0)) ? [readFileSync(packedPath(folder, 0))] : [];
}

async function assetInfoSeeds(): Promise<Buffer[]> {
  const path = join(fuzzFolder(), "seed-AssetInfo.db");
  const db = await openAssetInfoDb(path);
  db.close();
  return [readFileSync(path)];
}

/** A line as a point: what can be written again. */
function readLine(line: string) {
  const parsed = parseLine(line);
  if (parsed === undefined) return undefined;
  const fields: Record<string, LineValue> = Object.create(null) as Record<string, LineValue>;
  forEachField(parsed.fieldText, (name, value) => {
    fields[name] = value;
  });
  return { measurement: parsed.measurement, tags: parseTags(parsed.tagText), fields, timeMs: parsed.timeMs };
}

export const targets: readonly Target[] = [
  {
    name: "core/line",
    seeds: () => [
      ...lines(journal(), 8),
      ...texts('m\\ x,a\\,b=c\\=d,e=f\\\\ g="a \\" b",h=1i,j=-0.5e3,k=true 1', "m v=9223372036854775807i -1"),
    ],
    words: ["i", "\\ ", "\\,", "\\=", "=1i ", ' "', ",=", "true"],
    run: (input) => {
      const text = input.toString("utf8");
      const point = readLine(text);
      if (point === undefined || Object.keys(point.fields).length === 0) return undefined;
      const again = readLine(pointLine(point));
      if (!isDeepStrictEqual(again, readLine(pointLine(again ?? point)))) throw new NotTheSame(point, again);
      return point;
    },
  },
  {
    name: "core/line-bytes",
    seeds: () => journal().map((each) => each.subarray(0, 4096)),
    words: ["i", "\\ ", "\n", "=1i ", "#commit "],
    run: (input) => {
      const fields = new FieldTable();
      const times: (number | undefined)[] = [];
      new NumberReader(() => ({ fields })).read(input, (_, values, timeMs) => times.push(timeMs, values.count));
      forEachLine(input, (start, end) => times.push(lineTime(input, start, end)));
      return times;
    },
  },
  {
    name: "core/status",
    seeds: () => [
      ...sharedFiles("metrics/status-json"),
      ...sharedFiles("metrics/status-text"),
      ...sharedFiles("metrics/serveradmin"),
      ...sharedFiles("reported/status-empty-neighbours"),
      ...sharedFiles("reported/status-old-plist-header"),
      ...sharedFiles("reported/status-server3-names"),
      ...ownFiles("fixtures/doctor", "status.json"),
    ],
    words: [
      "CacheUsed",
      "Active",
      "_array_index:0:",
      " = ",
      "{",
      "(",
      "Parents",
      "bytes",
      "KB",
      "GB",
      "Caching status: {",
    ],
    run: (input) => parseStatus(input.toString("utf8"), "the cache"),
  },
  {
    name: "core/plist",
    seeds: () => [
      ...ownFiles("deploy", ".plist", ".mobileconfig"),
      ...ownFiles("fixtures/doctor", ".plist"),
      ...sharedFiles("precache/precache", ".plist"),
      ...sharedFiles("precache/applecache", ".plist"),
      Buffer.from(BINARY, "base64"),
    ],
    words: ["bplist00", "<!ENTITY a 'b'>", "<key>", "<![CDATA[", "<data>"],
    run: (input) => parsePlist(input, "a file"),
  },
  {
    name: "core/commit",
    seeds: () => lines(journal(), 400).filter((line) => line.toString().startsWith("#commit")),
    words: ['"v":1', '"span":null', '"cursors":{', '"bytes":'],
    run: (input) => {
      const text = input.toString("utf8");
      const commit = parseCommit(text);
      if (commit === undefined) return undefined;
      const { crc: _, bytes, ...said } = commit;
      const again = parseCommit(commitLine(Buffer.alloc(bytes > 1e6 || bytes < 0 ? 0 : bytes), said).trimEnd());
      // what JSON has no words for, no writer has
      if (JSON.stringify({ ...again, crc: 0, bytes }) !== JSON.stringify({ ...commit, crc: 0, bytes }))
        throw new NotTheSame(commit, again);
      return commit;
    },
  },
  {
    name: "core/segment",
    seeds: () => journal().map((each) => each.subarray(0, 8000)),
    words: ["#commit ", "\n", '"bytes":', '"lines":'],
    shortRound: 6,
    run: asFile("journal/collector/000000000000000.lp", (_, folder) => openAll(folder)),
  },
  {
    name: "core/packed-segment",
    seeds: async () => await packedSeeds(),
    shortRound: 6,
    run: asFile("journal/collector/000000000000000.lp.gz", (_, folder) => openAll(folder)),
  },
  {
    name: "core/kept-json",
    seeds: () => [
      ...json({ collector: { segment: 0, offset: 12 }, rollup: { segment: 5, offset: 0 } }),
      ...cursors("rollup"),
    ],
    run: (input) => {
      const value = jsonOf(input);
      return [parsePlaces(value), parseRollupMark(value)];
    },
  },
  {
    name: "core/scrub-state",
    seeds: () => json({ v: 1, atMs: 1, stream: "collector", segment: 0, suspects: { collector: [0, 512] } }),
    run: asFile("journal/scrub.json", (_, folder) => loadSuspects(folder)),
  },
  {
    name: "core/json-text",
    seeds: () => [...ownFiles("fixtures/doctor", "settings.json"), ...ownFiles("deploy/profile", ".json")],
    run: (input) => {
      const text = input.toString("utf8");
      const value = parseJsonText(text);
      if (!isDeepStrictEqual(value, JSON.parse(text))) throw new NotTheSame(value, JSON.parse(text));
      return value;
    },
  },
  {
    name: "core/csv",
    seeds: () => [...sharedFiles("reported/device-lists", ".csv"), ...sharedFiles("alerts", ".csv"), ...texts(TABLE)],
    words: ['"', '""', ";", "\t", "|", "sep=;", "\r", "\ufeff"],
    run: (input) => readTable(decodeText(input)),
  },
  {
    name: "core/dates",
    seeds: () =>
      texts("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "2026-09-16T08:05:00.123+02:00"),
    run: (input) => [parseHttpDate(input.toString(), 0), parseIsoDate(input.toString())],
  },
  {
    name: "core/token-file",
    seeds: () => texts(`# tokens\nnorth ${"0123456789abcdef".repeat(2)}\n${"f".repeat(32)}\n`),
    run: asFile("token-file", (path) => readTokenFile(path, () => undefined)),
  },
  {
    name: "core/asset-info",
    seeds: async () => await assetInfoSeeds(),
    shortRound: 5,
    run: asFile("AssetInfo.db", async (path) => await (await readAssetInfo(path)).held("http://x.apple.com/a")),
  },
];
