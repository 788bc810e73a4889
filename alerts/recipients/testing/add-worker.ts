/**
 * A process that adds recipients one after the other and says when each is there; tests run it beside others and kill it.
 *
 * Arguments: database, engine, prefix of the addresses, how many, how many at a time.
 *
 * @module
 */
import type { SqliteEngine } from "../../../core/sqlite/database.ts";
import { ALERTS_DEFAULTS } from "../../options.ts";
import { changeRecipients } from "../store.ts";

const [, , path = "", engine = "portable", prefix = "", count = "0", batch = "1"] = process.argv;
const options = { ...ALERTS_DEFAULTS, engine: engine as SqliteEngine, busyTimeoutMs: 60_000 };
process.stdout.write("ready\n");
for (let first = 0; first < Number(count); first += Number(batch)) {
  const numbers = Array.from({ length: Math.min(Number(batch), Number(count) - first) }, (_, i) => first + i);
  const wanted = numbers.map((i) => ({ address: `${prefix}${i}@example.org` }));
  await changeRecipients(path, { kind: "add", wanted }, options);
  process.stdout.write(`${first + wanted.length}\n`);
}
