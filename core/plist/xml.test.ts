import fc from "fast-check";
import { build } from "plist";
import { describe, expect, it } from "vitest";
import { parsePlistXml } from "./xml.ts";

const faultOf = (text: string): string => {
  try {
    parsePlistXml(text, 32);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};
const plist = (inner: string): string => `<?xml version="1.0"?>\n<plist version="1.0">\n${inner}\n</plist>\n`;

describe("parsePlistXml()", () => {
  it("reads back whatever the library `plist` writes", () => {
    const text = fc.string({ unit: "grapheme" }).map((each) => each.replaceAll("\r", ""));
    const key = text.filter((each) => each !== "__proto__");
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text,
        fc.integer(),
        fc.boolean(),
        fc.double({ noNaN: true, min: -1e15, max: 1e15 }).map((each) => (Object.is(each, -0) ? 0 : each)),
        fc
          .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
          .map((each) => new Date(Math.floor(each.getTime() / 1000) * 1000)),
        fc.uint8Array().map((each) => Buffer.from(each)),
        fc.array(tie("value")),
        fc.dictionary(key, tie("value"), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (each) => {
        expect(parsePlistXml(build(each as never), 32)).toEqual(each);
      }),
    );
  });

  it.each([
    [
      "<dict>\n<key>a</key>\n<string>hunter2</strng>\n</dict>",
      /^line 5, column \d+: it is not well-formed XML; expected <\/string>$/,
    ],
    ["<string>a<hunter2</string>", /expected <\/string>/],
    ["<string>a &hunter2; b</string>", /line 3, column \d+: it is not well-formed/],
    ["<string>a<hunter2/></string>", /in <string>, this element does not belong/],
    ["<dict><string>hunter2</string></dict>", /line 3, column \d+: expected <key> before this value/],
    ["<dict><key>hunter2</key></dict>", /the last <key> has no value/],
    ["<dict><key>a</key><integer>hunter2</integer></dict>", /this is not a whole number/],
    ["<dict><key>a</key>hunter2</dict>", /expected an element, found text/],
    ["<true/><true/>", /expected one value, found a second/],
    ["", /it holds no value/],
    ["<array>".repeat(33), /nested deeper than 32 levels/],
    ["<dict><key>__proto__</key><true/></dict>", /this key is not allowed/],
  ])("says of %s where it is wrong and repeats nothing of it", (inner, said) => {
    expect(faultOf(plist(inner))).toMatch(said);
    expect(faultOf(plist(inner))).not.toContain("hunter2");
  });

  it("says that a text ends too early", () => {
    expect(faultOf("<plist><dict><key>a</key>")).toMatch(/line 1, column \d+: .*expected <\/dict>/);
  });
});
