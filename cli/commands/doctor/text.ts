/**
 * A diagnosis for people.
 *
 * @module
 */
import { systemTimeZone } from "../../../core/time/local-days.ts";
import { momentText } from "../../../core/time/moments.ts";
import { cutTo, fillTo, flow } from "../../../core/words/columns.ts";
import type { CheckResult, Diagnosis, SelfTest, Symptom } from "../../doctor/doctor.ts";
import { LEVEL_COLOURS } from "../../finding-text.ts";
import { type Colour, colour } from "../../output.ts";
import { withSameSettings } from "../../same-settings.ts";

const MARKS: Readonly<Record<Exclude<CheckResult["result"], "skipped">, readonly [mark: string, colour: Colour]>> = {
  ok: ["✓", LEVEL_COLOURS.ok],
  warn: ["!", LEVEL_COLOURS.warn],
  bad: ["x", LEVEL_COLOURS.bad],
};

const PARTS: Readonly<Record<Diagnosis["part"], string>> = {
  cache: "a content cache",
  client: "a client of content caches",
  server: "a computer that watches caches",
};

/** Every check that had something to look at on a line, then what is wrong. */
export function diagnosisText({ part, gatheredMs, checks, findings }: Diagnosis, width: number): string {
  const looked = checks.flatMap(({ title, result, seen = "" }) =>
    result === "skipped" ? [] : [{ title, result, seen }],
  );
  const skipped = checks.filter(({ result }) => result === "skipped").map(({ title }) => title);
  const column = Math.max(0, ...looked.map(({ title }) => title.length));
  const lines = looked.map(({ title, result, seen }) => {
    const [mark, as] = MARKS[result];
    return `${colour(mark, as)} ${fillTo(title, column)}  ${cutTo(seen, width - column - 4)}`.trimEnd();
  });
  const unseen = skipped.length === 0 ? [] : paragraph("– ", `Nothing is known of: ${skipped.join(", ")}`, width);
  const head = `Examined as ${PARTS[part]}, ${momentText(gatheredMs, systemTimeZone())}`;
  const end =
    findings.length === 0 ? ["Nothing is wrong."] : findings.flatMap((each) => [...symptomText(each, width), ""]);
  return [colour(head, "bold"), "", ...lines, ...unseen, "", ...end].join("\n").trimEnd();
}

/** What is wrong, why it matters, what was seen, and what to do. */
function symptomText({ level, said, why, evidence, next, where }: Symptom, width: number): string[] {
  const mark = level === "bad" ? "x" : "!";
  const first = where === undefined ? said : `${where}: ${said}`;
  return [
    ...paragraph(`${mark} `, first, width, LEVEL_COLOURS[level]),
    ...paragraph("  ", why, width),
    ...paragraph("  seen  ", evidence, width),
    ...paragraph("  do    ", withSameSettings(next), width),
  ];
}

const VERDICTS: Readonly<Record<SelfTest["trials"][number]["verdict"], readonly [words: string, colour: Colour]>> = {
  known: ["as known", "green"],
  new: ["new", "yellow"],
  absent: ["not here", "dim"],
  failed: ["failed", "red"],
};

/** A report of a self-test, to be sent as it is. */
export function selfTestText({ larder, node, system, trials }: SelfTest, width: number): string {
  const lines = trials.flatMap(({ trial, asks, verdict, said }) => {
    const [words, as] = VERDICTS[verdict];
    return [
      `${colour(fillTo(words, 10), as)}${trial}`,
      ...paragraph("          ", asks, width),
      ...said.flatMap((each) => paragraph("          - ", each, width)),
    ];
  });
  const count = (wanted: string): number => trials.filter(({ verdict }) => verdict === wanted).length;
  const end = `${count("known")} as known, ${count("new")} new, ${count("absent")} not here, ${count("failed")} failed. Please send this report to the maintainers: it holds no address and no name.`;
  return [
    colour(`larder ${larder} · ${system} · node ${node}`, "bold"),
    "",
    ...lines,
    "",
    ...paragraph("", end, width),
  ].join("\n");
}

/** Text behind a head, its further lines below the first. A word that no line has room for is cut. */
function paragraph(head: string, text: string, width: number, as: Colour = "dim"): string[] {
  const room = width - head.length;
  const words = text.split(/\s+/).map((word) => cutTo(word, room));
  return flow(words, " ", room).map(
    (line, i) => (i === 0 ? (head.trim() === "" ? head : colour(head, as)) : " ".repeat(head.length)) + line,
  );
}
