import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ROOMS } from "./bundling.mjs";

const ROOT = join(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "larder-build-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A program of ours in small: a command that is loaded when it is asked for, and pages for browsers. */
const SOURCES = {
  "cli/main.ts":
    'if (process.argv[2] === "init") (await import("./init.ts")).init(); else console.log("Usage: larder [init]");',
  "cli/init.ts": "export const init = (): void => console.log(`Wrote nothing`);",
  "report/page/browser/browser.ts": "document.title = String(1);",
  "report/live/browser/browser.ts": "document.title = String(2);",
};

it("never shows a program that starts meanwhile half of a build", async () => {
  for (const room of ROOMS) mkdirSync(join(copy, room));
  for (const [name, text] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    writeFileSync(join(copy, name), text);
  }
  cpSync(join(ROOT, "scripts/build"), join(copy, "scripts/build"), { recursive: true });
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
    const run = spawnSync(process.execPath, [join(copy, "dist/larder.js"), "init"], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("Wrote nothing\n");
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
  const changed = join(copy, "cli/init.ts");
  writeFileSync(changed, readFileSync(changed, "utf8").replace("Wrote ", "Wrote this "));
  const entry = readFileSync(join(copy, "dist/larder.js"));
  expect(spawnSync(process.execPath, ["scripts/build/build.mjs"], { cwd: copy }).status).toBe(0);
  expect(chunks()).toEqual(expect.arrayContaining(old));
  expect(chunks().length).toBeGreaterThan(old.length);
  // the program as it was still runs
  writeFileSync(join(copy, "dist/old.js"), entry);
  expect(spawnSync(process.execPath, [join(copy, "dist/old.js"), "init"], { encoding: "utf8" }).status).toBe(0);
  // and what was replaced more than a day ago goes with the next build
  for (const name of old) utimesSync(join(copy, "dist/chunks", name), ago, ago);
  writeFileSync(changed, readFileSync(changed, "utf8").replace("Wrote this", "Wrote that"));
  expect(spawnSync(process.execPath, ["scripts/build/build.mjs"], { cwd: copy }).status).toBe(0);
  expect(old.some((name) => !chunks().includes(name))).toBe(true);
}, 60_000);

it("leaves nothing of earlier builds for a package", () => {
  const chunks = join(copy, "dist/chunks");
  writeFileSync(join(chunks, "earlier.js"), "");
  const run = spawnSync(process.execPath, ["scripts/build/build.mjs", "--only-newest"], {
    cwd: copy,
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  expect(readdirSync(chunks).sort()).toEqual(JSON.parse(readFileSync(join(copy, "dist/.chunks"), "utf8")).sort());
});

it("leaves nothing behind when it fails", () => {
  writeFileSync(join(copy, "cli/main.ts"), "this is not a program (");
  expect(spawnSync(process.execPath, ["scripts/build/build.mjs"], { cwd: copy }).status).not.toBe(0);
  expect(readdirSync(join(copy, "dist")).filter((name) => name.startsWith(".new-"))).toEqual([]);
}, 60_000);
