/**
 * node:sqlite, where the runtime has it: loaded without the warning that Node 22 prints about it.
 *
 * Needed are array rows and the busy timeout, so Node 22.16 or later; with an older one the portable engine works.
 *
 * @module
 */
import type { SqliteValue } from "./database.ts";

/** The part of node:sqlite that the native engine uses. */
export interface NodeSqlite {
  readonly DatabaseSync: new (location: string | URL, options: NodeOpenOptions) => NodeDatabase;
}

export interface NodeOpenOptions {
  readonly readOnly: boolean;
  /** Busy timeout, ms. */
  readonly timeout: number;
  readonly enableForeignKeyConstraints: boolean;
}

export interface NodeDatabase {
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  close(): void;
}

export interface NodeStatement {
  setReturnArrays(enabled: boolean): void;
  setReadBigInts(enabled: boolean): void;
  all(...parameters: readonly SqliteValue[]): SqliteValue[][];
  iterate(...parameters: readonly SqliteValue[]): IterableIterator<SqliteValue[]>;
  run(...parameters: readonly SqliteValue[]): { readonly changes: number | bigint };
}

/** The module, or undefined where the runtime does not have what we need of it. */
export function loadNodeSqlite(): NodeSqlite | undefined {
  if (loaded === undefined) loaded = { module: usable(withoutSqliteWarning(() => builtin("node:sqlite"))) };
  return loaded.module;
}

let loaded: { readonly module: NodeSqlite | undefined } | undefined;

function builtin(name: string): unknown {
  return typeof process.getBuiltinModule === "function" ? process.getBuiltinModule(name) : undefined;
}

function usable(module: unknown): NodeSqlite | undefined {
  if (typeof module !== "object" || module === null || !("StatementSync" in module)) return undefined;
  const statement = module.StatementSync;
  const able = typeof statement === "function" && "setReturnArrays" in statement.prototype;
  // The shape is Node's documented interface; the methods used are typed above.
  return able ? (module as unknown as NodeSqlite) : undefined;
}

/** Runs `load` while one warning, that SQLite is experimental in Node, stays unsaid. Every other is passed on. */
function withoutSqliteWarning<T>(load: () => T): T {
  const original = process.emitWarning;
  const quiet = (...said: Parameters<typeof original>) => {
    if (!/SQLite is an experimental feature/.test(String(said[0]))) Reflect.apply(original, process, said);
  };
  process.emitWarning = quiet as typeof original;
  try {
    return load();
  } finally {
    process.emitWarning = original;
  }
}
