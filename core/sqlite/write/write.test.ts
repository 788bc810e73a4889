import { ENGINES } from "../testing/engines.ts";
import { describeWriteContract } from "./write.contract.ts";

for (const engine of ENGINES) describeWriteContract(engine);
