/**
 * What scripts get: every command there is, walked, answers `--json` in JSON when it works and when it fails, with the
 * keys docs/json.md promises and one form of time.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CatalogServer, startCatalogServer, text } from "../fixtures/catalogs/catalog-server.ts";
import { type ContentCache, startContentCache } from "../fixtures/content-cache/index.ts";
import { openSqliteFile } from "../fixtures/content-cache/sqlite-file.ts";
import { type FakeGrafana, startGrafana } from "../fixtures/grafana/server.ts";
import { type BucketsFake, startBucketsFake } from "../fixtures/influx-fake/buckets.ts";
import { type QueriesFake, startQueriesFake } from "../fixtures/influx-fake/queries.ts";
import { type Origin, startOrigin } from "../fixtures/origin/index.ts";
import { logLine, requestMessage } from "../fixtures/service-log/lines.ts";
import { createProgram } from "./program.ts";
import { larderInProcess } from "./testing/in-process.ts";
import { anchorOf, brokenPromises, promisedKeys } from "./testing/json-page.ts";

let folder: string;
let origin: Origin;
let cache: ContentCache;
let grafana: FakeGrafana;
let influx: BucketsFake;
let sofa: CatalogServer;
let old: QueriesFake;

/** A command's lines: one that works, and one that fails after its words were understood. */
interface Lines {
  /** Each prints an answer; run one after the other, before any other command's. */
  readonly works: readonly string[];
  readonly fails: string;
}

const SETTINGS = "-c DIR/larder.json";
const WANTED = `${SETTINGS} --urls DIR/urls --cache-server CACHE`;
const DB = "--db DIR/alertData.db";

/** In the order they build on each other. */
const COMMANDS: Readonly<Record<string, Lines>> = {
  "config init": { works: ["", "--out DIR/new.plist"], fails: "--out DIR/larder.json" },
  "config check": { works: [SETTINGS], fails: `${SETTINGS} --days never` },
  "config show": { works: [SETTINGS], fails: "-c DIR/wrong.json" },
  collect: { works: [`${SETTINGS} --once`, `${SETTINGS} --dry-run`], fails: "--once -c DIR/wrong.json" },
  "receive sites check": { works: [`${SETTINGS} DIR/sites.csv`], fails: SETTINGS },
  doctor: { works: ["--from DIR/doctor"], fails: "--from DIR/none" },
  status: { works: [SETTINGS], fails: "-c DIR/none.json" },
  history: {
    works: [`${SETTINGS} --from 3650d`, `${SETTINGS} --from 3650d --measurement bytestoclients`],
    fails: `${SETTINGS} --by fortnight`,
  },
  clients: { works: [`${SETTINGS} --from 3650d --to now`], fails: `${SETTINGS} --top few` },
  report: { works: [`${SETTINGS} --from 30d`], fails: "-c DIR/wrong.json" },
  serve: { works: [`${SETTINGS} --port 0`], fails: `${SETTINGS} --port many` },
  install: { works: ["--root DIR/computer --dry-run"], fails: "--root DIR/computer --jobs dance" },
  upgrade: { works: ["--root DIR/computer --dry-run"], fails: "--root DIR/nothing" },
  uninstall: { works: ["--root DIR/computer --dry-run"], fails: "--root DIR/urls" },
  demo: { works: ["--once"], fails: "--once --influx http://127.0.0.1:1" },
  "sinks retry": { works: [SETTINGS, `${SETTINGS} --dry-run`], fails: `${SETTINGS} nobody` },
  "influx setup": { works: [SETTINGS], fails: "-c DIR/plain.json" },
  "import influx": {
    works: [
      `-c DIR/plain.json --state-dir DIR/imported --url OLD --database caching --dry-run`,
      `-c DIR/plain.json --state-dir DIR/imported --url OLD --database caching`,
      `-c DIR/plain.json --state-dir DIR/imported --url OLD --database caching`,
    ],
    fails: `${SETTINGS} --url OLD --database other`,
  },
  "import logstash": {
    works: [`-c DIR/plain.json --state-dir DIR/imported --url OLD`],
    fails: `${SETTINGS} --url ftp://a`,
  },
  "journal verify": { works: [SETTINGS], fails: `${SETTINGS} --stream river` },
  "grafana export": { works: ["--out DIR/boards"], fails: "--out DIR/boards --timezone Mars/Base" },
  "grafana push": {
    works: ["--url GRAFANA --token-file DIR/token"],
    fails: "--url http://127.0.0.1:1 --token-file DIR/token",
  },
  "grafana check": { works: [""], fails: "DIR/urls" },
  "alerts check": { works: [`${SETTINGS} --dry-run`, SETTINGS], fails: "-c DIR/wrong.json" },
  "alerts test": { works: ["-c DIR/notify.json --to page"], fails: `${SETTINGS} --to nobody` },
  "alerts rules": { works: ["-c DIR/limits.json"], fails: "-c DIR/wrong.json" },
  "alerts explain": { works: [`pressure -c DIR/limits.json`, `silent ${SETTINGS}`], fails: `presure ${SETTINGS}` },
  "alerts history": { works: [`${SETTINGS} --from 3650d`], fails: `${SETTINGS} --rule presure` },
  "alerts daily": {
    works: [`${SETTINGS} --dry-run --day today`, "-c DIR/notify.json --dry-run"],
    fails: `${SETTINGS} --to nobody`,
  },
  "alerts silence add": {
    works: [
      `${SETTINGS} --all --for 4h --why works --dry-run`,
      `${SETTINGS} --rule off --tag a=b --for 4h --why works`,
    ],
    fails: `${SETTINGS} --all --why works`,
  },
  "alerts silence list": { works: [SETTINGS], fails: "-c DIR/wrong.json" },
  "alerts silence remove": { works: ["works -c DIR/limits.json"], fails: `${SETTINGS} nothing` },
  "alerts init": { works: [DB], fails: "--db DIR/urls" },
  "alerts recipients add": { works: [`${DB} a@example.org b@example.org`], fails: "--db DIR/none.db c@example.org" },
  "alerts recipients list": { works: [DB], fails: "--db DIR/none.db" },
  "alerts recipients export": { works: [DB, `${DB} --output DIR/list.csv`], fails: "--db DIR/none.db" },
  "alerts recipients import": { works: [`${DB} DIR/list.csv`], fails: `${DB} DIR/none.csv` },
  "alerts recipients remove": { works: [`${DB} b@example.org`], fails: "--db DIR/none.db c@example.org" },
  "alerts recipients set": { works: [`${DB} --file DIR/list.csv`], fails: `${DB} --file DIR/bad.csv` },
  "alerts services list": { works: [DB], fails: "--db DIR/none.db" },
  "alerts services enable": { works: [`${DB} --all`], fails: `${DB} nothing.of.that.name` },
  "alerts services disable": { works: [`${DB} --all`], fails: `${DB} --all caching` },
  "alerts restore": { works: [`${DB} --list`, DB], fails: `${DB} none.db` },
  "precache discover": { works: [`${SETTINGS} --cache-server CACHE`], fails: "-c DIR/wrong.json" },
  "precache plan": { works: [WANTED], fails: `${WANTED} --deltas some` },
  "precache run": {
    works: [`${WANTED} -n`, WANTED, `${SETTINGS} --urls DIR/half --cache-server CACHE`],
    fails: `${WANTED} --concurrency 0`,
  },
  "precache list": { works: ["-c DIR/lists.json -g installer"], fails: `${SETTINGS} -g iPads` },
  "precache report": { works: [SETTINGS], fails: `${SETTINGS} --days never` },
  "precache why": { works: ["--file DIR/client.ndjson"], fails: "--file DIR/none.ndjson" },
  "precache convert": { works: ["DIR/precache.plist"], fails: "DIR/none.plist" },
  "precache bench setup": {
    works: [`${SETTINGS} --urls DIR/urls --out DIR/bench.json`],
    fails: `${SETTINGS} --size much`,
  },
  "precache bench run": {
    works: ["--workload DIR/bench.json --cache-server CACHE --sweep 1 --iterations 1"],
    fails: "--workload DIR/none.json",
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ljson-"));
  const files = [1, 2, 3].map((n) => ({ url: `https://updates.cdn-apple.com/c/${n}.zip`, size: 1000 * n }));
  origin = await startOrigin({ sizes: new Map(files.map(({ url, size }) => [new URL(url).pathname, size])) });
  cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache") });
  grafana = await startGrafana({ versions: ["v1"] });
  influx = await startBucketsFake({ org: "o", token: "t" });
  old = await startQueriesFake([1001, 1000].map((hours) => Date.now() - hours * 3_600_000).map((ms) => [ms, 5]));
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  put("urls", files.map(({ url, size }) => `${url} ${size}\n`).join(""));
  cpSync(fileURLToPath(new URL("../fixtures/doctor/suspended", import.meta.url)), join(folder, "doctor"), {
    recursive: true,
  });
  mkdirSync(join(folder, "computer/usr/local/larder"), { recursive: true });
  put("computer/usr/local/larder/package.json", '{ "version": "0.0.1" }');
  put("sites.csv", "serial,server\nA,gym\n");
  put("half", `${files[0]?.url} 1000\n${files[1]?.url} 999\n`);
  put("token", "glsa_test\n");
  put("bad.csv", "no address\n");
  put("wrong.json", '{"sever": "x"}');
  const plain = { server: "c1", stateDir: join(folder, "state"), timezone: "UTC", spreadSeconds: 0 };
  const serviceLog = { enabled: true, file: join(folder, "service.ndjson") };
  const sources = { metricsDb: { path: join(folder, "Metrics.db") }, metricsSqlite: { enabled: false }, serviceLog };
  const asked = requestMessage("a", { agent: "com.apple.appstored/1.0", file: "/a.ipa" });
  const found = "ACSLocateCachingServer -> newURL http://10.0.0.5:49152/";
  const line = (eventMessage: string): string =>
    `${JSON.stringify({ timestamp: "2026-09-16 08:00:00.1+0200", eventMessage })}\n`;
  put("client.ndjson", line("RequestDownloadUpdate requestedPMV=27.0.1 MDMInitiated=NO Background=NO") + line(found));
  put("service.ndjson", logLine("ndjson", { timeMs: Date.now() - 3_600_000, message: asked, number: 1 }));
  const sinks = [{ name: "main", type: "influx2", url: influx.url, org: "o", bucket: "b", token: "t" }];
  put("larder.json", JSON.stringify({ ...plain, sources, sinks }));
  put("plain.json", JSON.stringify(plain));
  const program = { name: "page", type: "command", command: ["/bin/cat"] };
  put("notify.json", JSON.stringify({ ...plain, alerts: { notifiers: [program] } }));
  const limits = { tags: { region: "North" }, limits: { pressure: { trouble: 0.9 } } };
  put("limits.json", JSON.stringify({ ...plain, stateDir: join(folder, "other"), alerts: { overrides: [limits] } }));
  const held = { id: "works", added: "2026-11-20T01:00:00Z", tags: {}, until: "2027-11-20T01:00:00Z" };
  mkdirSync(join(folder, "other/silences"), { recursive: true });
  put("other/silences/silences.json", JSON.stringify({ silences: [held] }));
  put("old-plan.json", JSON.stringify({ items: [{ asset: OLD_ASSET }] }));
  sofa = await startCatalogServer(text(JSON.stringify({ InstallationApps: { LatestUMA: INSTALLER } })));
  const catalogs = [{ kind: "sofa", base: `${sofa.origin}/`, feeds: ["feed.json"] }];
  put("lists.json", JSON.stringify({ ...plain, precache: { catalogs } }));
  put("precache.plist", PRECACHE_PY);
  mkdirSync(join(folder, "state/rejected"), { recursive: true });
  put("state/rejected/main.lp", "# 2026-11-20T01:00:07.120Z why\nm v=1i 1\n");
  await writeMetrics(join(folder, "Metrics.db"));
}, 60_000);
afterAll(async () => {
  await Promise.all([cache.stop(), sofa.close(), origin.stop(), grafana.stop(), influx.stop(), old.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** An entry of a plan as version 0.1 wrote it. */
const OLD_ASSET = {
  url: "https://updates.cdn-apple.com/c/1.zip",
  group: "installer",
  title: "iPadOS 26.0",
  sizeBytes: 1000,
  models: ["iPad6,8"],
  fromBuilds: [],
  catalogs: ["x"],
  postedMs: Date.parse("2026-09-14T00:00:00Z"),
};

const INSTALLER = {
  Title: "macOS Tahoe",
  Version: "26.0",
  Build: "25A354",
  URL: "https://swcdn.apple.com/content/InstallAssistant.pkg",
  Size: 1000,
  PostingDate: "2026-09-14",
  AppleSlug: "093-37385",
};

const PRECACHE_PY = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>cache_server</key><string>http://10.0.0.2:49152</string></dict></plist>`;

/** A database of the cache with rows of the last hour. */
async function writeMetrics(path: string): Promise<void> {
  const db = await openSqliteFile(path);
  db.run("CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, ZCREATIONDATE TIMESTAMP, ZBYTESFROMCACHETOCLIENT INTEGER)");
  const now = Math.floor(Date.now() / 1000) - 978_307_200;
  for (let i = 0; i < 5; i++)
    db.run(`INSERT INTO ZMETRIC (ZCREATIONDATE, ZBYTESFROMCACHETOCLIENT) VALUES (${now - 3600 + i * 60}, 1000)`);
  db.save();
  db.close();
}

/** The names of every command that does something: all that nothing lies below. */
function leaves(command: Command, words: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [words.join(" ")];
  return command.commands.flatMap((each) => leaves(each, [...words, each.name()]));
}

async function larder(command: string, line: string) {
  const words = [...command.split(" "), ...line.split(" ").filter((word) => word !== "")];
  const places = { DIR: folder, CACHE: cache.url, GRAFANA: grafana.url, OLD: old.url } as const;
  const filled = words.map((word) =>
    word.replace(/DIR|CACHE|GRAFANA|OLD/, (name) => places[name as keyof typeof places]),
  );
  const { code, out, err } = await larderInProcess([...filled, "--json"], "", (printed) => {
    // it runs until it is stopped
    if (command === "serve" && printed.includes('"url"')) setImmediate(() => process.emit("SIGTERM", "SIGTERM"));
  });
  return { code, err, answer: parsed(out, `${command} ${line}`) };
}

function parsed(text: string, line: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`larder ${line} --json printed: ${text === "" ? "nothing" : text}`);
  }
}

/** Every key with its place: `rows[].served`. */
function keysOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, `${path}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const place = path === "" ? key : `${path}.${key}`;
    return [place, ...keysOf(each, place)];
  });
}

const PAGE = readFileSync(new URL("../docs/json.md", import.meta.url), "utf8");

/** Keys of the answers there were, by command. */
const seen = new Map(Object.keys(COMMANDS).map((command) => [command, new Set<string>()]));

/** Every value that is not a list or an object, with its place. */
function valuesOf(value: unknown, path = ""): [place: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesOf(each, `${path}[]`));
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, each]) => valuesOf(each, path === "" ? key : `${path}.${key}`));
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const A_YEAR_MS = 366 * 86_400_000;

/** What is wrong with the times of an answer. */
function wrongTimes(answer: unknown): string[] {
  return valuesOf(answer).flatMap(([place, value]) => {
    if (/Ms$/.test(place)) return [`${place}: a key in milliseconds`];
    if (typeof value === "number" && Math.abs(value - Date.now()) < A_YEAR_MS) return [`${place}: ${value} is a time`];
    const looksLikeTime = typeof value === "string" && /^\d{4}-\d\d-\d\d[ T]\d\d:/.test(value);
    return looksLikeTime && !ISO.test(value) ? [`${place}: ${value}`] : [];
  });
}

describe("--json", () => {
  it("is tried here with every command there is", () => {
    expect(leaves(createProgram()).sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  it.each(leaves(createProgram()))("answers in JSON when the words are wrong: larder %s", async (command) => {
    const { code, answer } = await larder(command, "--no-such-flag");
    expect(code).toBe(2);
    expect(answer).toEqual({
      error: {
        code: "USAGE",
        message: expect.stringMatching(/^(unknown option '--no-such-flag'|required option .* not specified)$/),
        state: null,
        next: `larder ${command} --help`,
        retryable: false,
      },
    });
  });

  it.each(Object.entries(COMMANDS))(
    "answers in JSON with one form of time: larder %s",
    async (command, { works }) => {
      for (const line of works) {
        const { answer, err } = await larder(command, line);
        expect(answer, err).toBeTypeOf("object");
        expect(answer, err).not.toHaveProperty("error");
        expect(wrongTimes(answer)).toEqual([]);
        for (const key of keysOf(answer)) seen.get(command)?.add(key);
      }
    },
    60_000,
  );

  it.each(Object.keys(COMMANDS).filter((command) => command !== "report"))(
    "has the keys of docs/json.md, none more and none less: larder %s",
    (command) => {
      const promised = promisedKeys(PAGE).get(anchorOf(`larder ${command}`)) ?? [];
      expect(brokenPromises(promised, seen.get(command) ?? new Set())).toEqual([]);
    },
  );

  it.each(Object.entries(COMMANDS))(
    "answers in JSON when it fails: larder %s",
    async (command, { fails }) => {
      const { code, answer } = await larder(command, fails);
      expect(code).not.toBe(0);
      const said = {
        code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/),
        message: expect.stringMatching(/\S/),
        retryable: expect.any(Boolean),
      };
      expect(answer).toMatchObject({ error: said });
      const { error } = answer as { error: object };
      const promised = promisedKeys(PAGE).get("problem") ?? [];
      expect(Object.keys(error)).toEqual(promised.map(({ path }) => path));
    },
    60_000,
  );

  it("writes when a file was published as ISO 8601, and reads that and the milliseconds of version 0.1", async () => {
    const posted = { items: [{ asset: { posted: "2026-09-14T00:00:00.000Z" } }] };
    const listed = await larder("precache list", "-c DIR/lists.json -g installer");
    expect(listed.answer).toMatchObject(posted);
    writeFileSync(join(folder, "plan.json"), JSON.stringify(listed.answer));
    for (const plan of ["plan", "old-plan"]) {
      const line = `-c DIR/plain.json --plan-file DIR/${plan}.json --cache-server CACHE`;
      expect((await larder("precache plan", line)).answer).toMatchObject(posted);
    }
  });

  it("answers when a command is missing, and says once what went wrong", async () => {
    const { code, answer } = await larder("grafana", "");
    expect(code).toBe(2);
    expect(answer).toMatchObject({ error: { code: "USAGE", next: "larder grafana --help" } });
  });

  it("would be seen to break a promise", () => {
    const promised =
      promisedKeys("### A\n| `x[]` | [b](#b) |\n| `y?` | |\n### B\n| `c` | |\n| `d` | |\n").get("a") ?? [];
    expect(brokenPromises(promised, new Set(["x", "x[].c", "z"]))).toEqual([
      "not in docs/json.md: z",
      "not in the answer: x[].d",
    ]);
    expect(brokenPromises(promised, new Set(["x"]))).toEqual([]);
  });

  it("leaves no handler of signals behind", async () => {
    const before = process.listenerCount("SIGTERM");
    await larder("collect", `${SETTINGS} --once`);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});
