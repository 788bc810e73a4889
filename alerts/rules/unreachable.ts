/**
 * The cache says it serves, and nobody can reach it: this Mac has no address in the network. Its status stays good meanwhile.
 *
 * @module
 */
import { NO_DATA, OK, type OwnRule } from "./rule.ts";

export const unreachable: OwnRule = {
  id: "unreachable",
  about: "own",
  thresholds: ["always"],
  forSeconds: 300,
  inhibitedBy: ["silent", "off"],
  judge({ hasAddress }) {
    if (hasAddress === undefined) return NO_DATA;
    return hasAddress ? OK : { is: "firing", level: "bad", values: {} };
  },
};
