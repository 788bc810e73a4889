import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { silentLog } from "../../../core/log.ts";
import { startPassesProcess } from "./passes-process.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-passes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("starts the process again when it dies, and ends it cleanly", async () => {
  const [program, starts, ended] = [join(folder, "program.mjs"), join(folder, "starts"), join(folder, "ended")];
  const priorities = join(folder, "priorities");
  // the first dies as for want of memory, the second lives until its channel closes
  writeFileSync(
    program,
    `import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
     import { getPriority } from "node:os";
     // of each thread, where the system has one for each
     const threads = () => process.platform === "linux" ? readdirSync("/proc/self/task").map((id) => getPriority(Number(id))) : [getPriority()];
     appendFileSync(${JSON.stringify(starts)}, process.argv[2] + "\\n");
     if (readFileSync(${JSON.stringify(starts)}, "utf8").split("\\n").length === 2) process.kill(process.pid, "SIGKILL");
     writeFileSync(${JSON.stringify(priorities)}, threads().join());
     process.once("disconnect", () => writeFileSync(${JSON.stringify(ended)}, ""));`,
  );
  const error = vi.fn();
  const log = { ...silentLog, error };
  const passes = startPassesProcess({ program: [program, "word"], againMs: 1, log });
  await vi.waitFor(() => expect(readFileSync(starts, "utf8")).toBe("word\nword\n"), 10_000);
  expect(error).toHaveBeenCalledExactlyOnceWith(expect.any(String), expect.objectContaining({ signal: "SIGKILL" }));
  await vi.waitFor(() => expect(new Set(readFileSync(priorities, "utf8").split(","))).toEqual(new Set(["19"])));
  await passes.stop();
  expect(existsSync(ended)).toBe(true);
  expect(error).toHaveBeenCalledTimes(1);
});
