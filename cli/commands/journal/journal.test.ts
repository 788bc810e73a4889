import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { larderInProcess } from "../../testing/in-process.ts";

const KEPT = join(import.meta.dirname, "../../../fixtures/state/0.1/state");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-verify-"));
  cpSync(KEPT, join(folder, "state"), { recursive: true });
  const settings = { server: "cache01", stateDir: join(folder, "state"), timezone: "Europe/Berlin" };
  writeFileSync(join(folder, "larder.json"), JSON.stringify(settings));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const larder = async (...words: string[]) => await larderInProcess([...words, "-c", join(folder, "larder.json")]);
const collector = (): string => join(folder, "state/journal/collector");
const segments = (): string[] => readdirSync(collector()).filter((name) => /^\d+\.lp/.test(name));

/** Text without the breaks of lines. */
const plain = (text: string): string => text.replaceAll(/\s+/g, " ");

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(path, bytes);
}

describe("larder journal verify", () => {
  it("finds nothing in a journal that is what was written", async () => {
    const { code, out } = await larder("journal", "verify");
    expect([code, out]).toEqual([0, expect.stringContaining("Everything is what was written.")]);
    const json = await larder("journal", "verify", "--json");
    expect(JSON.parse(json.out)).toMatchObject({ whole: true });
  });

  it("says which bytes are damaged, and status and history go on without them", async () => {
    const before = await larder("history", "--from", "2026-11-20", "--to", "2026-11-22", "--by", "all", "--json");
    flipBit(join(collector(), segments()[0]!), 300);
    const { code, out } = await larder("journal", "verify");
    expect(code).toBe(1);
    expect(out).toMatch(/changed +000000000000000 +0 +\d+ +1 /);
    const { streams, whole } = JSON.parse((await larder("journal", "verify", "--stream", "collector", "--json")).out);
    expect([whole, streams.length, streams[0].losses[0]]).toMatchObject([false, 1, { kind: "changed", batches: 1 }]);
    expect(plain((await larder("status")).out)).toMatch(
      /bytes in 1 segment of the journal collector are damaged or missing, written before \S+ \S+ UTC; the rest is used/,
    );
    const after = await larder("history", "--from", "2026-11-20", "--to", "2026-11-22", "--by", "all", "--json");
    expect(after.code).toBe(0);
    const served = (answer: string): number => JSON.parse(answer).rows[0]?.served ?? 0;
    expect(served(after.out)).toBeLessThan(served(before.out));
  });

  it("sees a segment that is gone", async () => {
    // with a third segment the second is in the middle
    const [, second = ""] = segments();
    const size = readFileSync(join(collector(), second)).length;
    const third = String(Number(second.slice(0, 15)) + size).padStart(15, "0");
    cpSync(join(collector(), second), join(collector(), `${third}.lp`));
    expect((await larder("journal", "verify")).code).toBe(0);
    rmSync(join(collector(), second));
    const { code, out } = await larder("journal", "verify");
    expect([code, out]).toEqual([1, expect.stringContaining(`missing    000000000000000`)]);
    expect(plain((await larder("status")).out)).toContain("damaged or missing");
  });

  it("reports with a code when a segment cannot be read, as history and status are", async () => {
    const path = join(collector(), segments()[0]!);
    rmSync(path);
    mkdirSync(path);
    for (const words of [["journal", "verify"], ["status"], ["history", "--from", "2026-11-20"]]) {
      const { code, err } = await larder(...words);
      expect([code, err]).toEqual([1, expect.stringContaining("code JOURNAL_READ")]);
    }
  });

  it("takes only streams there are", async () => {
    const { code, err } = await larder("journal", "verify", "--stream", "colector");
    expect([code, err]).toEqual([2, expect.stringContaining("collector, precache")]);
  });
});
