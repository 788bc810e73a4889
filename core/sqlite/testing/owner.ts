/**
 * Another process that owns a database: Python's sqlite3, driven line by line, killed when a test wants it dead.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SqliteValue } from "../database.ts";

/** The interpreter itself: a version manager's shim in front of it costs 60 ms at every start. */
const found = spawnSync("python3", ["-c", "import sqlite3, sys; print(sys.executable)"], { encoding: "utf8" });
export const python = found.status === 0 ? found.stdout.trim() : "python3";

/** Why the tests with a real writer cannot run here; undefined when they can. */
export const noOwner: string | undefined =
  found.status === 0 ? undefined : "python3 with its sqlite3 module is missing";

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A process that has the database open and does what it is asked. */
export class DatabaseOwner {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterableIterator<string>;

  constructor(path: string) {
    this.#child = spawn(python, ["-S", script("owner.py"), path]);
    this.#child.stderr.pipe(process.stderr);
    const reader: Interface = createInterface(this.#child.stdout);
    this.#lines = reader[Symbol.asyncIterator]();
  }

  /** Runs one statement. */
  async sql(sql: string, args: readonly SqliteValue[] = []): Promise<SqliteValue[][]> {
    return await this.#order({ sql, args: args.map(coded) });
  }

  /** Runs several statements. */
  async script(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.sql(statement);
  }

  /** Runs one statement once per row of parameters. */
  async many(sql: string, rows: readonly (readonly SqliteValue[])[]): Promise<void> {
    await this.#order({ sql, many: rows.map((row) => row.map(coded)) });
  }

  /** Closes the database as SQLite likes it. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, "exit");
  }

  /** Kills the process with whatever it has begun. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  async #order(order: object): Promise<SqliteValue[][]> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error("the owner has died");
    const answer = JSON.parse(line.value) as { rows?: Coded[][]; error?: string };
    if (answer.rows === undefined) throw new Error(`the owner says: ${answer.error}`);
    return answer.rows.map((row) => row.map(decoded));
  }
}

type Coded = number | string | null | { readonly int: string } | { readonly hex: string };

function coded(value: SqliteValue): Coded {
  if (typeof value === "bigint") return { int: String(value) };
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value;
}

function decoded(value: Coded): SqliteValue {
  if (typeof value !== "object" || value === null) return value;
  return "int" in value ? BigInt(value.int) : new Uint8Array(Buffer.from(value.hex, "hex"));
}

/** Small transactions, some that spill into the file, or a database opened and closed for each. */
export type WriterKind = "small" | "spill" | "churn";

/** A process that writes without end until it is stopped; `stop` gives the number of its transactions. */
export async function startTornWriter(path: string, mode: "delete" | "wal", pauseMs: number, kind: WriterKind) {
  const args = [script("torn-writer.py"), path, mode, String(pauseMs / 1000), kind];
  const child = spawn(python, ["-S", ...args]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  return {
    stop: async (): Promise<number> => {
      child.stdin.end("\n");
      return Number((await lines.next()).value);
    },
  };
}
