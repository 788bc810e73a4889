import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeFleetJournal } from "../../../fixtures/fleet/fleet-journal.ts";
import { planFleet, SERVED_FIELDS, Truth } from "../../../fixtures/fleet/index.ts";
import { larderInProcess } from "../../testing/in-process.ts";

const ZONE = "Europe/Berlin";
const fromMs = Date.parse("2026-09-30T22:00:00Z");
const toMs = Date.parse("2026-10-31T23:00:00Z");

let folder: string;
let served: number;
beforeAll(() => vi.stubEnv("LARDER_TIMEZONE", ZONE));
afterAll(() => vi.unstubAllEnvs());
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "larder-report-cli-"));
  const fleet = planFleet({ seed: 3, caches: 3, regions: 1, fromMs, toMs, zone: ZONE, intervalSeconds: 3600 });
  const truth = new Truth(fleet);
  await writeFleetJournal(join(folder, "state"), fleet, truth, { statusEverySeconds: 0, selfEverySeconds: 0 });
  served = truth.sum(SERVED_FIELDS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = (...flags: string[]) =>
  larderInProcess(["report", "--state-dir", join(folder, "state"), "--month", "2026-10", ...flags]);

describe("larder report", () => {
  it("says what was served, in text by default", async () => {
    const { code, out } = await report("--price-per-gb", "0.02");
    expect(code).toBe(0);
    expect(out).toContain("What the content caches saved\nOctober 2026\n");
    expect(out).toContain("worth €");
  });

  it("agrees with history, whatever the form", async () => {
    const made = JSON.parse((await report("--json", "--by", "week")).out) as { total: { served: number } };
    const history = await larderInProcess([
      "history",
      "--state-dir",
      join(folder, "state"),
      "--from",
      "2026-10-01",
      "--to",
      "2026-11-01",
      "--json",
    ]);
    const { total } = JSON.parse(history.out) as { total: { served: number } };
    expect(made.total.served).toBe(served);
    expect(total.served).toBe(served);
    expect((await report("--format", "csv")).out).toContain(`total,2026-10-01,,${served},`);
  });

  it("writes a page and pictures where it is asked to", async () => {
    const file = join(folder, "out");
    expect((await report("--format", "html", "--out", `${file}.html`, "--language", "de")).code).toBe(0);
    expect(readFileSync(`${file}.html`, "utf8")).toContain('<html lang="de">');
    expect((await report("--format", "png", "--out", `${file}.png`)).code).toBe(0);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(["out-buckets.png", "out-sites.png"]));
  });

  it.each([
    [["--format", "pdf"], 'Cannot take --format "pdf": expected text, html, png, csv, json'],
    [["--by", "weeks"], "did you mean week?"],
    [["--price-per-gb", "cheap"], "--price-per-gb"],
    [["--language", "fr"], "en, de"],
    [["--month", "2026-13"], 'Cannot report on "2026-13"'],
    [["--logo", "/nonexistent.png"], 'Cannot put the logo "/nonexistent.png" into the report: there is no such file'],
    [["--format", "png", "--out", "-"], "give --out FILE.png"],
  ])("refuses %j in words", async (flags, words) => {
    const { code, err } = await report(...flags);
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });
});
