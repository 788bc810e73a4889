import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { localMinute } from "../../../core/time/local-days.ts";
import { A_MINUTE, morningZone, tellStory } from "./story.ts";

it("shows its story: an alert fires and is over, the ratio jumps, and page, history and report agree", async () => {
  const folder = mkdtempSync(join(tmpdir(), "larder-story-"));
  const told: string[] = [];
  const size = {
    ...A_MINUTE,
    files: 8,
    fileBytes: 2_000_000,
    bytesPerSecond: 1e9,
    asksAfter: 40,
    pauseMs: 0,
    passMs: 200,
  };
  const { stop, ...options } = { folder, size, sinks: [], port: 0, stop: new AbortController().signal };
  // what the page says of the cache, as each alert is told
  const pages: Promise<string>[] = [];
  const tell = (text: string): void => {
    told.push(text);
    const url = /http:\/\/\S+/.exec(told[0] ?? "")?.[0] ?? "";
    if (/^ {2}(Alert|Over):/.test(text)) pages.push(fetch(url).then((answer) => answer.text()));
  };
  const story = await tellStory({ ...options, stop, tell });
  try {
    const shares = told
      .flatMap((line) => Number(/([\d.]+)% of it/.exec(line)?.[1] ?? Number.NaN))
      .filter((each) => !Number.isNaN(each));
    expect(shares).toHaveLength(2);
    expect((shares[1] ?? 0) - (shares[0] ?? 0)).toBeGreaterThan(20);
    const alerts = told.filter((line) => /^ {2}(Alert|Over):/.test(line)).map((line) => line.split("\n")[0] ?? "");
    expect(alerts).toHaveLength(2);
    expect(alerts[0]).toMatch(/^ {2}Alert: Warming skipped\. The last warming run fetched nothing: /);
    expect(alerts[1]).toBe("  Over: Warming skipped. The alert goes from the page.");
    const states = (await Promise.all(pages)).map((page) => /id="p-state">(.*?)<\/section>/s.exec(page)?.[1] ?? "");
    expect(states[0]).toMatch(/1 alert firing.*Warming skipped/s);
    expect(states[1]).not.toContain("Warming skipped");
    expect(story.agreement).toHaveLength(3);
    for (const { page, history, report } of story.agreement) expect([page, report]).toEqual([history, history]);
    expect(await (await fetch(story.url)).text()).toContain("2 warmed, 6 already there");
    expect(readFileSync(story.reportPath, "utf8")).toContain("<!doctype html>");
  } finally {
    await story.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it("happens at eight in the morning, whatever time it is", () => {
  for (let hour = 0; hour < 24; hour++) {
    const nowMs = Date.parse("2026-11-10T00:20:00Z") + hour * 3_600_000;
    expect(localMinute(nowMs, morningZone(nowMs))).toBe(8 * 60 + 20);
  }
});
