/**
 * The cache says it serves, and nobody can reach it: this Mac has no address in the network. Its status stays good meanwhile.
 *
 * @module
 */
import { NO_DATA, OK, ownRule } from "./rule.ts";

export const unreachable = ownRule("unreachable", ({ hasAddress }) => {
  if (hasAddress === undefined) return NO_DATA;
  return hasAddress ? OK : { is: "firing", level: "bad", values: {} };
});
