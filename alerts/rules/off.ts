/**
 * Content caching is off: somebody switched it off, or its volume is missing.
 *
 * @module
 */
import { cacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

export const off = cacheRule("off", (cache, circumstances) => {
  const activated = freshStatus(cache, circumstances)?.activated;
  if (activated === undefined) return NO_DATA;
  return activated ? OK : { is: "firing", level: "bad", values: {} };
});
