import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBinary, build as buildPlist } from "plist";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { nearest } from "../nearest.ts";
import { readSettings, validateSettings } from "./config.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loptions-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const settings = { server: "c1", tags: { site_code: "1234" }, journal: { keepDays: 30 }, sinks: [{ name: "a" }] };

describe("readSettings()", () => {
  it("reads the same from XML, binary and JSON", async () => {
    await writeFile(join(folder, "x.plist"), buildPlist(settings));
    await writeFile(join(folder, "b.plist"), buildBinary(settings));
    await writeFile(join(folder, "j.json"), `\uFEFF  ${JSON.stringify(settings)}`);
    for (const name of ["x.plist", "b.plist", "j.json"])
      expect(await readSettings(join(folder, name))).toEqual(settings);
  });

  it("says what is wrong with a file that is missing, cut off, or no dictionary", async () => {
    await expect(readSettings(join(folder, "none"))).rejects.toMatchObject({ code: "CONFIG_MISSING" });
    for (const text of ["", "{", "hello", "<plist><dict>", "<plist version='1.0'><array/></plist>"]) {
      await writeFile(join(folder, "bad"), text);
      await expect(readSettings(join(folder, "bad"))).rejects.toMatchObject({ code: "CONFIG_SYNTAX" });
    }
  });
});

describe("validateSettings()", () => {
  const schema = z.strictObject({
    server: z.string().optional(),
    journal: z.strictObject({ keepDays: z.number().default(7) }).prefault({}),
    sinks: z.array(z.strictObject({ name: z.string(), url: z.string() }).refine(() => true)).default([]),
  });

  it("fills in defaults", () => {
    expect(validateSettings(schema, {}, "x")).toEqual({ journal: { keepDays: 7 }, sinks: [] });
  });

  it("names the file in the command that checks it again", () => {
    expect(() => validateSettings(schema, { nonsense: 1 }, "my school.plist")).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        next: 'correct it, then check with: larder config check -c "my school.plist"',
      }),
    );
  });

  it("names every wrong key with its place and the nearest right one", () => {
    const wrong = { sever: "a", journal: { keepdays: 7 }, sinks: [{ name: "a", ulr: "b", url: 5 }] };
    expect(() => validateSettings(schema, wrong, "larder.plist")).toThrow(
      /sinks\[0\]\.url: .*; sinks\[0\]\.ulr: there is no such key; did you mean "url"\?|sinks\[0\]\.ulr: there is no such key; did you mean "url"\?/,
    );
    expect(() => validateSettings(schema, wrong, "larder.plist")).toThrow(
      /sever: there is no such key; did you mean "server"\?/,
    );
    expect(() => validateSettings(schema, wrong, "larder.plist")).toThrow(
      /journal\.keepdays: there is no such key; did you mean "keepDays"\?/,
    );
    expect(() => validateSettings(schema, { nonsense: 1 }, "x")).toThrow(/known there: server, journal, sinks/);
  });
});

describe("settingWords()", () => {
  const schema = z.strictObject({
    name: z.string().min(1),
    size: z.number().int().positive().max(100).optional(),
    on: z.boolean().optional(),
    kind: z.enum(["a", "b"]).optional(),
    more: z
      .array(z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("x") })]))
      .min(1)
      .optional(),
    tags: z.record(z.string(), z.string()).optional(),
  });

  it.each<[settings: object, why: string]>([
    [{}, "name: it is missing, text was expected"],
    [{ name: 5 }, "name: it is a number, text was expected"],
    [{ name: "" }, "name: it is empty"],
    [{ name: null }, "name: it is null, text was expected"],
    [{ name: "x", size: 1.5 }, "size: it is a number with a fraction, a whole number was expected"],
    [{ name: "x", size: 0 }, "size: it is 0, more than 0 was expected"],
    [{ name: "x", size: 101 }, "size: it is 101, at most 100 was expected"],
    [{ name: "x", on: "yes" }, "on: it is text, true or false was expected"],
    [{ name: "x", kind: "c" }, 'kind: it is "c"; expected one of a, b'],
    [{ name: "x", more: {} }, "more: it is a dictionary, a list was expected"],
    [{ name: "x", more: [] }, "more: it is empty"],
    [{ name: "x", more: [{ kind: "y" }] }, "more[0].kind: it is not one of those known: x"],
    [{ name: "x", tags: ["a"] }, "tags: it is a list, a dictionary was expected"],
  ])("says of %j what is wrong", (wrong, why) => {
    expect(() => validateSettings(schema, wrong, "p")).toThrow(`Cannot use the settings in "p": ${why}`);
  });
});

describe("nearest()", () => {
  it("forgives slips, not other words", () => {
    expect(nearest("databse", ["database", "bucket"])).toBe("database");
    expect(nearest("colour", ["database", "bucket"])).toBeUndefined();
  });
});

describe("settings of a hostile or careless hand", () => {
  it.each([
    ["a key that is a prototype", '{"tags": {"__proto__": {"a": "b"}}}', '"__proto__" cannot be a key'],
    ["nesting 200,000 deep", `${'{"tags":'.repeat(200_000)}1${"}".repeat(200_000)}`, "nested deeper than 64 levels"],
    ["nothing", "", "it is empty"],
    ["a wrong word", '{"server": hunter2}', "line 1, column 12: expected a value"],
  ])("refuses %s in plain words", async (_name, text, said) => {
    const path = join(folder, "hostile");
    await writeFile(path, text);
    await expect(readSettings(path)).rejects.toMatchObject({
      code: "CONFIG_SYNTAX",
      message: expect.stringContaining(said),
    });
  });

  it("never waits for a pipe or a device", async () => {
    await expect(readSettings("/dev/zero")).rejects.toMatchObject({ code: "CONFIG_SYNTAX" });
  });

  it("names several wrong keys on a line each", () => {
    const schema = z.strictObject({ server: z.string(), days: z.number() });
    expect(() => validateSettings(schema, { sever: 1, days: "x", server: "a" }, "f")).toThrow(
      /in "f":\n {4}days: it is text, a number was expected\n {4}sever: there is no such key; did you mean "server"\?$/,
    );
  });
});
