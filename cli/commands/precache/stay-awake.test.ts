import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { stayAwake } from "./stay-awake.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-awake-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("asks the Mac to stay awake until this process ends", async () => {
  const program = join(folder, "caffeinate");
  writeFileSync(
    program,
    `#!/bin/sh\necho "$@" >"${folder}/asked.new" && mv "${folder}/asked.new" "${folder}/asked"\n`,
    {
      mode: 0o755,
    },
  );
  stayAwake(program);
  await vi.waitUntil(() => existsSync(join(folder, "asked")), 5000);
  expect(readFileSync(join(folder, "asked"), "utf8")).toBe(`-i -m -s -w ${process.pid}\n`);
});

it("does nothing where there is no caffeinate", async () => {
  stayAwake(join(folder, "missing"));
  await new Promise((resolve) => setTimeout(resolve, 50));
});
