import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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

it("keeps what a running program may load for a day after its build was replaced, however old that build is", () => {
  const chunks = (): string[] => readdirSync(join(copy, "dist/chunks"));
  const old = chunks();
  const ago = new Date(Date.now() - 3 * 86_400_000);
  for (const name of old) utimesSync(join(copy, "dist/chunks", name), ago, ago);
  const changed = join(copy, "cli/commands/config/init.ts");
  writeFileSync(changed, readFileSync(changed, "utf8").replace("print(`Wrote ", "print(`Wrote this "));
  const entry = readFileSync(join(copy, "dist/larder.js"));
  expect(spawnSync(process.execPath, ["scripts/build/build.mjs"], { cwd: copy }).status).toBe(0);
  expect(chunks()).toEqual(expect.arrayContaining(old));
  expect(chunks().length).toBeGreaterThan(old.length);
  // the program as it was still runs
  writeFileSync(join(copy, "dist/old.js"), entry);
  expect(spawnSync(process.execPath, [join(copy, "dist/old.js"), "config", "init"], { encoding: "utf8" }).status).toBe(
    0,
  );
  // and what was replaced more than a day ago goes with the next build
  for (const name of old) utimesSync(join(copy, "dist/chunks", name), ago, ago);
  writeFileSync(changed, readFileSync(changed, "utf8").replace("Wrote this", "Wrote that"));
  expect(spawnSync(process.execPath, ["scripts/build/build.mjs"], { cwd: copy }).status).toBe(0);
  expect(old.some((name) => !chunks().includes(name))).toBe(true);
}, 60_000);

it("leaves nothing behind when it fails", () => {
  writeFileSync(join(copy, "cli/main.ts"), "this is not a program (");
  expect(spawnSync(process.execPath, ["scripts/build/build.mjs"], { cwd: copy }).status).not.toBe(0);
  expect(readdirSync(join(copy, "dist")).filter((name) => name.startsWith(".new-"))).toEqual([]);
}, 60_000);
