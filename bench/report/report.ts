/**
 * A report as a whole process, from the start of the program to the finished page, beside the same page by the `sqlite3`
 * program and a Python template, in turns in one run. The numbers of both are compared.
 *
 *     npm run build; npx tsx bench/report/report.ts [rounds] [folder of a fleet, or - for none] [folder of one cache]
 *
 * Default: 5 rounds over folders that go afterwards. A folder that has a journal made before is used again: making a year
 * of 200 caches takes about ten minutes, and `bench/history/history.ts` makes the three years of one cache.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLEET_FIELDS } from "../../fixtures/fleet/index.ts";
import { figure } from "../figures.ts";
import { makeJournal, SERVER } from "../history/make-journal.ts";
import { measure, median, type Run, spread } from "../measure.ts";
import { makeFleet, TABLES, ZONE } from "./make-fleet.ts";

const rounds = Number(process.argv[2] ?? 5);
const LARDER = join(import.meta.dirname, "../../dist/larder.js");
const PEER = join(import.meta.dirname, "page_peer.py");
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CACHES = 200;

/** A journal, and the rows of it in a table. */
interface World {
  readonly folder: string;
  readonly endMs: number;
  readonly env: Readonly<Record<string, string>>;
}

interface Case {
  readonly name: string;
  readonly world: World;
  readonly days: number;
  readonly goal: string;
}

const given = process.argv.slice(3, 5);
const folders = [0, 1].map((i) => given[i] ?? mkdtempSync(join(tmpdir(), "larder-bench-report-")));
try {
  const [fleetFolder = "", cacheFolder = ""] = folders;
  const fleet =
    given[0] === "-"
      ? undefined
      : await worldIn(fleetFolder, async (endMs) => {
          await makeFleet(fleetFolder, { caches: CACHES, days: 365, endMs });
        });
  const one = await worldIn(cacheFolder, async (endMs) => await makeJournal(cacheFolder, 1, endMs));
  const cases: Case[] = [
    ...(fleet === undefined
      ? []
      : [{ name: `a year of ${CACHES} caches`, world: fleet, days: 365, goal: "3 s, 300 MiB" }]),
    { name: "a month of one cache", world: one, days: 30, goal: "1 s" },
    { name: "a year of one cache", world: one, days: 365, goal: "1.5 s" },
  ];
  for (const each of cases) await compare(each);
} finally {
  for (const [i, folder] of folders.entries()) if (given[i] === undefined) rmSync(folder, { recursive: true });
}

/** Makes what the folder does not have yet. */
async function worldIn(folder: string, make: (endMs: number) => Promise<void>): Promise<World> {
  mkdirSync(folder, { recursive: true });
  const endFile = join(folder, "end");
  if (!existsSync(endFile)) {
    const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    await make(endMs);
    writeFileSync(endFile, String(endMs));
  }
  const table = join(folder, "report.sqlite");
  if (!existsSync(table)) await makeTable(folder, table);
  const endMs = Number(readFileSync(endFile, "utf8"));
  return { folder, endMs, env: { LARDER_TIMEZONE: ZONE, TZ: ZONE, LARDER_SERVER: SERVER } };
}

/** The peer's tables: rows in order of time, as a reader of spans would keep them. */
async function makeTable(folder: string, table: string): Promise<void> {
  const columns = FLEET_FIELDS.map(({ name }) => `"${name}" integer`).join(", ");
  const isFleet = existsSync(join(folder, "content.csv"));
  const tags = isFleet ? "server text, site text, " : "";
  const script = [
    `create table rows (ms integer, ${tags}${columns})`,
    "create table events (ms integer, server text, title text)",
    "create table content (server text, kind text, bytes integer)",
    ".mode csv",
    ...(isFleet ? TABLES : ["rows"]).map((name) => `.import ${join(folder, `${name}.csv`)} ${name}`),
    "create index by_time on rows (ms)",
    ...(isFleet ? [] : [`alter table rows add column site text default '${SERVER}'`]),
  ];
  await measure("sqlite3", [table, ...script]);
}

async function compare({ name, world, days, goal }: Case): Promise<void> {
  const { folder, endMs, env } = world;
  const fromMs = endMs - days * DAY_MS;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const ask = [
    "report",
    "--state-dir",
    join(folder, "state"),
    "--from",
    iso(fromMs),
    "--to",
    iso(endMs),
    "--by",
    "day",
  ];
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    const page = join(folder, "page.html");
    ours.push(await measure(process.execPath, [LARDER, ...ask, "--format", "html", "--out", page], { env }));
    theirs.push(
      await measure("python3", [PEER, join(folder, "report.sqlite"), `${fromMs}`, `${endMs}`, page], { env }),
    );
  }
  const json = await measure(process.execPath, [LARDER, ...ask, "--json"], { env });
  check(name, JSON.parse(json.stdout), JSON.parse(theirs[0]?.stdout ?? "{}"));
  const seconds = (runs: readonly Run[]): number[] => runs.map((run) => run.seconds);
  const ratios = seconds(theirs).map((peer, i) => (ours[i]?.seconds ?? 0) / peer);
  const peer = { name: "sqlite3 and a Python template", values: seconds(theirs) };
  figure({ what: `report, ${name}`, unit: "s", larder: seconds(ours), peer, goal });
  const memory = Math.max(...ours.map(({ peakMiB }) => peakMiB)).toFixed(0);
  console.log(
    `${name}: ${spread(seconds(ours))} s, ${memory} MiB; peer ${spread(seconds(theirs))} s, ` +
      `ratio ${spread(ratios)}, of medians ${(median(seconds(ours)) / median(seconds(theirs))).toFixed(2)}   (goal ${goal})`,
  );
}

interface Numbers {
  readonly served: number;
  readonly days: readonly number[];
  readonly sites: readonly number[];
  readonly held: readonly number[];
  readonly events: number;
}

interface Served {
  readonly served: number;
}

interface OurReport {
  readonly total: Served;
  readonly buckets: readonly (Served & { readonly hasData: boolean })[];
  readonly sites: readonly Served[];
  readonly kinds: readonly { readonly bytes: number }[];
  readonly troubles: readonly unknown[];
}

/** Two pages that say different things are not worth comparing. */
function check(name: string, { total, buckets, sites, kinds, troubles }: OurReport, peer: Numbers): void {
  const ours = {
    served: total.served,
    days: buckets.filter(({ hasData }) => hasData).map(({ served }) => served),
    sites: sites.map(({ served }) => served),
    // the table of one cache has no content and no events
    held: peer.held.length === 0 ? [] : kinds.map(({ bytes }) => bytes),
    events: peer.events === 0 ? 0 : troubles.length,
  };
  for (const [key, value] of Object.entries(ours)) {
    const theirs = peer[key as keyof Numbers];
    if (JSON.stringify(value) !== JSON.stringify(theirs)) {
      throw new Error(
        `${name}: ${key} is ${JSON.stringify(value)}, the peer's ${JSON.stringify(theirs)}`.slice(0, 2000),
      );
    }
  }
}
