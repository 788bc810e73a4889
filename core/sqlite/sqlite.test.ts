import { nativeAvailable } from "./open.ts";
import { describeSqliteContract } from "./sqlite.contract.ts";
import { noOwner } from "./testing/owner.ts";

if (noOwner !== undefined) process.stderr.write(`SQLite contract skipped: ${noOwner}\n`);
describeSqliteContract("portable");
if (nativeAvailable()) describeSqliteContract("native");
else process.stderr.write(`native engine skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
