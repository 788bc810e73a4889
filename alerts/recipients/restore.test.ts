import { ENGINES } from "../../core/sqlite/testing/engines.ts";
import { describeRestore } from "./restore.contract.ts";

for (const engine of ENGINES) describeRestore(engine);
