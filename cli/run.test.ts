import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { larderInProcess } from "./testing/in-process.ts";

const INFLUX = { name: "a", type: "influx1", url: "http://127.0.0.1:1", database: "d" };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-run-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A settings file with these settings, in a folder whose name needs quotes. */
function settings(values: Readonly<Record<string, unknown>>): string {
  const file = join(folder, "my settings.json");
  writeFileSync(file, JSON.stringify({ server: "c1", stateDir: join(folder, "state"), ...values }));
  return file;
}

it.each([
  ["status --nope --json", 2],
  ["config show --config /nowhere/x.plist --json", 78],
  ["alerts recipients list --db /nowhere/x.db --json", 1],
  ["precache report --days x --json", 2],
])("answers a failure in JSON: %s", async (line, exit) => {
  const { code, out, err } = await larderInProcess(line.split(" "));
  expect(code).toBe(exit);
  expect(err).not.toBe("");
  const { error } = JSON.parse(out);
  expect(Object.keys(error)).toEqual(["code", "message", "state", "next", "retryable"]);
});

it.each([
  ["status --nope", "(larder status --help shows its flags)"],
  ["alerts recipients list --nope", "(larder alerts recipients list --help shows its flags)"],
  ["alerts recipients nope", "(larder alerts recipients --help lists its commands)"],
  ["--nope", "(larder --help lists its commands)"],
  ["nope", "(larder --help lists its commands)"],
])("points at the help of the command that was typed: %s", async (line, hint) => {
  const { code, err } = await larderInProcess(line.split(" "));
  expect([code, err.trimEnd().split("\n").at(-1)]).toEqual([2, hint]);
});

it.each([
  [[], "larder config init --sink influx1"],
  [["--sink", "x"], "larder influx setup --help"],
  [["--sink", "a", "--apply", "--dry-run"], "larder influx setup --help"],
])("a set-up that cannot begin says what to do next: %j", async (flags, next) => {
  const file = settings(flags.includes("--sink") ? { sinks: [INFLUX] } : {});
  const { code, out } = await larderInProcess(["influx", "setup", "-c", file, "--json", ...flags]);
  expect([code, JSON.parse(out).error.next]).toEqual([2, expect.stringContaining(next)]);
});

it.each([
  ["precache report --days x", "larder precache report --help"],
  ["history --tag x", "larder history --help"],
])("a mistake without a next step is answered with the help of its command: %s", async (line, next) => {
  const { code, out, err } = await larderInProcess([...line.split(" "), "-c", settings({}), "--json"]);
  expect([code, JSON.parse(out).error.next, err]).toEqual([2, next, expect.stringContaining(`try  ${next}`)]);
});

it("a command to paste quotes the file it is about", async () => {
  const out = join(folder, "a b.json");
  const { out: text } = await larderInProcess(["config", "init", "--format", "json", "--out", out]);
  expect(text).toContain(`larder config check --config '${out}'`);
});

it("a schedule that cannot be used is complained about with its file and key", async () => {
  const file = settings({ schedule: "every minute" });
  const { code, err } = await larderInProcess(["collect", "-c", file]);
  expect([code, err]).toEqual([78, expect.stringContaining(`"every minute" (${file}: schedule)`)]);
});

it.each([
  [[], "0 sinks."],
  [[INFLUX], "1 sink."],
])("counts one as one: %#", async (sinks, text) => {
  const { out } = await larderInProcess(["config", "check", "-c", settings({ sinks })]);
  expect(out).toContain(text);
});
