/** Processor time of the engines a bench has started: what a busy machine cannot falsify. */
import { readdirSync, readFileSync } from "node:fs";

/** As the kernel names them: 15 letters. */
export const PROGRAMS = { influxdb: "influxd", victoriametrics: "victoria-metric" } as const;

/** Milliseconds our child process of this name has used, all its threads together; 0 where there is none. */
export function engineCpuMs(engine: keyof typeof PROGRAMS): number {
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8").trim();
      const [, name = "", rest = ""] = /^\d+ \((.*?)\) (.*)$/.exec(stat) ?? [];
      const fields = rest.split(" ");
      if (name !== PROGRAMS[engine] || Number(fields[1]) !== process.pid) continue;
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      // it ended meanwhile
    }
  }
  return 0;
}
