/**
 * A state folder and passes over a log, for tests of the source `service-log`.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { forEachField, parseLine } from "../../core/line/line.ts";
import { silentLog } from "../../core/log.ts";
import { runPass, type SourceReport } from "../pass.ts";
import { serviceLogOptions } from "../sources/service-log/options.ts";
import { serviceLogSource } from "../sources/service-log/service-log.ts";
import type { Source } from "../sources/source.ts";

/** A point that was written, its own tags as text: `cachefiles,kind=ipa`. */
export interface Written {
  readonly series: string;
  readonly timeMs: number;
  readonly fields: Readonly<Record<string, number | string>>;
}

export async function makeLogBench(options: { readonly zone?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "llog-"));
  let nowMs = Date.UTC(2026, 2, 2, 12);
  const source = (settings: Readonly<Record<string, unknown>>): Source =>
    serviceLogSource({
      ...serviceLogOptions.parse({ enabled: true, every: 1, timezone: "UTC", ...settings }),
      folder: join(folder, "service-log"),
      dayZone: options.zone ?? "UTC",
    });
  const pass = async (from: Source, signal = new AbortController().signal): Promise<SourceReport> => {
    const journal = await openJournal(folder, "collector");
    try {
      const report = await runPass({
        stateDir: folder,
        journal,
        sources: [from],
        shippers: [],
        tagText: ",server=c1",
        shipSeconds: 1,
        signal,
        nowMs: () => nowMs,
        log: silentLog,
        setAside: async (_source, rows) => rows.length,
      });
      nowMs += 60_000;
      const [first] = report.sources;
      if (first === undefined) throw new Error("the pass read nothing");
      return first;
    } finally {
      await journal.close();
    }
  };
  const written = async (): Promise<Written[]> => {
    const found: Written[] = [];
    for await (const chunk of openReader(streamFolder(folder, "collector"), "collector").chunks(undefined)) {
      for (const line of chunk.split("\n")) {
        const point = line === "" || line.startsWith("#") ? undefined : parseLine(line);
        if (point === undefined) continue;
        const { measurement, tagText, fieldText, timeMs } = point;
        const fields: Record<string, number | string> = {};
        forEachField(fieldText, (name, value) => {
          fields[name] = "integer" in value ? Number(value.integer) : "text" in value ? value.text : String(value);
        });
        found.push({ series: measurement + tagText.replace(",server=c1", "").replaceAll("\\ ", " "), timeMs, fields });
      }
    }
    return found;
  };
  /** Sums of every field of series that begin so. */
  const sums = async (beginning: string): Promise<Record<string, number>> => {
    const total: Record<string, number> = {};
    for (const { series, fields } of await written()) {
      if (series !== beginning && !series.startsWith(`${beginning},`)) continue;
      for (const [name, value] of Object.entries(fields)) total[name] = (total[name] ?? 0) + Number(value);
    }
    return total;
  };
  return {
    folder,
    source,
    pass,
    written,
    sums,
    setNow: (ms: number) => {
      nowMs = ms;
    },
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
