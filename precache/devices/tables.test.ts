import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedData } from "../../fixtures/shared-data.ts";
import { Shape } from "../untrusted/shape.ts";
import { matchesModel } from "../words/model.ts";
import { byHandSource } from "./by-hand.ts";
import { csvSource } from "./csv.ts";
import { DeviceCounter } from "./device-counter.ts";
import { deviceContext } from "./device-source.contract.ts";
import { modelNames } from "./model-names.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-devices-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function csv(text: string | Buffer) {
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

  it("refuses what is not a model", async () => {
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
    ["model,count\niPad6;x", "line 2: the count is not a whole number"],
    ['model\n"iPad', "line 2: a quote is opened and never closed"],
  ])("refuses %j", async (text, why) => {
    await expect(csv(text.replace("iPad6;x", '"iPad6,8",x'))).rejects.toThrow(why);
  });

  it.each([
    // what a spreadsheet makes of it, and what is right
    ["a first line sep=;", "sep=;\r\nModel Identifier;OS Version;Build\r\niPad2,1;8.4;12H143\r\n"],
    [
      "UTF-16 with tabs",
      utf16("Name\tModel Identifier\tOS Version\tOS Build\r\nM\u00fcller\tiPad2,1\t8.4\t12H143\r\n"),
    ],
    ["CR alone", 'Name,Model Identifier,OS Version,OS Build\rx,"iPad2,1",8.4,12H143\r'],
    ["a model cut at its comma", "Name,Model Identifier,OS Version,OS Build\nx,iPad2,1,8.4,12H143\n"],
    ["a model cut at its comma, last column", "OS,Build,Model\n8.4,12H143,iPad2,1"],
    ["formulas", 'Model Identifier,OS Version,OS Build\n="iPad2,1",="8.4",="12H143"\n'],
    ["formulas between semicolons", 'Model Identifier;OS Version;OS Build\r\n="iPad2,1";="8.4";="12H143"\r\n'],
    ["pipes", "Model Identifier|OS Version|OS Build\niPad2,1|8.4|12H143\n"],
    ["a title above", "Inventory of 2026-11-01\n\nModel Identifier;OS Version;OS Build\niPad2,1;8.4;12H143\n"],
    ["blank and total lines", "Model Identifier;OS Version;OS Build\niPad2,1;8.4;12H143\n;;\nTotal: 1;;\n"],
    ["a total with its count", "Name;Model;OS;Build;Count\nx;iPad2,1;8.4;12H143;1\nTotal;;;;1\n"],
    ["empty columns at the end", 'Model,OS,Build\n"iPad2,1",8.4,12H143,,\n'],
    ["a quote inside a name", 'Name,Model,OS,Build\n5" iPad,"iPad2,1",8.4,12H143\n'],
    ["a decimal comma", "Model;OS;Build\niPad2,1;8,4;12H143\n"],
    ["Windows-1252", Buffer.from("Ger\xe4tename;Modell-ID;OS-Version;Build\nM\xfcller;iPad2,1;8.4;12H143", "latin1")],
  ])("reads %s", async (_, text) => {
    expect(await csv(text)).toEqual([{ model: "iPad2,1", os: "8.4", build: "12H143", count: 1 }]);
  });

  it.each([
    ["1.200", 1200],
    ["1,200", 1200],
    ["1 200", 1200],
    ["1.200.300", 1_200_300],
    ["12,0", 12],
    ["12.00", 12],
    ["7", 7],
  ])("reads the count %s", async (written, count) => {
    expect((await csv(`Model;Count\niPad2,1;${written}\n`))[0]?.count).toBe(count);
  });

  it.each([
    ["Model;OS;Build\niPad2,1;08. Apr;12H143", 'line 2: "08. Apr" is not a version'],
    ["Model;OS;Build\niPad2,1;8-Apr;12H143", 'line 2: "8-Apr" is not a version'],
    ["Model;OS;Build\niPad2,1;04.08.2024;", 'line 2: "04.08.2024" is not a version'],
    ["Model;OS;Build\n\niPad2,1;8.4;1,2E+05", 'line 3: "1,2E+05" is not a build'],
    ["Model,OS,Build\niPad2,1,8.4,12H143,x", "line 2: it has 5 fields under 3 names"],
    ["Model;Count\niPad2,1;1.5", "line 2: the count is not a whole number"],
    ["Model;OS\niPad2;8.4\niPad2;8.4", 'not one of them is of a model that is known (the first is "iPad2")'],
    ["Model;OS\n;8.4", "none has a model"],
  ])("refuses %j with its line: part of an inventory must not pass for all of it", async (text, why) => {
    await expect(csv(text)).rejects.toThrow(why);
  });

  it("takes builds and versions that only resemble numbers and dates", async () => {
    const text = "Model;OS;Build\niPad2,1;macOS 14.5 (23F79);23E224\nMac14,2;10.9.5;13F1911\niPad2,1;;N/A\n";
    expect((await csv(text)).map(({ os, build }) => [os, build])).toEqual([
      ["10.9.5", "13F1911"],
      [undefined, undefined],
      ["14.5", "23E224"],
    ]);
  });

  it("says at once that a pipe or a device is not a list", async () => {
    await expect(csvSource({ kind: "csv", path: "/dev/zero" }).count(deviceContext().context)).rejects.toThrow(
      'Cannot read devices "/dev/zero": it is a device or a socket, a file was expected',
    );
  });

  describe.skipIf(sharedData("reported/device-lists") === undefined)("lists as spreadsheets wrote them", () => {
    const read = (name: string) =>
      csvSource({ kind: "csv", path: `${sharedData("reported/device-lists")}/${name}` }).count(deviceContext().context);
    it.each([
      ["a-excel-sep-line.csv", 2, "12H143"],
      ["b-bom-comma-quoted.csv", 1, "12H143"],
      ["c-semicolon.csv", 1, "12H143"],
      ["d-utf16le-tab.csv", 1, "12H143"],
      ["e-cr-only.csv", 2, "12H143"],
      ["f-unquoted-comma-model.csv", 1, "12H143"],
      ["g-count-thousands.csv", 1200, undefined],
      ["h-count-float.csv", 12, undefined],
      ["i-title-line-first.csv", 1, "12H143"],
      ["j-windows1252.csv", 1, undefined],
      ["k-blank-and-total.csv", 1, "12H143"],
      ["l-excel-text-formula.csv", 1, "12H143"],
      ["n-pipe.csv", 1, "12H143"],
    ])("%s", async (name, count, build) => {
      expect(await read(name)).toMatchObject([{ model: "iPad2,1", count, build }]);
    });
    it("m-excel-ate-build.csv is an error with its line", async () => {
      await expect(read("m-excel-ate-build.csv")).rejects.toThrow(/line 2: "08. Apr" is not a version/);
    });
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

  it("spreads an ambiguous name over its models and keeps the sum", async () => {
    const { context } = deviceContext();
    const tally = new DeviceCounter();
    tally.add({ model: "iPad Air (5th generation)", count: 5 });
    tally.add({ model: "iPad13,16", count: 1 });
    tally.add({ model: "Toaster", count: 2 });
    const counts = await tally.finish("test", { ...context, modelsNamed: async (name) => names(name) });
    expect(counts.map((c) => [c.model, c.count])).toEqual([
      ["iPad13,16", 4],
      ["Toaster", 2],
      ["iPad13,17", 2],
    ]);
  });
});

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
}
