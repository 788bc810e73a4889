/**
 * Questions over years of one busy cache, as whole processes: how long, how much memory, beside the same sums by the
 * `sqlite3` program over the same rows in an indexed table, in the same run.
 *
 *     npm run build; npx tsx bench/history/history.ts [rounds] [years] [folder]      default 5, 3, a folder that goes afterwards
 *
 * Given a folder that has a journal made before, it is used again: making three years takes some minutes.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLEET_FIELDS } from "../../fixtures/fleet/index.ts";
import { figure } from "../figures.ts";
import { measure, median, type Run, spread } from "../measure.ts";
import { makeJournal, SERVER, ZONE } from "./make-journal.ts";

const rounds = Number(process.argv[2] ?? 5);
const years = Number(process.argv[3] ?? 3);
const kept = process.argv[4];
const folder = kept ?? mkdtempSync(join(tmpdir(), "larder-history-"));
const LARDER = join(import.meta.dirname, "../../dist/larder.js");
const state = join(folder, "state");
const table = join(folder, "rows.sqlite");
const YEAR_MS = 365 * 86_400_000;
const endFile = join(folder, "end");
/** The last hour that was over when the journal was made: `status` shows the days before now. */
const END_MS = existsSync(endFile)
  ? Number(readFileSync(endFile, "utf8"))
  : Math.floor(Date.now() / 3_600_000) * 3_600_000;

/** A question: what is asked of larder, of the peer, and the goals. */
interface Question {
  readonly name: string;
  readonly larder: readonly string[];
  /** Undefined where sqlite3 has nothing to compare. */
  readonly sql?: string;
  readonly goal: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const history = (fromMs: number, by: string): string[] => [
  ...["history", "--state-dir", state, "--json", "--by", by],
  ...["--from", iso(fromMs), "--to", iso(END_MS)],
];
const SERVED = FLEET_FIELDS.map(({ name }) => name).filter((name) => /^bytes\.from.*\.toclients$/.test(name));
const sums = SERVED.map((name) => `sum("${name}")`).join(", ");
const sql = (fromMs: number, bucket: string): string =>
  `select ${bucket} as bucket, ${sums} from rows where ms >= ${fromMs} and ms < ${END_MS} group by 1 order by 1`;
const local = (format: string): string => `strftime('${format}', ms / 1000, 'unixepoch', 'localtime')`;

const all = END_MS - years * YEAR_MS;
const QUESTIONS: readonly Question[] = [
  {
    name: "a year by day",
    larder: history(END_MS - YEAR_MS, "day"),
    sql: sql(END_MS - YEAR_MS, local("%Y-%m-%d")),
    goal: "0.5 s, the peer, 120 MB",
  },
  { name: "all by month", larder: history(all, "month"), sql: sql(all, local("%Y-%m")), goal: "1 s, 120 MB" },
  { name: "all by hour", larder: history(all, "hour"), sql: sql(all, "ms / 3600000"), goal: "3 s, 200 MB" },
  { name: "status", larder: ["status", "--state-dir", state, "--json"], goal: "0.4 s, 120 MB" },
  {
    name: "report of a year, twelve questions",
    larder: [
      "report",
      "--state-dir",
      state,
      "--from",
      iso(END_MS - YEAR_MS),
      "--to",
      iso(END_MS),
      "--by",
      "day",
      "--json",
    ],
    goal: "1.5 x a year by day",
  },
];

try {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(endFile)) {
    await makeJournal(folder, years, END_MS);
    writeFileSync(endFile, String(END_MS));
  }
  if (!existsSync(table)) await makeTable();
  console.log(`${years} years of minutes of one cache; ${rounds} rounds; seconds and ratios are least / median / most`);
  for (const question of QUESTIONS) await ask(question);
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}

async function makeTable(): Promise<void> {
  const columns = FLEET_FIELDS.map(({ name }) => `"${name}" integer`).join(", ");
  const script = [
    `create table rows (ms integer primary key, ${columns})`,
    ".mode csv",
    `.import ${join(folder, "rows.csv")} rows`,
  ];
  await measure("sqlite3", [table, ...script]);
}

async function ask({ name, larder, sql: peer, goal }: Question): Promise<void> {
  const ours: Run[] = [];
  const theirs: Run[] = [];
  // the cache of the journal, as it would be asked on its own machine
  const env = { LARDER_TIMEZONE: ZONE, TZ: ZONE, LARDER_SERVER: SERVER };
  for (let round = 0; round < rounds; round++) {
    // status ends with 1 when something is wrong
    ours.push(await measure(process.execPath, [LARDER, ...larder], { env, mostCode: 1 }));
    if (peer !== undefined) theirs.push(await measure("sqlite3", [table, peer], { env }));
  }
  const seconds = ours.map((run) => run.seconds);
  const ratios = theirs.map((run, i) => (ours[i]?.seconds ?? 0) / run.seconds);
  const peerText =
    peer === undefined
      ? ""
      : `; sqlite3 ${median(theirs.map((run) => run.seconds)).toFixed(2)} s, ratio ${spread(ratios)}`;
  const values = theirs.map((run) => run.seconds);
  const question = `${name}, ${years} ${years === 1 ? "year" : "years"} of one cache`;
  figure({ what: question, unit: "s", larder: seconds, ...(peer && { peer: { name: "sqlite3", values } }), goal });
  const memory = Math.max(...ours.map((run) => run.peakMiB)).toFixed(0);
  console.log(`${name}: ${spread(seconds)} s, ${memory} MiB${peerText}   (goal ${goal})`);
}
