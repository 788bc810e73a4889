/**
 * Integers as parameters of sql.js, which binds them as 32 bits, as a double, or (bigint) as text.
 *
 * An integer that does not fit 32 bits is written into the statement as a literal in the place of its `?`, which means
 * the same to SQLite as a bound 64-bit integer. Only digits and a sign ever get there. Pure.
 *
 * @module
 */
import type { SqliteValue } from "./database.ts";

export interface BoundStatement {
  readonly sql: string;
  readonly parameters: readonly SqliteValue[];
}

/** The parts of a statement in which a `?` is not a parameter, and the `?` itself. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?/g;

/** The same statement with every parameter in a form that sql.js binds exactly. Parameters are plain `?`. */
export function bindable(sql: string, parameters: readonly SqliteValue[]): BoundStatement {
  if (!parameters.some(isWide)) return { sql, parameters };
  const kept: SqliteValue[] = [];
  let index = 0;
  const text = sql.replaceAll(TOKEN, (token) => {
    if (token !== "?") return token;
    const value = parameters[index];
    index += 1;
    if (value !== undefined && isWide(value)) return ` ${BigInt(value)} `;
    if (value !== undefined) kept.push(value);
    return token;
  });
  return { sql: text, parameters: kept };
}

/** True for integers that sql.js would not bind as integers. */
function isWide(value: SqliteValue): value is number | bigint {
  if (typeof value === "bigint") return true;
  return typeof value === "number" && Number.isSafeInteger(value) && value !== (value | 0);
}
