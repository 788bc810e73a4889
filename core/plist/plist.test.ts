import { build, buildBinary } from "plist";
import { expect, it } from "vitest";
import { errorCode } from "../errors.ts";
import { parsePlist } from "./plist.ts";

const value = { name: "cache & co", port: 49152, list: ["a", "b"], on: true, nested: { deep: [{ x: 1 }] } };
const code = async (bytes: Uint8Array): Promise<string | undefined> =>
  await parsePlist(bytes, "t.plist").then(
    () => undefined,
    (error: unknown) => errorCode(error),
  );

it("parsePlist() reads XML", async () => {
  expect(await parsePlist(Buffer.from(build(value)), "t.plist")).toEqual(value);
});

it("parsePlist() reads binary", async () => {
  expect(await parsePlist(buildBinary(value), "t.plist")).toEqual(value);
});

it("parsePlist() reads XML behind a byte-order mark", async () => {
  expect(await parsePlist(Buffer.from(`\ufeff${build(value)}`), "t.plist")).toEqual(value);
});

it.each([
  ["nothing", ""],
  ["text", "hello"],
  ["a truncated list", "<plist><dict><key>a</key>"],
  ["entities", '<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>'],
  ["a truncated binary", "bplist00abc"],
  ["a prototype", "<plist><dict><key>__proto__</key><dict><key>x</key><true/></dict></dict></plist>"],
  ["too many levels", `<plist>${"<array>".repeat(40)}${"</array>".repeat(40)}</plist>`],
])("parsePlist() refuses %s", async (_name, text) => {
  expect(await code(Buffer.from(text))).toBe("PLIST_INVALID");
});

it("parsePlist() refuses what is too large before parsing it", async () => {
  expect(await code(Buffer.alloc(5 * 1024 * 1024, 32))).toBe("PLIST_INVALID");
});
