/**
 * Whether this computer's clock is right: against a time server, and against the servers of sinks.
 *
 * @module
 */
import { levelOf, THRESHOLDS } from "../../../core/thresholds.ts";
import { durationText } from "../../../core/words/amounts.ts";
import type { Check } from "../check.ts";
import type { Facts } from "../facts/facts.ts";

export const clock: Check = {
  name: "clock",
  title: "Clock",
  finds: ["clock-wrong"],
  look(facts) {
    const behind = behindOf(facts);
    if (behind === undefined) return undefined;
    const seconds = Math.abs(behind.seconds);
    const seen = `${Math.round(seconds)} s off ${behind.by}`;
    if (levelOf(THRESHOLDS.clockAheadSeconds, seconds) === "fine") return { seen, symptoms: [] };
    const symptom = {
      id: "clock-wrong",
      level: "bad",
      said: `this clock is ${durationText(seconds)} ${behind.seconds > 0 ? "slow" : "fast"}`,
      why: "rows get wrong times, certificates are refused, and servers drop points from the future",
      next: "switch network time on: sudo systemsetup -setusingnetworktime on",
      evidence: `${behind.by}: ${behind.seconds > 0 ? "+" : ""}${behind.seconds} s`,
    } as const;
    return { seen, symptoms: [symptom] };
  },
};

/** A time server's word, or the least of what the servers of sinks say: one of them may itself be wrong. */
function behindOf({ behindSeconds, sinks, about }: Facts): { seconds: number; by: string } | undefined {
  if (behindSeconds !== undefined && !Number.isNaN(behindSeconds))
    return { seconds: behindSeconds, by: "a time server" };
  const clocks = (sinks ?? []).flatMap(({ name, clock: said }) =>
    said === null || said === undefined ? [] : [{ seconds: (Date.parse(said) - about.atMs) / 1000, by: name }],
  );
  return clocks.sort((a, b) => Math.abs(a.seconds) - Math.abs(b.seconds))[0];
}
