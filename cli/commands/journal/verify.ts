/**
 * What `larder journal verify` does: walks the streams, says what is lost, and ends with a code.
 *
 * @module
 */

import { LarderError } from "../../../core/errors.ts";
import type { Loss } from "../../../core/journal/journal.ts";
import { checkJournal, STREAMS, type StreamHealth, type StreamName } from "../../../core/journal/journal.ts";
import { secondText } from "../../../core/time/moments.ts";
import { bytesText } from "../../../core/words/amounts.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import { table } from "../../table.ts";
import type { JournalVerifyFlags } from "./register.ts";

/** Runs the command. */
export async function journalVerify(flags: JournalVerifyFlags): Promise<void> {
  const { settings } = await loadSettings(flags);
  const streams = flags.stream === undefined ? STREAMS : [streamOf(flags.stream)];
  const found = await checkJournal(settings.stateDir, { streams });
  const bad = found.some(({ losses, cut }) => losses.length > 0 || cut.length > 0);
  if (flags.json === true) printJson(scriptAnswer({ whole: !bad, streams: found }));
  else print(verifyText(found));
  if (bad) throw new ExitWith(ExitCode.failed);
}

function streamOf(name: string): StreamName {
  const stream = STREAMS.find((each) => each === name);
  if (stream !== undefined) return stream;
  throw new LarderError(`Cannot verify the stream "${name}": the journal has ${STREAMS.join(", ")}`, {
    code: "USAGE_STREAM",
  });
}

/** What was found, for people. */
function verifyText(found: readonly StreamHealth[]): string {
  const there = found.filter(({ segments }) => segments > 0);
  if (there.length === 0) return "The journal is empty.";
  const lost = (losses: readonly Loss[]): number => losses.reduce((sum, { bytes }) => sum + bytes, 0);
  const overview = table(there, [
    { title: "stream", value: ({ stream }) => stream },
    { title: "segments", value: ({ segments }) => String(segments), align: "right" },
    { title: "checked", value: ({ checkedBytes }) => bytesText(checkedBytes), align: "right" },
    { title: "on disk", value: ({ diskBytes }) => bytesText(diskBytes), align: "right" },
    { title: "lost", value: ({ losses }) => (losses.length === 0 ? "–" : bytesText(lost(losses))), align: "right" },
  ]);
  const blocks = [overview, ...there.flatMap(lossBlocks)];
  if (blocks.length === 1) blocks.push("Everything is what was written.");
  return blocks.join("\n\n");
}

function lossBlocks({ stream, losses, cut }: StreamHealth): string[] {
  const blocks: string[] = [];
  if (losses.length > 0) {
    const rows = table(losses, [
      { title: stream, value: ({ kind }) => kind },
      { title: "segment", value: ({ segment }) => String(segment).padStart(15, "0") },
      { title: "at byte", value: ({ offset }) => String(offset), align: "right" },
      { title: "bytes", value: ({ bytes }) => String(bytes), align: "right" },
      { title: "batches", value: ({ batches }) => (batches === undefined ? "?" : String(batches)), align: "right" },
      { title: "written after", value: ({ writtenAfterMs }) => timeText(writtenAfterMs) },
      { title: "and before", value: ({ writtenBeforeMs }) => timeText(writtenBeforeMs) },
    ]);
    blocks.push(
      `${rows}\n\nThe rest is whole and is used. A copy of a segment from a backup, put in its place while the collector is stopped, heals it.`,
    );
  }
  for (const { path, bytes } of cut) {
    blocks.push(
      `${bytesText(bytes)} had changed after being committed, and ${bytes === 1 ? "was" : "were"} cut off the end: ${path}`,
    );
  }
  return blocks;
}

function timeText(ms: number | undefined): string {
  return ms === undefined ? "?" : `${secondText(ms, "UTC")} UTC`;
}
