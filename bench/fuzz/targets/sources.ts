/** What the sources of the collector read: databases, logs, their own cursors. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gzipSync } from "node:zlib";
import { noteOf } from "../../../collector/owner.ts";
import {
  parseCursor as parseStatusCursor,
  cursorJson as statusCursorJson,
} from "../../../collector/sources/cache-status/cursor.ts";
import { metricsDb } from "../../../collector/sources/metrics/metrics-db.ts";
import { metricsSqlite } from "../../../collector/sources/metrics/metrics-sqlite.ts";
import { parseRowCursor } from "../../../collector/sources/metrics/row-cursor.ts";
import { parseHanded, parseOwnReports } from "../../../collector/sources/own-reports/own-reports.ts";
import { cursorJson, parseCursor } from "../../../collector/sources/service-log/cursor.ts";
import { LineCutter } from "../../../collector/sources/service-log/line-cutter.ts";
import { openLog } from "../../../collector/sources/service-log/log-files.ts";
import { LineReader } from "../../../collector/sources/service-log/log-line.ts";
import { clientAddress, parseMessage } from "../../../collector/sources/service-log/message.ts";
import type { Source, SourceContext } from "../../../collector/sources/source.ts";
import { LarderError } from "../../../core/errors.ts";
import type { Json } from "../../../core/journal/journal.ts";
import { silentLog } from "../../../core/log.ts";
import { loadNodeSqlite } from "../../../core/sqlite/node-sqlite.ts";
import type { SqliteEngine } from "../../../core/sqlite/sqlite.ts";
import { type LogForm, logLine } from "../../../fixtures/service-log/lines.ts";
import { sharedData } from "../../../fixtures/shared-data.ts";
import { asFile, fuzzFolder, jsonOf } from "../edges.ts";
import { cursors, json, lines, ownFiles, sharedFiles, texts } from "../seeds.ts";
import { NotTheSame, type Target } from "../target.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");
const FORMS: readonly LogForm[] = ["ndjson", "text", "debug"];
const MESSAGES = [
  "#juj1UapxWU6Y Request from 10.0.1.5:50123 [iPad7,11 iOS/18.1] for http://updates.cdn-apple.com/a/b.ipsw",
  "#juj1UapxWU6Y Served all 12.3 MB of 12.3 MB; 1 KB from cache, 12 MB stored from Internet, 0 bytes from peers",
  "#juj1UapxWU6Y Client 10.0.1.5:50123 (build 22B83, iPad7,11) wants http://x.apple.com/a",
  "Server is suspended pending successful registration",
];

/** Lines of each form, the real ones where they are there. */
const logs = () => [
  ...sharedFiles("metrics/logs"),
  ...texts(
    ...FORMS.map((form) =>
      MESSAGES.map((message, i) => logLine(form, { timeMs: NOW + i * 1000, message, number: i })).join(""),
    ),
  ),
];

function readLog(input: Buffer): unknown {
  const reader = [false, true].map((placed) => new LineReader({ zone: "Europe/Berlin", placed, writtenMs: NOW }));
  const found: unknown[] = [];
  const cutter = new LineCutter({
    onLine: (piece, start, end) => {
      for (const each of reader) {
        const line = each.read(piece, start, end);
        found.push(line.type === "line" ? [parseMessage(line.message), clientAddress(line.message)] : line.type);
      }
    },
    onTooLong: () => undefined,
  });
  for (let at = 0; at < input.length; at += 1000) cutter.push(input.subarray(at, at + 1000));
  cutter.end();
  return found;
}

async function readPacked(path: string): Promise<unknown> {
  const log = await openLog({ path, from: 0, closed: true }, AbortSignal.timeout(10_000));
  let bytes = 0;
  for await (const chunk of log.chunks) bytes += chunk.length;
  await log.close();
  return [bytes, log.complaint(), await log.place(bytes)];
}

/** Every cursor that is kept in the journal; those that are written again are the same when they are read again. */
function readCursors(input: Buffer): unknown {
  const value = jsonOf(input);
  const [log, status] = [parseCursor(value), parseStatusCursor(value)];
  if (log !== undefined) mustEqual(parseCursor(cursorJson(log)), log);
  if (status !== undefined) mustEqual(parseStatusCursor(statusCursorJson(status)), status);
  return [log, status, parseRowCursor(value), parseHanded(value), parseOwnReports(value), noteOf(value)];
}

function mustEqual(again: unknown, read: unknown): void {
  // what is undefined is not written
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_, each: unknown) => (each instanceof Map ? [...each] : each)));
  if (!isDeepStrictEqual(plain(again), plain(read))) throw new NotTheSame(read, again);
}

/** Reads a database as a pass does, from the beginning and once more from where that ended. */
async function readSource(source: Source): Promise<unknown> {
  const context: SourceContext = {
    ...{ tagText: ",server=x", signal: new AbortController().signal, log: silentLog, nowMs: () => NOW },
    reject: () => undefined,
    alreadyTaken: async function* () {},
  };
  let cursor: Json | undefined;
  let rows = 0;
  for (let round = 0; round < 2; round++) {
    for await (const batch of source.readAfter(cursor, context)) {
      rows += batch.rowCount;
      cursor = batch.cursor;
    }
  }
  return rows;
}

/** With each engine there is: SQLite itself from Node 22.16. An error of one does not spare the other. */
async function readAll(open: (engine: SqliteEngine) => Source): Promise<unknown> {
  const found: unknown[] = [];
  for (const engine of ENGINES) {
    found.push(
      await readSource(open(engine)).catch((error: unknown) => {
        if (error instanceof LarderError) return error.code;
        throw error;
      }),
    );
  }
  return found;
}
const ENGINES: readonly SqliteEngine[] = loadNodeSqlite() === undefined ? ["portable"] : ["portable", "native"];

/** A table as Metrics.sqlite has it, some of its rows in the -wal alone. */
const MAKE_WAL = `
import shutil, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA wal_autocheckpoint=0")
db.execute("CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENTS INTEGER)")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
for row in range(9): db.execute("INSERT INTO ZMETRIC VALUES (?, 1, 1, ?, 5)", (row + 1, 800000000 + row * 60))
for end in ("", "-wal"): shutil.copy(sys.argv[1] + end, sys.argv[1] + ".copy" + end)
`;
let made: { readonly database: Buffer; readonly wal: Buffer } | undefined;

/** None where there is no Python. */
function walFiles(): { readonly database: Buffer; readonly wal: Buffer } {
  const path = join(fuzzFolder(), "made.sqlite");
  if (made === undefined) spawnSync("python3", ["-c", MAKE_WAL, path]);
  const read = (end: string): Buffer => (existsSync(path + end) ? readFileSync(path + end) : Buffer.alloc(0));
  made ??= { database: read(".copy"), wal: read(".copy-wal") };
  return made;
}

/** A real database, as small as it is, or what its rows look like. */
function databases(...names: string[]): Buffer[] {
  const here = names.map((name) => sharedData(`state-0.1/${name}`)).filter((path) => path !== undefined);
  return here.map((path) => readFileSync(path)).filter(({ length }) => length < 200_000);
}

export const targets: readonly Target[] = [
  {
    name: "collector/log",
    seeds: logs,
    words: ["Served all ", "#abc ", " from peers", '"eventMessage":"', "\\u0000"],
    run: readLog,
  },
  {
    name: "collector/log-message",
    seeds: () => [...texts(...MESSAGES), ...lines(logs(), 30)],
    run: (input) => {
      const text = input.toString("utf8");
      return [parseMessage(text), clientAddress(text)];
    },
  },
  {
    name: "collector/log-gz",
    seeds: () => logs().map((log) => gzipSync(log)),
    run: asFile("cache.ndjson.0.gz", readPacked),
  },
  {
    name: "collector/log-bz2",
    seeds: () =>
      logs()
        .slice(0, 3)
        .flatMap((input) => spawnSync("bzip2", ["-c"], { input }).stdout ?? []),
    shortRound: 3,
    run: asFile("Debug.log.bz2", readPacked),
  },
  {
    name: "collector/cursors",
    seeds: () => [
      ...["collector", "precache", "receiver", "rollup"].flatMap(cursors),
      ...json({
        v: 1,
        at: 1,
        batch: 2,
        file: { offset: 1, headBytes: 1, head: "a" },
        taken: [["b", "1", 2]],
        pending: [["a", "b", "c", "d", "e", true]],
        seen: { "2026-01-01": 1 },
      }),
      ...json({ next: 2, rows: [[1, 2, 3]] }, { newestMs: 1, known: {} }),
    ],
    run: readCursors,
  },
  {
    // the file is whole, and what lies beside it is not
    name: "collector/metrics-wal",
    seeds: () => [walFiles().wal],
    words: ["\x37\x7f\x06\x82", "\x37\x7f\x06\x83", "\0\0\x10\0"],
    shortRound: 3,
    run: asFile("Metrics.sqlite-wal", async (_, folder) => {
      writeFileSync(join(folder, "Metrics.sqlite"), walFiles().database);
      return await readAll((engine) => metricsSqlite({ path: join(folder, "Metrics.sqlite"), engine }));
    }),
  },
  {
    name: "collector/metrics-db",
    seeds: () => [...ownFiles("fixtures/state/0.1", "Metrics.db"), ...databases("Metrics.db")],
    words: ["SQLite format 3\0", "statsData", "creationDate"],
    shortRound: 3,
    run: asFile("Metrics.db", async (path) => await readAll((engine) => metricsDb({ path, engine }))),
  },
  {
    name: "collector/metrics-sqlite",
    seeds: () => databases("Metrics.sqlite"),
    words: ["SQLite format 3\0", "ZMETRIC", "ZSTATDATE"],
    shortRound: 3,
    run: asFile("Metrics.sqlite", async (path) => await readAll((engine) => metricsSqlite({ path, engine }))),
  },
];
