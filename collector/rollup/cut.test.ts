import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ask, askJournal, cutNow, follow, type Question } from "../../core/history/history.ts";
import { type Journal, openJournal } from "../../core/journal/journal.ts";
import { openRollup } from "./rollup.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-02T00:00:00Z");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A row of an hour, one byte for each that was asked for. */
async function row(raw: Journal, hour: number, bytes: number): Promise<void> {
  const ms = START + hour * HOUR + 1000 + bytes;
  const lines = `bytestoclients,server=a bytes.fromcache.toclients=${bytes}i ${ms}\n`;
  await raw.append({ lines, lineCount: 1, span: { fromMs: ms, toMs: ms } });
}

const total = (): Question<number> => ({
  sums: [{ measurement: "bytestoclients", fromMs: START, toMs: START + 48 * HOUR, by: "all", timeZone: "UTC" }],
  answer: ({ sums }) => Number(sums[0]?.[0]?.sums["bytes.fromcache.toclients"] ?? 0),
});

describe("a cut of the journal", () => {
  it("is one moment: rows and roll-ups that come after it are not in an answer, and following gives exactly them", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "larder-cut-"));
    folders.push(stateDir);
    const raw = await openJournal(stateDir, "collector", { segmentBytes: 300 });
    const journal = await openJournal(stateDir, "rollup", { segmentBytes: 300 });
    let nowMs = START + 3.5 * HOUR;
    const rollup = openRollup({ stateDir, journal, timeZone: "UTC", nowMs: () => nowMs });
    for (const hour of [0, 1, 2, 3]) await row(raw, hour, 10 ** hour);
    await rollup.run();
    await row(raw, 3, 20_000);

    const cut = await cutNow(stateDir);
    // an open hour is closed and written, and more comes, before anybody asks
    await row(raw, 3, 300_000);
    nowMs = START + 30 * HOUR;
    await rollup.run();
    await row(raw, 5, 4_000_000);

    expect(await askJournal(stateDir, cut)([total()])).toEqual([21_111]);
    let more = 0;
    const { places } = await follow(stateDir, cut.places, {
      wanted: [
        { measurement: "bytestoclients", take: ({ fieldText }) => (more += Number(/=(\d+)i/.exec(fieldText)?.[1])) },
      ],
    });
    expect(more).toBe(4_300_000);
    expect(await ask(stateDir, [total()])).toEqual([4_321_111]);
    // and so it goes on
    await row(raw, 6, 50_000_000);
    await follow(stateDir, places, {
      wanted: [
        { measurement: "bytestoclients", take: ({ fieldText }) => (more += Number(/=(\d+)i/.exec(fieldText)?.[1])) },
      ],
    });
    expect(more).toBe(54_300_000);
    await raw.close();
    await journal.close();
  });
});
