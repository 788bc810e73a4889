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
  // the first dies as for want of memory, the second lives until its channel closes
  writeFileSync(
    program,
    `import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
     appendFileSync(${JSON.stringify(starts)}, process.argv[2] + "\\n");
     if (readFileSync(${JSON.stringify(starts)}, "utf8").split("\\n").length === 2) process.kill(process.pid, "SIGKILL");
     process.once("disconnect", () => writeFileSync(${JSON.stringify(ended)}, ""));`,
  );
  const error = vi.fn();
  const log = { ...silentLog, error };
  const passes = startPassesProcess({ program: [program, "word"], againMs: 1, log });
  await vi.waitFor(() => expect(readFileSync(starts, "utf8")).toBe("word\nword\n"), 10_000);
  expect(error).toHaveBeenCalledExactlyOnceWith(expect.any(String), expect.objectContaining({ signal: "SIGKILL" }));
  await passes.stop();
  expect(existsSync(ended)).toBe(true);
  expect(error).toHaveBeenCalledTimes(1);
});
