/**
 * One reading of a log, for `read.ts`: prints sums and the time of the processor.
 *
 *     read-run FILE FOLDER
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { serviceLogOptions } from "../../collector/sources/service-log/options.ts";
import { serviceLogSource } from "../../collector/sources/service-log/service-log.ts";
import { forEachField, parseLine } from "../../core/line/line.ts";
import { silentLog } from "../../core/log.ts";

const [file = "", folder = ""] = process.argv.slice(2);
const source = serviceLogSource({
  ...serviceLogOptions.parse({ enabled: true, file, timezone: "UTC" }),
  folder: mkdtempSync(join(folder, "clients-")),
  dayZone: "UTC",
});
const before = process.cpuUsage();
const sums: Record<string, number> = { requests: 0, transfers: 0, bytes: 0, lines: 0 };
const context = {
  tagText: ",server=c1",
  signal: new AbortController().signal,
  log: silentLog,
  nowMs: Date.now,
  reject: () => {},
  alreadyTaken: async function* () {},
};
for await (const batch of source.readAfter(undefined, context)) {
  sums["lines"] = (sums["lines"] ?? 0) + batch.rowCount;
  for (const line of String(batch.lines).split("\n")) {
    const point = line.startsWith("cachefiles") ? parseLine(line) : undefined;
    if (point === undefined) continue;
    forEachField(point.fieldText, (name, value) => {
      if (name in sums && "integer" in value) sums[name] = (sums[name] ?? 0) + Number(value.integer);
    });
  }
}
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ sums, cpu: (user + system) / 1e6 }));
