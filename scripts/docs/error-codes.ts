/**
 * The codes of errors that the sources hold, for the test that wants each of them explained to admins.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOMS = ["core", "collector", "precache", "alerts", "grafana", "report", "cli"];
const PREFIXES = [
  ...[
    "ALERTS",
    "ASSET",
    "BENCH",
    "CACHE",
    "CATALOG",
    "CATALOGS",
    "CONFIG",
    "DB",
    "DEMO",
    "DEVICES",
    "FETCH",
    "FIRMWARE",
  ],
  ...[
    "GRAFANA",
    "HTTP",
    "INSTALL",
    "JOURNAL",
    "LEDGER",
    "LOCK",
    "PLIST",
    "POINT",
    "PRESCRIPT",
    "RECEIVE",
    "REJECT",
    "SETUP",
    "SHAPE",
    "SHIP",
  ],
  ...["SERVER", "SINK", "SOURCE", "STATUS", "TARGET", "USAGE", "WARM"],
];
const CODE = new RegExp(`"((?:${PREFIXES.join("|")})_[A-Z_]*[A-Z]|LOCKED|STOPPED|USAGE)"`, "g");
const GIVEN = /\bcode: "([A-Z][A-Z_]*)"/g;

/** Every code in the sources, tests and what only tests use left out. */
export function errorCodes(root: string): string[] {
  const found = new Set<string>();
  for (const room of ROOMS) {
    for (const name of readdirSync(join(root, room), { recursive: true }).map(String)) {
      if (!name.endsWith(".ts") || /\.(test|contract)\.ts$|(^|\/)testing\//.test(name)) continue;
      const text = readFileSync(join(root, room, name), "utf8");
      for (const pattern of [CODE, GIVEN]) for (const match of text.matchAll(pattern)) found.add(match[1] ?? "");
    }
  }
  return [...found].sort();
}
