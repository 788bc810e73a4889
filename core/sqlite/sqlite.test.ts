import { describeLiveContract, describeRefusalContract } from "./sqlite.contract.ts";
import { ENGINES } from "./testing/engines.ts";
import { noOwner } from "./testing/owner.ts";
import { describeValuesContract } from "./values.contract.ts";

if (noOwner !== undefined) process.stderr.write(`SQLite contract skipped: ${noOwner}\n`);
for (const engine of ENGINES) {
  describeLiveContract(engine);
  describeRefusalContract(engine);
  describeValuesContract(engine);
}
