/**
 * The engines that suites run with: those this Node has. LARDER_TEST_ENGINE=native leaves the portable one out, for the
 * suites that run again under another Node: it is the same WebAssembly there, and the slower of the two.
 *
 * @module
 */
import { nativeAvailable } from "../open.ts";
import type { SqliteEngine } from "../sqlite.ts";

const only = process.env["LARDER_TEST_ENGINE"];
const here: readonly SqliteEngine[] = nativeAvailable() ? ["portable", "native"] : ["portable"];

export const ENGINES = here.filter((engine) => only === undefined || engine === only);

if (!nativeAvailable()) {
  process.stderr.write(`native engine skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
}
