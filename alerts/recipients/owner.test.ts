import { nativeAvailable } from "../../core/sqlite/open.ts";
import { describeOwner } from "./owner.contract.ts";

describeOwner("portable");
if (nativeAvailable()) describeOwner("native");
else process.stderr.write(`native engine skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
