import { nativeAvailable } from "../../core/sqlite/open.ts";
import { describeAlertStore } from "./store.contract.ts";
import { noPython } from "./testing/independent.ts";

if (noPython !== undefined) process.stderr.write(`alertData.db suites skipped: ${noPython}\n`);
describeAlertStore("portable");
if (nativeAvailable()) describeAlertStore("native");
else process.stderr.write(`native engine skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
