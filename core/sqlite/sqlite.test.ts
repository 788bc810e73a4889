import { nativeAvailable } from "./open.ts";
import { describeLiveContract, describeRefusalContract } from "./sqlite.contract.ts";
import { noOwner } from "./testing/owner.ts";
import { describeValuesContract } from "./values.contract.ts";

if (noOwner !== undefined) process.stderr.write(`SQLite contract skipped: ${noOwner}\n`);
if (!nativeAvailable()) {
  process.stderr.write(`native engine skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
}
for (const engine of nativeAvailable() ? (["portable", "native"] as const) : (["portable"] as const)) {
  describeLiveContract(engine);
  describeRefusalContract(engine);
  describeValuesContract(engine);
}
