/**
 * The cache says it serves, and nothing answers on its port, or not at its address in the network: devices wait for it in vain.
 *
 * @module
 */
import { cacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

export const notAnswering = cacheRule("not-answering", (cache, circumstances) => {
  const state = freshStatus(cache, circumstances)?.state;
  if (state === "serving") return OK;
  if (state !== "silent" && state !== "unreachable") return NO_DATA;
  return { is: "firing", level: "bad", values: {} };
});
