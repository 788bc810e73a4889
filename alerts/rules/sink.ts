/**
 * Servers that lines are shipped to: behind, refusing for good, or rejecting lines.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { OK, ownRule, type Verdict } from "./rule.ts";

export const sinkBehind = ownRule("sink-behind", ({ sinks }, { nowMs, limits }) => {
  if (sinks.length === 0) return OK;
  return sinks.map(({ name, movedMs, backlogBytes, problem }): Verdict => {
    const still = movedMs === undefined ? Number.POSITIVE_INFINITY : (nowMs - movedMs) / 1000;
    const late = levelOf(limits.sinkSeconds, still);
    const much = levelOf(limits.backlogBytes, backlogBytes);
    const stopped = problem?.stopped === true;
    if (backlogBytes === 0 || (late === "fine" && much !== "trouble" && !stopped)) return { is: "ok", part: name };
    const values = { name, bytes: backlogBytes, why: problem?.message ?? "", advice: problem?.next ?? "" };
    const level = late === "trouble" || much === "trouble" || stopped ? "bad" : "warn";
    return { is: "firing", level, part: name, values };
  });
});

export const sinkRejects = ownRule("sink-rejects", ({ sinks }) => {
  if (sinks.length === 0) return OK;
  return sinks.map(
    ({ name, rejectBytes }): Verdict =>
      rejectBytes === 0
        ? { is: "ok", part: name }
        : { is: "firing", level: "warn", part: name, values: { name, bytes: rejectBytes } },
  );
});
