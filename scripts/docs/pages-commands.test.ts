/**
 * Every command of the pages: the program takes it, and what can run here runs, page by page, from top to bottom, on a
 * computer of its own.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { larderInProcess } from "../../cli/testing/in-process.ts";
import { type ContentCache, startContentCache } from "../../fixtures/content-cache/index.ts";
import {
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../fixtures/engines.ts";
import { cacheRows, planFleet, writeMetricsDb } from "../../fixtures/fleet/index.ts";
import { ownCertificate } from "../../fixtures/network/certificate.ts";
import { type Origin, startOrigin } from "../../fixtures/origin/index.ts";
import { commandComplaint, mentionComplaint } from "./command-complaint.ts";
import { type Rehearsal, startRehearsal } from "./rehearsal.ts";
import { larderLines, larderMentions, NOT_RUN, type ShellBlock, shellBlocks } from "./shell-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const texts = new Map(PAGES.map((page) => [page, readFileSync(join(ROOT, page), "utf8")]));
const blocks = [...texts].flatMap(([page, text]) => shellBlocks(page, text));
const where = ({ page, line }: { page: string; line: number }): string => `${page}:${line}`;
const isRun = ({ marks }: ShellBlock): boolean => marks.length === 0;

describe("commands of the pages", () => {
  it("are those of the program, with flags and values it takes", () => {
    const lines = blocks.flatMap(larderLines);
    expect(lines.length).toBeGreaterThan(60);
    const wrong = lines.flatMap((line) => {
      const complaint = commandComplaint(line.words);
      return complaint === undefined ? [] : [`${where(line)} larder ${line.words.join(" ")}: ${complaint}`];
    });
    expect(wrong).toEqual([]);
  });

  it("are those of the program in sentences and tables too", () => {
    const named = [...texts]
      .flatMap(([page, text]) => larderMentions(page, text))
      .filter(({ words }) => words[0] !== "…");
    expect(named.length).toBeGreaterThan(200);
    const wrong = named.flatMap((each) => {
      const complaint = mentionComplaint(each.words);
      // flags of precache.py work before any command
      if (complaint === undefined || commandComplaint(each.words) === undefined) return [];
      return [`${where(each)} larder ${each.words.join(" ")}: ${complaint}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ["larder colect --once", "unknown command 'colect'"],
    ["sudo larder collect --onse", "unknown option '--onse'"],
    ["echo yes | larder alerts recipients import", "missing required argument 'list'"],
    ["larder history --by # all", "argument missing"],
    ["larder status now", "too many arguments"],
    ["npm run -s larder -- grafana push", "required option '--url"],
    ["X=1 larder doctor \\\n  --form x", "unknown option '--form'"],
  ])("are refused where the program would refuse them: %s", (script, complaint) => {
    const [line] = larderLines({ page: "x.md", line: 1, script, marks: [] });
    expect(commandComplaint(line?.words ?? [])).toContain(complaint);
  });

  it.each(["larder colect", "larder alerts silent", "larder history --form 7d"])(
    "are refused in a sentence: %s",
    (text) => {
      const [mention] = larderMentions("x.md", `Call \`${text}\`.`);
      expect(mentionComplaint(mention?.words ?? [])).toMatch(/^there is no command|has no flag/);
    },
  );

  it("are run, or marked with a reason that is known", () => {
    const unknown = blocks.filter(({ marks }) => marks.length > 1 || marks.some((mark) => !(mark in NOT_RUN)));
    expect(unknown.map(where)).toEqual([]);
    const counts = Object.keys(NOT_RUN).map((reason) => [
      reason,
      blocks.filter(({ marks }) => marks[0] === reason).length,
    ]);
    // a reason nobody needs is a block that could be run
    expect(counts.filter(([, count]) => count === 0)).toEqual([]);
    expect(blocks.filter(isRun).length).toBeGreaterThan(blocks.length / 3);
  });
});

describe("blocks of commands work as they are typed", () => {
  let folder: string;
  let origin: Origin;
  let cache: ContentCache;
  let engines: [InfluxEngine, VictoriaEngine] | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lpage-"));
    origin = await startOrigin({
      sizes: new Map(FILES.map(({ url, sizeBytes }) => [new URL(url).pathname, sizeBytes])),
    });
    cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache") });
    await furnish(folder, cache);
    if (enginesAvailable()) engines = await Promise.all([startInflux(), startVictoria()]);
  });
  afterAll(async () => {
    await Promise.all([cache.stop(), origin.stop(), ...(engines ?? []).map((engine) => engine.stop())]);
    await rm(folder, { recursive: true, force: true });
  });

  it.for([...texts.keys()].filter((page) => blocks.some((block) => block.page === page && isRun(block))))(
    "%s",
    async (page, { skip }) => {
      const own = blocks.filter((block) => block.page === page && isRun(block));
      skip(engines === undefined && own.some(({ script }) => /:8086|:8428/.test(script)), NO_ENGINES);
      const [influx, victoria] = engines ?? [];
      const [serve, receive] = await freePorts(2);
      const computer = await startRehearsal({
        furnish: (root) => {
          cpSync(join(folder, "computer"), root, { recursive: true });
          if (!STARTS_EMPTY.has(page)) cpSync(join(folder, "used"), root, USED);
        },
        environment: {
          ...environmentOf(folder, cache),
          LARDER_SERVE_PORT: String(serve),
          LARDER_RECEIVE_PORT: String(receive),
        },
        addresses: {
          ...{ "127.0.0.1:9201": `127.0.0.1:${serve}`, "127.0.0.1:8771": `127.0.0.1:${receive}` },
          ...{ "http://127.0.0.1:8086": influx?.url ?? "", "http://127.0.0.1:8428": victoria?.url ?? "" },
        },
      });
      try {
        for (const block of own) await works(computer, block);
      } finally {
        await computer.close();
      }
    },
  );
});

async function works(computer: Rehearsal, block: ShellBlock): Promise<void> {
  const { code, output } = await computer.run(block.script);
  expect(code, `${where(block)}\n${block.script}\n${output}`).toBe(0);
}

/** Pages that begin on a computer where larder never ran. */
const STARTS_EMPTY = new Set(["README.md", "docs/start.md"]);

/** Locks stay: they are sockets. */
const USED = { recursive: true, filter: (path: string): boolean => !basename(path).startsWith("lock.") };

/** Files of a plan for an iPad. */
const FILES = [1, 2].map((n) => ({
  url: `https://updates.cdn-apple.com/c/${n}.zip`,
  group: "iPad",
  title: `iPadOS 26.${n}`,
  sizeBytes: 1000 * n,
  models: ["iPad6,8"],
  fromBuilds: [],
  catalogs: ["x"],
}));

/**
 * Writes what is on a computer before anybody types: places below `computer/`, and below `used/` those of one on which
 * larder has collected.
 */
async function furnish(folder: string, cache: ContentCache): Promise<void> {
  const put = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o600 });
  };
  const nowMs = Date.now();
  const plan = { seed: 2, caches: 12, regions: 2, zone: "UTC", intervalSeconds: 900, incidentsPerMonth: 0 };
  const fleet = planFleet({ ...plan, fromMs: nowMs - 7 * 86_400_000, toMs: nowMs });
  const [one] = fleet.caches.filter(({ generation }) => generation === "db");
  if (one === undefined) throw new Error("a fleet has caches with Metrics.db");
  await writeMetricsDb(join(folder, "Metrics.db"), cacheRows(fleet, one));
  put("status.json", cache.status());
  put("plan.json", JSON.stringify({ items: FILES.map((asset) => ({ asset })) }));
  put("computer/tmp/Metrics.db", readFileSync(join(folder, "Metrics.db")));
  put("computer/home/settings.json", JSON.stringify({ name: "settings", result: { CacheLimit: 4e12, Port: 0 } }));
  put("computer/home/sites.csv", "serial,server\nC07XX0000001,gym\n");
  const models = "<array><string>iPad6,8</string></array>";
  const config = `<plist version="1.0"><dict><key>cacheModels</key>${models}</dict></plist>`;
  put("computer/home/com.github.krypted.precache.my-config.plist", config);
  const { cert, key, remove } = ownCertificate("DNS:larder.example.org");
  put("computer/home/cert.pem", cert);
  put("computer/home/key.pem", key);
  remove();
  const gym = { server: "gym", tags: { site_name: "gym", region: "North" }, spreadSeconds: 0 };
  put("used/etc/larder.json", JSON.stringify(gym));
  const sources = {
    metricsDb: { path: join(folder, "Metrics.db") },
    managerStatus: { file: join(folder, "status.json") },
  };
  put("first.json", JSON.stringify({ ...gym, sources, stateDir: join(folder, "used/var/lib/larder") }));
  await larderInProcess(["collect", "--once", "-c", join(folder, "first.json")]);
}

function environmentOf(folder: string, cache: ContentCache): Record<string, string> {
  return {
    LARDER_SOURCES_METRICS_DB_PATH: join(folder, "Metrics.db"),
    LARDER_SOURCES_METRICS_SQLITE_ENABLED: "false",
    LARDER_SOURCES_MANAGER_STATUS_FILE: join(folder, "status.json"),
    LARDER_SPREAD_SECONDS: "0",
    LARDER_PRECACHE_SERVERS: JSON.stringify([cache.url]),
    LARDER_PRECACHE_CATALOGS: JSON.stringify([{ kind: "plan-file", url: join(folder, "plan.json") }]),
  };
}

/** Ports nobody listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((done) => server.once("listening", done))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
