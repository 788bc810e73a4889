import { nativeAvailable } from "../../core/sqlite/open.ts";
import { describeRestore } from "./restore.contract.ts";

describeRestore("portable");
if (nativeAvailable()) describeRestore("native");
else process.stderr.write(`native engine skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
