import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "../../../core/journal/journal.ts";
import { larderInProcess } from "../../testing/in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-history-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DAY = 86_400_000;
const START = Date.parse("2026-01-01T12:00:00Z");

beforeAll(async () => {
  const journal = await openJournal(join(folder, "state"), "collector");
  const lines = Array.from({ length: 90 }, (_, i) => {
    const fields = "bytes.fromcache.toclients=3000000i,bytes.fromorigin.toclients=1000000i";
    return `bytestoclients,server=c1,site_name=Hill\\ School ${fields} ${START + i * DAY}\n`;
  });
  const span = { fromMs: START, toMs: START + 89 * DAY };
  await journal.append({ lines: lines.join(""), lineCount: lines.length, span });
  await journal.close();
  writeFileSync(
    join(folder, "larder.json"),
    JSON.stringify({ server: "c1", timezone: "UTC", stateDir: join(folder, "state") }),
  );
});

const history = async (...words: string[]) =>
  await larderInProcess([
    "history",
    "-c",
    join(folder, "larder.json"),
    "--from",
    "2026-01-01",
    "--to",
    "2026-04-01",
    ...words,
  ]);

describe("larder history", () => {
  it("adds up weeks and months of local days", async () => {
    const { rows, total } = JSON.parse((await history("--json", "--by", "month")).out) as {
      rows: { day: string; served: number }[];
      total: { served: number };
    };
    expect(rows.map(({ day, served }) => [day, served])).toEqual([
      ["2026-01-01", 31 * 4e6],
      ["2026-02-01", 28 * 4e6],
      ["2026-03-01", 31 * 4e6],
    ]);
    expect(total.served).toBe(90 * 4e6);
    const weeks = JSON.parse((await history("--json", "--by", "week")).out) as {
      rows: { day: string; served: number }[];
    };
    expect(weeks.rows.slice(0, 2).map(({ day, served }) => [day, served])).toEqual([
      ["2025-12-29", 4 * 4e6],
      ["2026-01-05", 7 * 4e6],
    ]);
    expect((await history("--by", "month")).out).toMatch(/2026-02 /);
  });

  it("says what there is when a filter matches nothing", async () => {
    expect((await history("--tag", "site_name=Hil")).out).toContain(
      "No point has site_name=Hil. There are: Hill School",
    );
    expect((await history("--tag", "site_nam=Hill School")).out).toContain("did you mean site_name?");
    expect((await history("--group-by", "site_nam")).err).toContain("did you mean site_name?");
    expect((await history("--tag", "server=c1", "--from", "2020-01-01", "--to", "2020-02-01")).out).toContain(
      "Nothing is recorded for that time",
    );
    const turned = await history("--from", "2026-11-30", "--to", "2026-11-01");
    expect([turned.code, turned.err]).toEqual([2, expect.stringContaining("--from lies after --to")]);
    expect((await history("--by", "wek")).err).toContain("did you mean week?");
  });
});
