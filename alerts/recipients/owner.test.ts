import { ENGINES } from "../../core/sqlite/testing/engines.ts";
import { describeOwner } from "./owner.contract.ts";

for (const engine of ENGINES) describeOwner(engine);
