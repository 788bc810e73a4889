import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openJournal, type StreamName, streamFolder } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { writeMetricsDb } from "../fixtures/fleet/index.ts";
import { createCollector } from "./collector.ts";
import { collectorOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-room-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse("2026-03-01T00:00:00Z");
const stateDir = join(folder, "state");
const LINE_BYTES = 10_000;

/** Segments of one line each. */
async function fill(stream: StreamName, segments: number): Promise<void> {
  for (let n = 0; n < segments; n++) {
    const journal = await openJournal(stateDir, stream, { segmentBytes: 1, nowMs: () => NOW });
    const line = `events title="${randomBytes(LINE_BYTES / 2).toString("hex")}" ${NOW}\n`;
    await journal.append({ lines: line, lineCount: 1, span: { fromMs: NOW, toMs: NOW } });
    await journal.close();
  }
}

function bytesOf(stream: StreamName): number {
  const own = streamFolder(stateDir, stream);
  const sizes = readdirSync(own).map((name) => (name.includes(".lp") ? statSync(join(own, name)).size : 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}

it("the journal takes no more than it may, all streams together, and the largest gives room", async () => {
  await fill("receiver", 8);
  await fill("collector", 2);
  const path = join(folder, "Metrics.db");
  await writeMetricsDb(path, []);
  const { journal, ...settings } = collectorOptions.parse({ sources: { metricsDb: { path } } });
  const collector = await createCollector({
    settings: { ...settings, journal: { ...journal, keepMegabytes: 0.04 }, server: "c", stateDir, timezone: "UTC" },
    ...{ log: silentLog, signal: new AbortController().signal, nowMs: () => NOW },
  });
  await collector.pass();
  await collector.close();
  const sizes = (["collector", "receiver", "rollup"] as const).map(bytesOf);
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(40_000);
  expect(bytesOf("collector")).toBeGreaterThan(LINE_BYTES);
  expect(bytesOf("receiver")).toBeGreaterThan(0);
});
