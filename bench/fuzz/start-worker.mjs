/** Lets a thread of Node 20 load TypeScript, which it does not learn from who started it. */
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
