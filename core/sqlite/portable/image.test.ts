import { spawnSync } from "node:child_process";
import { copyFile, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorCode, LarderError } from "../../errors.ts";
import { runs } from "../../testing/runs.ts";
import { databaseStamp } from "../file/stamp.ts";
import { newFolder } from "../testing/folder.ts";
import { DatabaseOwner, noOwner, python } from "../testing/owner.ts";
import { readImage } from "./image.ts";
import { openPortable } from "./portable.ts";

const script = (name: string) => fileURLToPath(new URL(`../testing/${name}`, import.meta.url));
/** Read what a test needs read, without waiting long for what will never be. */
const QUICK = { timeoutMs: 100 };
const DATABASES = 4;
const DAMAGED_LOGS = 8;

let folder: string;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A database left by a killed owner, and its log. */
async function leftBehind(seed: number): Promise<{ path: string; log: Buffer }> {
  const path = join(folder, `${seed}.db`);
  const run = spawnSync(python, ["-S", script("random-wal.py"), path, String(seed)], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  return { path, log: await readFile(`${path}-wal`) };
}

describe.skipIf(noOwner !== undefined)("an image", () => {
  it("shows what SQLite recovers, wherever the log of a killed owner ends or is damaged", async () => {
    const cases: string[] = [];
    const ours: unknown[] = [];
    const sample = fc.sample(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), fc.nat(255)), {
      numRuns: DATABASES * DAMAGED_LOGS,
      seed: 2026,
    });
    for (let seed = 1; seed <= DATABASES; seed++) {
      const { path, log } = await leftBehind(seed);
      for (let variant = 0; variant < DAMAGED_LOGS; variant++) {
        const [where, cut, byte] = sample.pop()!;
        const copy = `${path}.${variant}`;
        await copyFile(path, copy);
        await writeFile(`${copy}-wal`, variant === 0 ? log : damaged(log, where, cut, byte));
        cases.push(copy);
        ours.push(await readPortable(copy));
      }
    }
    const said = spawnSync(python, ["-S", script("read-all.py")], {
      input: cases.join("\n"),
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    const theirs = said.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(theirs).toHaveLength(cases.length);
    expect(theirs.filter((answer) => "rows" in answer && answer.rows.length > 0).length).toBeGreaterThan(DATABASES);
    for (const [index, answer] of theirs.entries()) {
      const mine = ours[index] as { rows?: unknown };
      const context = cases[index];
      if ("error" in answer) expect({ context, ...mine }).toEqual({ context, failed: true });
      else expect({ context, ...mine }).toEqual({ context, rows: answer.rows });
    }
  });

  it("of a file with anything in its first pages is read, or refused in the house form", async () => {
    const { path, log } = await leftBehind(5);
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(110), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(56), fc.nat(255)), { maxLength: 3 }),
        fc.option(fc.nat(2000)),
        async (inHeader, inLog, length) => {
          await writeFile(path, withBytes(whole, inHeader).subarray(0, length ?? whole.length));
          await writeFile(`${path}-wal`, withBytes(log, inLog));
          const database = await openPortable(path, QUICK).catch((error: unknown) => error);
          if (database instanceof Error) {
            expect(database).toBeInstanceOf(LarderError);
            return;
          }
          (database as Awaited<ReturnType<typeof openPortable>>).close();
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it("is refused beyond its limit, also when only the log says so", async () => {
    const { path } = await leftBehind(3);
    const limit = (await stat(path)).size / 2;
    const failure = await readImage(path, { ...QUICK, limitBytes: limit }).catch((error: unknown) => error);
    expect(errorCode(failure)).toBe("DB_TOO_LARGE");
  });
});

describe.skipIf(noOwner !== undefined)("a stamp", () => {
  it("stays while nothing is written, and changes with every commit", async () => {
    for (const mode of ["delete", "wal"]) {
      const path = join(folder, `${mode}.db`);
      const owner = new DatabaseOwner(path);
      await owner.sql(`PRAGMA journal_mode=${mode}`);
      await owner.sql("CREATE TABLE t(a)");
      const seen = new Set<string>();
      for (let turn = 0; turn < 5; turn++) {
        await owner.sql("INSERT INTO t VALUES(1)");
        seen.add(await databaseStamp(path));
      }
      expect(seen.size).toBe(5);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const settled = await databaseStamp(path);
      (await openPortable(path, QUICK)).close();
      expect(await databaseStamp(path)).toBe(settled);
      await owner.close();
    }
  });

  it("says that there is no database", async () => {
    await expect(databaseStamp(join(folder, "none"))).rejects.toMatchObject({ code: "DB_MISSING" });
  });
});

async function readPortable(path: string): Promise<{ rows: unknown } | { failed: true }> {
  try {
    const database = await openPortable(path, { timeoutMs: 1000 });
    try {
      return { rows: database.all("SELECT a, b FROM t ORDER BY a") };
    } finally {
      database.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(LarderError);
    return { failed: true };
  }
}

/** The log cut off at a place, or with one byte changed there. */
function damaged(log: Buffer, where: number, cut: boolean, byte: number): Uint8Array {
  const at = Math.floor(where * log.length);
  return cut ? log.subarray(0, at) : withBytes(log, [[at, byte]]);
}

function withBytes(bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
  return copy;
}
