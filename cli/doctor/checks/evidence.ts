/**
 * Whether what was gathered can be read: what cannot is not healthy, it is unknown.
 *
 * @module
 */
import { countText, durationText } from "../../../core/words/amounts.ts";
import type { Check, Symptom } from "../check.ts";

export const evidence: Check = {
  name: "evidence",
  title: "What was gathered",
  finds: ["evidence-unreadable", "command-failed", "not-in-time"],
  look({ unread, commands, late }) {
    const failed = commands.filter(({ failed: kind }) => kind !== null && kind !== "missing");
    const symptoms = [
      ...unread.map(
        ({ file, why }): Symptom => ({
          id: "evidence-unreadable",
          level: "warn",
          said: `${file} is in no form larder knows`,
          why: "what it would have shown is unknown, not well",
          next: "see whether larder has an update for this macOS, and send the maintainers that file",
          evidence: why,
        }),
      ),
      ...failed.map(
        ({ command, failed: kind, complaint }): Symptom => ({
          id: "command-failed",
          level: "warn",
          said: `${command} gave no answer: ${FAILURES[kind ?? "failed"]}`,
          why: "what it would have shown is unknown, not well",
          next: `run it by hand: ${command}`,
          evidence: complaint === "" ? `it ended as "${kind}"` : complaint,
        }),
      ),
      ...late.map(
        ({ file, seconds }): Symptom => ({
          id: "not-in-time",
          level: "warn",
          said: `${file}: no answer within ${durationText(seconds)}`,
          why: "what it would have shown is unknown, not well",
          next: "ask again; where it stays so, some server takes connections and answers nothing: larder status",
          evidence: `left out after ${durationText(seconds)}`,
        }),
      ),
    ];
    return { seen: countText(commands.length, "command"), symptoms };
  },
};

const FAILURES = {
  missing: "it is not on this computer",
  denied: "this user may not run it",
  slow: "it took too long and was stopped",
  long: "it printed too much",
  stopped: "it was stopped",
  failed: "it could not be started",
} as const;
