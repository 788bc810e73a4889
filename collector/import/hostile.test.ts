import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { queryHistory } from "../../core/history/history.ts";
import { type ImportReport, importInflux } from "./import.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const AT = NOW - 3_600_000;

let stateDir: string;
let server: Server;
let waits: number[];
/** Answers to statements, by how they begin; the first of a list is used up. */
let answers: Record<string, ((response: ServerResponse) => void)[]>;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), "larder-hostile-"));
  waits = [];
  answers = {};
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const statement = new URLSearchParams(body).get("q") ?? "";
    const kind = statement.startsWith("SHOW") ? "fields" : statement.includes("LIMIT 1") ? "series" : "rows";
    const [answer = HEALTHY[kind], ...others] = answers[kind] ?? [];
    if (others.length > 0) answers[kind] = others;
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(value)}\n`);
  };
const text =
  (body: string, status = 200) =>
  (response: ServerResponse): void => {
    response.writeHead(status).end(body);
  };
const result = (...series: unknown[]) => json({ results: [{ statement_id: 0, series }] });
const rows = (values: readonly (readonly unknown[])[], more: object = {}) =>
  result({ name: "bytesdropped", columns: ["time", "bytes.dropped"], values, ...more });

const HEALTHY = {
  fields: result({ name: "bytesdropped", columns: ["fieldKey", "fieldType"], values: [["bytes.dropped", "integer"]] }),
  series: rows([[AT, 1]]),
  rows: rows([[AT, 5]]),
};

async function run(more: { readonly timeoutMs?: number } = {}): Promise<ImportReport> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/query`;
  const nothing = { retentionPolicy: undefined, authorization: undefined, caFile: undefined, tags: {} };
  return await importInflux({
    stateDir,
    source: { queryUrl: url, database: "caching", ...nothing },
    measurements: [],
    names: { own: { server: "cache01", tags: {} } },
    keepDays: 400,
    dryRun: false,
    signal: new AbortController().signal,
    nowMs: () => NOW + 40 * 86_400_000,
    pace: {
      wait: async (ms) => {
        waits.push(ms);
      },
      mostRows: 1000,
      ...more,
    },
  });
}

async function dropped(): Promise<number> {
  const query = { measurement: "bytesdropped", fromMs: 0, toMs: NOW, by: "all", timeZone: "UTC" } as const;
  return Number((await queryHistory(stateDir, query))[0]?.sums["bytes.dropped"] ?? 0);
}

it("takes an answer of any chunks, with its last line end or without", async () => {
  const whole = JSON.stringify({
    results: [{ series: [{ name: "bytesdropped", columns: ["time", "bytes.dropped"], values: [[AT, 5]] }] }],
  });
  answers["rows"] = [
    (response) => {
      for (const byte of whole) response.write(byte);
      response.end();
    },
  ];
  expect((await run()).lines).toBe(1);
  expect(await dropped()).toBe(5);
});

it("asks again after what may be over soon, and takes nothing of an answer that is not whole", async () => {
  const partial = json({
    results: [
      { series: [{ name: "bytesdropped", columns: ["time", "bytes.dropped"], values: [[AT, 7]] }], partial: true },
    ],
  });
  answers["rows"] = [
    json({ error: "timeout" }, 503),
    partial,
    text('{"results":[{"ser'),
    (response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write('{"results":');
      setTimeout(() => response.destroy(), 5);
    },
    (response) => void response.writeHead(429, { "retry-after": "7" }).end(),
    HEALTHY.rows,
  ];
  expect((await run()).lines).toBe(1);
  expect(await dropped()).toBe(5);
  expect(waits.length).toBe(5);
  expect(waits[4]).toBe(7000);
});

it.each<readonly [string, "fields" | "series" | "rows", (response: ServerResponse) => void, string, RegExp]>([
  [
    "a login it refuses",
    "fields",
    json({ error: "authorization failed" }, 401),
    "IMPORT_REFUSED",
    /401 authorization failed/,
  ],
  [
    "an error within 200",
    "rows",
    json({ results: [{ error: "max-select-point limit" }] }),
    "IMPORT_REFUSED",
    /max-select/,
  ],
  ["a page of a proxy", "fields", text("<html>sign in</html>"), "IMPORT_ANSWER", /not JSON: <html>/],
  ["another form", "rows", json([1, 2]), "IMPORT_ANSWER", /another form/],
  ["a number for a name", "rows", result({ name: 5, columns: [], values: [] }), "IMPORT_ANSWER", /has no name/],
  ["values that are no list", "rows", rows("x" as never), "IMPORT_ANSWER", /another form/],
  ["a time nobody asked for", "rows", rows([[AT + 1e9, 5]]), "IMPORT_ANSWER", /was not asked for/],
  ["times that are none", "rows", rows([["soon", 5]]), "IMPORT_ANSWER", /no time in milliseconds/],
  ["a time beyond all", "series", rows([[1e300, 5]]), "IMPORT_ANSWER", /no time in milliseconds/],
  [
    "a line without end",
    "rows",
    (response) => pour(response, "x".repeat(1 << 20)),
    "IMPORT_ANSWER",
    /larger than 16 MB/,
  ],
  ["tags without end", "rows", rows([[AT, 5]], { tags: manyTags() }), "IMPORT_ANSWER", /far too many/],
  [
    "a tag of a megabyte",
    "rows",
    rows([[AT, 5]], { tags: { a: "x".repeat(1 << 20) } }),
    "IMPORT_ANSWER",
    /far too long/,
  ],
  ["always unavailable", "rows", text("", 503), "IMPORT_UNAVAILABLE", /503/],
  [
    "too many in one minute",
    "rows",
    rows(Array.from({ length: 2000 }, () => [AT, 1])),
    "IMPORT_ANSWER",
    /the minute of/,
  ],
])("refuses %s, and the journal stays as it was", async (_what, kind, answer, code, said) => {
  answers[kind] = [answer];
  const failed = run();
  await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(said) });
  expect(await dropped()).toBe(0);
});

it("keeps texts of a server from being more than texts", async () => {
  answers["series"] = [rows([[AT, 1]], { tags: { site_name: 'a b,c=d"\n1 2', __proto__: "x" } })];
  answers["rows"] = [rows([[AT, 5]], { tags: { site_name: 'a b,c=d"\n1 2' } })];
  await run();
  const query = { measurement: "bytesdropped", fromMs: 0, toMs: NOW, by: "all", timeZone: "UTC" } as const;
  const [row] = await queryHistory(stateDir, { ...query, groupBy: ["site_name", "server", "c"] });
  expect(row).toMatchObject({ group: { server: "cache01" }, sums: { "bytes.dropped": 5 } });
});

function manyTags(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`t${i}`, "x"]));
}

/** Sends the same until the other side has had enough. */
function pour(response: ServerResponse, chunk: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk)) {}
  };
  response.on("drain", more);
  more();
}
