import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { readWhy, whyEvent } from "./why.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-why-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (eventMessage: string, minute: number): string =>
  JSON.stringify({ timestamp: `2026-09-16 08:${String(minute).padStart(2, "0")}:00.123456+0200`, eventMessage });
const REQUESTED = line("RequestDownloadUpdate: requestedPMV=27.0.1 MDMInitiated=YES Background=NO", 1);
const FOUND = line("ACSLocateCachingServer -> newURL http://10.0.0.5:49152/2026/a.aea", 2);
const DONE = line("download ended: MADownloadSuccessful", 9);

async function read(lines: readonly string[], code = 0) {
  writeFileSync(join(folder, "log"), `${lines.join("\n")}\n`);
  return await readWhy({ command: ["sh", "-c", `cat '${join(folder, "log")}'; exit ${code}`], timeoutMs: 10_000 });
}

describe("readWhy()", () => {
  it("says that a download came from a cache, and from which", async () => {
    expect(await read(["Filtering the log data", DONE, FOUND, REQUESTED])).toEqual({
      lines: 4,
      verdict: "cache",
      caches: ["10.0.0.5:49152"],
      events: [
        {
          kind: "requested",
          timeMs: Date.UTC(2026, 8, 16, 6, 1, 0, 123),
          version: "27.0.1",
          byMdm: true,
          background: false,
        },
        { kind: "cache", timeMs: Date.UTC(2026, 8, 16, 6, 2, 0, 123), cache: "10.0.0.5:49152" },
        { kind: "downloaded", timeMs: Date.UTC(2026, 8, 16, 6, 9, 0, 123) },
      ],
    });
  });

  it("says that one did not, and that there was none", async () => {
    expect(await read([REQUESTED, DONE])).toMatchObject({ verdict: "apple", caches: [] });
    expect(await read([line("something else", 3)])).toMatchObject({ verdict: "nothing", events: [] });
  });

  it("says clearly when the log cannot be read", async () => {
    await expect(read([], 77)).rejects.toMatchObject({ code: "WHY_LOG" });
  });

  it("reads an IPv6 address, and never throws", () => {
    expect(whyEvent(line("ACSLocateCachingServer -> newURL http://[fe80::1]:49152/", 1))).toMatchObject({
      cache: "[fe80::1]:49152",
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => void whyEvent(text)),
      { numRuns: runs(50) },
    );
  });
});
