/**
 * Trials of macOS itself: its databases, its log, sockets, launchd.
 *
 * @module
 */
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { understandsMessage } from "../../../collector/index.ts";
import { ASSET_CACHE_MANAGER } from "../../../core/cache/cache.ts";
import { errorCode, errorText } from "../../../core/errors.ts";
import { acquireLock } from "../../../core/lock.ts";
import { nativeAvailable, openReadOnly } from "../../../core/sqlite/sqlite.ts";
import { countText, durationText } from "../../../core/words/amounts.ts";
import { parseSettings } from "../facts/facts.ts";
import { COMMANDS } from "../gather/gather.ts";
import { ofFailure } from "./cache-trials.ts";
import { absent, masked, type Trial, type TrialPlace, type TrialResult } from "./trial.ts";

export const systemTrials: readonly Trial[] = [
  {
    id: "commands",
    asks: "whether every command that the doctor asks is there, and how it ends",
    try: async ({ run }) => {
      const answers = await Promise.all(
        COMMANDS.map(async ({ file, program, args, timeoutMs = 20_000 }) => {
          const { exitCode, failure } = await run(program, args, { timeoutMs });
          return { ok: exitCode === 0, said: `${file}: ${failure?.kind ?? `exit ${exitCode}`}` };
        }),
      );
      const wrong = answers.filter(({ ok }) => !ok);
      if (wrong.length === answers.length) return absent("none of them is on this computer");
      return { verdict: wrong.length === 0 ? "known" : "new", said: wrong.map(({ said }) => said) };
    },
  },
  {
    id: "metrics-db",
    asks: "whether Metrics.db can be read beside Apple's cache: journal mode, time, columns, who has it open",
    try: async (world) => await tryDatabase(world.places.metricsDb, "ZMETRIC", world),
  },
  {
    id: "asset-info",
    asks: "whether AssetInfo.db has ZLASTACCESSED, and may be read",
    try: async (world) => {
      const settings = parseSettings((await world.run(ASSET_CACHE_MANAGER, ["-j", "settings"])).stdout);
      if (settings?.dataPath === undefined) return absent("the settings name no DataPath");
      return await tryDatabase(join(settings.dataPath, "AssetInfo.db"), "ZASSET", world);
    },
  },
  {
    id: "service-log",
    asks: "how long log show takes, whether its lines are in order, and which of them larder does not know",
    try: tryLog,
  },
  {
    id: "lock",
    asks: "whether a Unix socket that somebody listens on can be hard-linked here, so that runs exclude each other",
    try: async ({ places }) => await tryLock(places.scratch),
  },
  {
    id: "socket-path",
    asks: "how long the path of a state folder may be",
    try: async ({ places }) => await tryPathLength(places.scratch),
  },
  {
    id: "case",
    asks: "whether this volume distinguishes upper and lower case",
    try: async ({ places }) => {
      const folder = await mkdtemp(join(places.scratch, "case-"));
      try {
        await writeFile(join(folder, "name"), "");
        const same = await access(join(folder, "NAME")).then(
          () => true,
          () => false,
        );
        return { verdict: "known", said: [same ? "it does not" : "it does"] };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
  {
    id: "launchd",
    asks: "how launchd has larder's jobs, and whether their files are in order",
    try: async ({ run, system }) => {
      if (system !== "darwin") return absent("launchd is part of macOS");
      const folder = "/Library/LaunchDaemons";
      const files = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith("org.larder."));
      if (files.length === 0) return absent("larder has no job here");
      const said: string[] = [];
      for (const file of files) {
        const label = file.replace(/\.plist$/, "");
        const [lint, job] = [
          await run("/usr/bin/plutil", ["-lint", `${folder}/${file}`]),
          await run("/bin/launchctl", ["print", `system/${label}`]),
        ];
        const lines = job.stdout.match(/^\t(?:state|last exit code|runs) = .*$/gm) ?? ["not loaded"];
        said.push(`${label}: plutil exit ${lint.exitCode ?? "?"}; ${lines.map((line) => line.trim()).join(", ")}`);
      }
      return { verdict: "known", said };
    },
  },
  {
    id: "newsyslog",
    asks: "whether newsyslog takes larder's file",
    try: async ({ run }) => {
      const path = "/private/etc/newsyslog.d/org.larder.conf";
      if (
        await access(path, constants.R_OK).then(
          () => false,
          () => true,
        )
      )
        return absent(`${path} is not there`);
      const answer = await run("/usr/sbin/newsyslog", ["-nv", "-f", path]);
      if (answer.failure !== undefined) return ofFailure(answer);
      return {
        verdict: answer.exitCode === 0 ? "known" : "new",
        said: answer.stdout.split("\n").slice(0, 5).map(masked),
      };
    },
  },
];

async function tryDatabase(path: string, table: string, { run }: TrialPlace): Promise<TrialResult> {
  const start = performance.now();
  try {
    const file = await open(path, "r");
    const header = Buffer.alloc(20);
    await file.read(header, 0, 20, 0).finally(() => file.close());
    const database = await openReadOnly(path);
    try {
      const columns = database.columns(table).map(({ name }) => name);
      const [[rows] = []] = columns.length === 0 ? [] : database.all(`SELECT count(*) FROM ${table}`);
      const holders = await run("/usr/sbin/lsof", ["-w", "-F", "pc", "--", path]);
      const mode = header[18] === 2 ? "WAL" : "rollback journal";
      const said = [
        `${mode}; read by ${database.engine} in ${durationText((performance.now() - start) / 1000)}; ${rows ?? 0} rows`,
        `columns: ${columns.join(", ") || `no table ${table}`}`,
        `open in: ${
          holders.stdout
            .match(/^c.*$/gm)
            ?.map((name) => name.slice(1))
            .join(", ") ?? "nobody seen"
        }`,
        `node:sqlite ${nativeAvailable() ? "is there" : "is not there"}`,
      ];
      return { verdict: columns.length === 0 ? "new" : "known", said };
    } finally {
      database.close();
    }
  } catch (error) {
    const code = errorCode(error) ?? "";
    if (code === "ENOENT" || code === "DB_MISSING") return absent("there is no such file");
    return { verdict: "failed", said: [`${code}: ${masked(errorText(error))}`] };
  }
}

const LOG = [
  "show",
  "--last",
  "10m",
  "--info",
  "--style",
  "ndjson",
  "--predicate",
  'subsystem == "com.apple.AssetCache"',
];

async function tryLog({ run }: TrialPlace): Promise<TrialResult> {
  const start = performance.now();
  const answer = await run("/usr/bin/log", LOG, { timeoutMs: 120_000, maxBytes: 64 * 1024 * 1024 });
  if (answer.failure !== undefined) return ofFailure(answer);
  const took = durationText((performance.now() - start) / 1000);
  const events = answer.stdout.split("\n").flatMap((line) => eventOf(line) ?? []);
  const times = events.map(({ timestamp }) => timestamp);
  const ordered = times.every((time, i) => i === 0 || (times[i - 1] ?? "") <= time);
  const unknown = events.filter(({ message }) => !understandsMessage(message)).map(({ message }) => masked(message));
  const distinct = [...new Set(unknown)];
  return {
    verdict: distinct.length === 0 && ordered ? "known" : "new",
    said: [
      `ten minutes took ${took}: ${countText(events.length, "line")}, ${ordered ? "in order" : "not in order"}`,
      `of no known shape: ${unknown.length}`,
      ...distinct.slice(0, 10),
    ],
  };
}

function eventOf(line: string): { timestamp: string; message: string } | undefined {
  try {
    const { timestamp, eventMessage } = JSON.parse(line) as { timestamp?: unknown; eventMessage?: unknown };
    return typeof timestamp === "string" && typeof eventMessage === "string"
      ? { timestamp, message: eventMessage }
      : undefined;
  } catch {
    return undefined;
  }
}

async function tryLock(scratch: string): Promise<TrialResult> {
  const folder = await mkdtemp(join(scratch, "lock-"));
  try {
    const lock = await acquireLock(folder, "self-test");
    const second = await acquireLock(folder, "self-test").then(
      async (taken) => {
        await taken.release();
        return "taken twice";
      },
      (error: unknown) => errorCode(error) ?? "",
    );
    await lock.release();
    const third = await acquireLock(folder, "self-test");
    await third.release();
    const right = second === "LOCKED";
    return {
      verdict: right ? "known" : "failed",
      said: [right ? "a second run is kept out, a third after it is not" : second],
    };
  } catch (error) {
    return { verdict: "failed", said: [masked(errorText(error))] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lengths of a folder's path that are tried. */
const LENGTHS = [60, 70, 80, 90, 100];

async function tryPathLength(scratch: string): Promise<TrialResult> {
  const folder = await mkdtemp(join(scratch, "p"));
  let longest = 0;
  try {
    for (const length of LENGTHS.filter((each) => each > folder.length + 2)) {
      const path = join(folder, "x".repeat(length - folder.length - 1));
      await mkdir(path, { recursive: true });
      const lock = await acquireLock(path, "self-test").catch(() => undefined);
      await lock?.release();
      if (lock !== undefined) longest = length;
    }
    if (longest === 0) return absent("the folder for temporary files has too long a path to try");
    return {
      verdict: longest >= 60 ? "known" : "new",
      said: [`${longest} characters worked, of ${LENGTHS.join(", ")}`],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
