/**
 * Asks the registry for known weaknesses of what larder is installed with. Ends with 1 for those that are high or worse; where it
 * cannot be asked it says so and ends with 0, because that is not about larder.
 */
import { spawnSync } from "node:child_process";

const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { encoding: "utf8", timeout: 60_000 });
const answer = parse(stdout);
const found = answer?.metadata?.vulnerabilities;
if (found === undefined) {
  const why = answer?.message ?? answer?.error?.summary ?? "no answer";
  console.log(`advisories: not asked (${String(why).split("\n")[0]})`);
} else {
  const { critical = 0, high = 0, moderate = 0, low = 0 } = found;
  console.log(`advisories: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low`);
  if (critical + high > 0) {
    console.log("  npm audit --omit=dev says which");
    process.exitCode = 1;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
