import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matchesModel } from "../model.ts";
import { Shape } from "../shape.ts";
import { byHandSource } from "./by-hand.ts";
import { csvSource } from "./csv.ts";
import { readCsvRows } from "./csv-rows.ts";
import { deviceContext } from "./device-source.contract.ts";
import { modelNames } from "./model-names.ts";
import { readSecret } from "./secret.ts";
import { Tally } from "./tally.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-devices-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function csv(text: string) {
  const path = join(folder, "devices.csv");
  await writeFile(path, text);
  return csvSource({ kind: "csv", path }).count(deviceContext().context);
}

describe("by hand", () => {
  it("takes models exactly, families whole, with OS and build when given", async () => {
    const models = ["iPad6,8", "iPad", "iPad11,6@26.0/23A341", "iPad6,8", "MacPro7,1-Rack"];
    const counts = await byHandSource({ kind: "by-hand", models }).count(deviceContext().context);
    expect(counts).toEqual([
      { model: "iPad6,8", os: undefined, build: undefined, count: 2 },
      { model: "MacPro7,1", os: undefined, build: undefined, count: 1 },
      { model: "iPad", os: undefined, build: undefined, count: 1 },
      { model: "iPad11,6", os: "26.0", build: "23A341", count: 1 },
    ]);
  });

  it("refuses what is no model", async () => {
    const source = byHandSource({ kind: "by-hand", models: ["Toaster"] });
    await expect(source.count(deviceContext().context)).rejects.toThrow(/neither an identifier such as iPad6,8/);
  });

  it("matchesModel() never takes iPad6,11 for iPad6,1, and takes families and groups", () => {
    expect(matchesModel("iPad6,1", "iPad6,11")).toBe(false);
    expect(matchesModel("iPad6,11", "iPad6,1")).toBe(false);
    expect(matchesModel("iPad", "iPad6,11")).toBe(true);
    expect(matchesModel("ipad", "iPadPro1,1")).toBe(false);
    expect(matchesModel("Mac", "MacBookPro18,3")).toBe(true);
    expect(matchesModel("MacBookPro", "MacBookAir10,1")).toBe(false);
    expect(matchesModel("Vision", "RealityDevice14,1")).toBe(true);
    expect(matchesModel("AppleTV14,1", "AppleTV14,1-wifi")).toBe(true);
    fc.assert(
      fc.property(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), (a, b, c, d) => {
        expect(matchesModel(`iPad${a},${b}`, `iPad${c},${d}`)).toBe(a === c && b === d);
      }),
    );
  });
});

describe("csv", () => {
  it("finds its columns by name, reads no others, and counts", async () => {
    const text = [
      "Display Name,Serial Number,Model,Model Identifier,OS Version,OS Build",
      '"Wilhelmina, 3b",SERIALX1,iPad,"iPad11,6",26.0,23A341',
      '"Says ""hi""\nover two lines",SERIALX2,iPad,"iPad11,6",26.0,23A341',
      "x,SERIALX3,MacBook Air,,15.7,24G222",
    ].join("\r\n");
    const counts = await csv(text);
    expect(counts).toEqual([{ model: "iPad11,6", os: "26.0", build: "23A341", count: 2 }]);
    expect(JSON.stringify(counts)).not.toMatch(/Wilhelmina|SERIALX/);
  });

  it("takes counts, semicolons, tabs and a byte order mark", async () => {
    expect(await csv('\uFEFFmodel;count\niPad6,8;30\n"iPad6,11";2\n\n')).toEqual([
      { model: "iPad6,8", os: undefined, build: undefined, count: 30 },
      { model: "iPad6,11", os: undefined, build: undefined, count: 2 },
    ]);
    expect(await csv("model\tos\nMac14,2\tmacOS 14.1 (23B74)")).toEqual([
      { model: "Mac14,2", os: "14.1", build: "23B74", count: 1 },
    ]);
  });

  it.each([
    ["", "it is empty"],
    ["name,serial\na,b", "none of its columns is called model"],
    ["model,count\niPad6;x", "line 2: the count is no whole number"],
    ['model\n"iPad', "line 2: a quote is never closed"],
  ])("refuses %j", async (text, why) => {
    await expect(csv(text.replace("iPad6;x", '"iPad6,8",x'))).rejects.toThrow(why);
  });

  it("reads back whatever was written, in pieces of any size", async () => {
    const field = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", " "), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const header = ["a", "b", "c"];
          const text = [header, ...rows]
            .map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(","))
            .join("\n");
          const bytes = Buffer.from(text);
          const read: (readonly string[])[] = [];
          for await (const row of readCsvRows(pieces(bytes, size), "x")) read.push(row.fields);
          expect(read).toEqual([header, ...rows]);
        },
      ),
    );
  });
});

describe("names and tallies", () => {
  const names = modelNames([
    new Shape(
      {
        Devices: {
          "iPad13,16": { MarketingName: "iPad Air (5th generation) Wi-Fi" },
          "iPad13,17": { MarketingName: "iPad Air (5th generation) Wi-Fi + Cellular" },
          J314sAP: { DeviceID: "MacBookPro18,3", MarketingName: "MacBook Pro (14-inch, 2021)" },
        },
      },
      "test",
    ),
  ]);

  it("finds every model a marketing name may stand for, however it is punctuated", () => {
    expect(names("iPad Air (5th generation)")).toEqual(["iPad13,16", "iPad13,17"]);
    expect(names("ipad air (5th generation) wi-fi + cellular")).toEqual(["iPad13,17"]);
    expect(names("MacBook Pro (14-inch 2021)")).toEqual(["MacBookPro18,3"]);
    expect(names("Toaster")).toEqual([]);
  });

  it("spreads an ambiguous name over its models and keeps the sum", () => {
    const { context } = deviceContext();
    const tally = new Tally();
    tally.add({ model: "iPad Air (5th generation)", count: 5 });
    tally.add({ model: "iPad13,16", count: 1 });
    tally.add({ model: "Toaster", count: 2 });
    expect(tally.finish("test", { ...context, modelsNamed: names }).map((c) => [c.model, c.count])).toEqual([
      ["iPad13,16", 4],
      ["Toaster", 2],
      ["iPad13,17", 2],
    ]);
  });

  it("reads secrets from a file and the environment, and says which one is missing without saying it", async () => {
    await writeFile(join(folder, "key"), "from-file\n");
    expect(await readSecret({ file: join(folder, "key") }, "X")).toBe("from-file");
    process.env["LARDER_TEST_KEY"] = "from-env";
    expect(await readSecret({ env: "LARDER_TEST_KEY" }, "X")).toBe("from-env");
    await expect(readSecret({ file: join(folder, "none") }, "X")).rejects.toThrow(/cannot be read \(ENOENT\)/);
    await expect(readSecret({ env: "LARDER_TEST_NONE" }, "X")).rejects.toThrow(/"LARDER_TEST_NONE" is not set/);
  });
});

async function* pieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
