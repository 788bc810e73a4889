import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "larder-build-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it("never shows a program that starts meanwhile half of a build", async () => {
  for (const name of ["core", "collector", "precache", "alerts", "grafana", "report", "cli", "fixtures", "scripts"]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter: (path) => !path.includes("fixtures/state") });
  }
  cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const build = (): ReturnType<typeof spawn> => spawn(process.execPath, ["scripts/build/build.mjs"], { cwd: copy });
  const ended = async (child: ReturnType<typeof spawn>): Promise<number | null> =>
    await new Promise((resolve) => child.once("close", resolve));
  expect(await ended(build())).toBe(0);
  const old = readFileSync(join(copy, "dist/larder.js"), "utf8");
  const child = build();
  let building = true;
  const end = ended(child).then((code) => {
    building = false;
    return code;
  });
  let starts = 0;
  for (; building; starts++) {
    const help = spawnSync(process.execPath, [join(copy, "dist/larder.js"), "history", "--help"], { encoding: "utf8" });
    expect(help.stderr).toBe("");
    expect(help.status).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await end).toBe(0);
  expect(starts).toBeGreaterThan(0);
  expect(readFileSync(join(copy, "dist/larder.js"), "utf8")).toBe(old);
}, 60_000);
