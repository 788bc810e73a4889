import { nativeAvailable } from "../open.ts";
import { describeWriteContract } from "./write.contract.ts";

describeWriteContract("portable");
if (nativeAvailable()) describeWriteContract("native");
else process.stderr.write(`native writes skipped: Node ${process.versions.node} has no node:sqlite with array rows\n`);
