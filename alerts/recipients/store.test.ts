import { ENGINES } from "../../core/sqlite/testing/engines.ts";
import { describeAlertStore } from "./store.contract.ts";
import { noPython } from "./testing/independent.ts";

if (noPython !== undefined) process.stderr.write(`alertData.db suites skipped: ${noPython}\n`);
for (const engine of ENGINES) describeAlertStore(engine);
