/**
 * Reading every row of a large statsData: both engines against Python's sqlite3, whole processes, paired in one run.
 * Prints the ratio of wall times (min, median, max) and the peak memory. Needs python3, and .engines/ for other Nodes.
 *
 *     npx tsx bench/sqlite/read.ts [rows, default 2000000] [pairs, default 5]
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newFolder } from "../../core/sqlite/testing/folder.ts";
import { figure } from "../figures.ts";
import { median, spread } from "../measure.ts";

const QUERY = "SELECT entryIndex, collectionDate, metricName, dataValue FROM statsData";
const root = fileURLToPath(new URL("../..", import.meta.url));
/** The measured program: visits every row and sums, as the peer does. */
async function readAll(engine: "portable" | "native", database: string): Promise<void> {
  const { openReadOnly } = await import("../../core/sqlite/open.ts");
  const db = await openReadOnly(database, { engine });
  let rows = 0;
  let sum = 0;
  for (const row of db.rows(QUERY)) {
    rows += 1;
    sum += Number(row[3]);
  }
  db.close();
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ rows, sum, peak }));
}

const PEER = `
import sqlite3, sys, resource, json
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
rows = total = 0
for row in db.execute("${QUERY}"):
    rows += 1
    total += row[3]
print(json.dumps({"rows": rows, "sum": total, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
`;

const MAKE = `
import sqlite3, sys, random
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA synchronous=OFF")
db.execute("CREATE TABLE statsData(entryIndex INTEGER PRIMARY KEY, collectionDate INTEGER, expirationDate INTEGER, metricName TEXT, dataValue INTEGER)")
pick = random.Random(1)
names = ["%s.%s" % (a, b) for a in ("bytes.fromcache", "bytes.fromorigin", "bytes.frompeers", "requests.fromclient", "replies.withcode") for b in ("toclients", "topeers", "tochildren", "total", "other")]
db.execute("BEGIN")
db.executemany("INSERT INTO statsData VALUES(?,?,?,?,?)", ((i, 1700000000 + i // 25 * 60, 1700604800 + i // 25 * 60, names[i % 25], 0 if pick.random() < .45 else pick.randrange(8 * 10**9)) for i in range(1, int(sys.argv[2]) + 1)))
db.execute("COMMIT")
`;

async function compare(rows: number, pairs: number): Promise<void> {
  const folder = await newFolder();
  try {
    const database = join(folder, "Metrics.sqlite");
    run("python3", ["-c", MAKE, database, String(rows)]);
    const options = ["--bundle", "--platform=node", "--format=esm", "--packages=external", "--splitting"];
    run(join(root, "node_modules/.bin/esbuild"), [
      join(root, "bench/sqlite/read.ts"),
      ...options,
      `--outdir=${join(root, ".engines/bench")}`,
      "--entry-names=sqlite-read",
      "--out-extension:.js=.mjs",
    ]);
    for (const [name, node, engine] of contestants()) measure(name, node, engine, database, rows, pairs);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(join(root, ".engines/bench"), { recursive: true, force: true });
  }
}

function contestants(): [string, string, string][] {
  const nodes: [string, string][] = [["this Node", process.execPath]];
  for (const version of ["22", "24"]) {
    const node = join(root, `.engines/node${version}/node_modules/.bin/node`);
    if (existsSync(node)) nodes.push([`Node ${version}`, node]);
  }
  return nodes.flatMap(([name, node], index) =>
    index === 0
      ? [[name, node, "portable"]]
      : [
          [name, node, "portable"],
          [name, node, "native"],
        ],
  );
}

function measure(name: string, node: string, engine: string, database: string, rows: number, pairs: number): void {
  const ratios: number[] = [];
  const seconds: number[] = [];
  const python: number[] = [];
  let peak = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const peer = run("python3", ["-c", PEER, database]);
    const ours = run(node, [join(root, ".engines/bench/sqlite-read.mjs"), engine, database]);
    if (ours.answer.rows !== rows || ours.answer.sum !== peer.answer.sum)
      throw new Error(`${name} read something else`);
    ratios.push(ours.seconds / peer.seconds);
    seconds.push(ours.seconds);
    python.push(peer.seconds);
    peak = Math.max(peak, ours.answer.peak);
  }
  figure({
    what: `${rows.toLocaleString("en")} rows of statsData read, ${name}, ${engine}`,
    unit: "s",
    larder: seconds,
    peer: { name: "python3", values: python },
  });
  console.log(
    `${name.padEnd(10)} ${engine.padEnd(9)} wall / Python ${spread(ratios)}   ${median(seconds).toFixed(2)} s   ${peak} MiB`,
  );
}

function run(program: string, args: string[]) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  const answer = stdout.startsWith("{") ? JSON.parse(stdout) : {};
  return { seconds: (performance.now() - start) / 1000, answer: answer as { rows: number; sum: number; peak: number } };
}

const [only, path] = process.argv.slice(2);
if (only === "portable" || only === "native") await readAll(only, path ?? "");
else await compare(Number(only ?? 2_000_000), Number(path ?? 5));
