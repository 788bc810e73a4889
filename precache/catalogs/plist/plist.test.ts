import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import type { LarderError } from "../../../core/errors.ts";
import { runs } from "../../../core/testing/runs.ts";
import { Shape } from "../../untrusted/shape.ts";
import { type PlistLimits, type PlistValue, readPlist, readPlistEntries } from "./plist.ts";

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';
const wrap = (inside: string) => `${HEAD}<plist version="1.0">${inside}</plist>`;

async function* pieces(text: string | Buffer, size = 1 << 20): AsyncIterable<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (text: string | Buffer, limits?: PlistLimits, size?: number) =>
  readPlist(pieces(text, size), "test", limits);

async function entries(text: string, path: string[], limits?: PlistLimits, size?: number) {
  const found: [string | number, PlistValue, number][] = [];
  for await (const entry of readPlistEntries(pieces(text, size), { path, what: "test", ...limits })) {
    found.push([entry.key, entry.value, entry.line]);
  }
  return found;
}

async function failure(text: string | Buffer, limits?: PlistLimits): Promise<string> {
  const error = await read(text, limits).then(
    (value) => new Error(`it was read: ${JSON.stringify(value)}`),
    (reason: unknown) => reason as LarderError,
  );
  expect(error).toMatchObject({ code: "CATALOG_BROKEN" });
  return error.message;
}

it("a leaf that cannot be read spoils its entry only, and only for those who read it", async () => {
  const text = wrap(`<dict><key>Assets</key><array>
    <dict><key>Size</key><integer>${"9".repeat(31)}</integer><key>Other</key><string>x</string></dict>
    <dict><key>Size</key><integer>2</integer></dict><date>soon</date></array></dict>`);
  for (const size of [5, 1000]) {
    const found = await entries(text, ["Assets"], undefined, size);
    const shapes = found.map(([, value]) => new Shape(value, "test"));
    expect(() => shapes[0]?.get("Size").optionalCount()).toThrow(/Size is unreadable \("9+…?" is not an integer\)/);
    expect([shapes[0]?.get("Other").text(), shapes[1]?.get("Size").optionalCount()]).toEqual(["x", 2]);
    expect(() => shapes[2]?.get("x").text()).toThrow();
  }
});

describe("readPlist()", () => {
  it("reads every kind of value", async () => {
    const value = await read(
      wrap(`<dict>
        <key>a &amp; b</key><string> kept &lt;as&gt; it is &#233;&#x1F600; </string>
        <key>n</key><integer> -12 </integer><key>h</key><integer>0x1F</integer>
        <key>big</key><integer>18446744073709551615</integer>
        <key>r</key><real>1.5e3</real><key>y</key><true/><key>z</key><false></false>
        <key>when</key><date>2023-11-07T22:05:09Z</date>
        <key>data</key><data>
          aGVs
          bG8=
        </data>
        <key>list</key><array><string/><array/><dict></dict><!-- nothing --><string>x<![CDATA[<&]]>y</string></array>
      </dict>`),
    );
    expect(value).toEqual(
      new Map<string, unknown>([
        ["a & b", " kept <as> it is é😀 "],
        ["n", -12],
        ["h", 31],
        ["big", 18446744073709551615n],
        ["r", 1500],
        ["y", true],
        ["z", false],
        ["when", new Date("2023-11-07T22:05:09Z")],
        ["data", Buffer.from("hello")],
        ["list", ["", [], new Map(), "x<&y"]],
      ]),
    );
  });

  it("takes keys that are names of a prototype for what they are: text", async () => {
    const value = await read(wrap("<dict><key>__proto__</key><dict><key>polluted</key><true/></dict></dict>"));
    expect(value).toEqual(new Map([["__proto__", new Map([["polluted", true]])]]));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each<[what: string, text: string | Buffer, why: string]>([
    ["HTML", "<!DOCTYPE html><html><p>hi</p></html>", "line 1: it begins with <html>, expected <plist>"],
    ["nothing", "", "line 1: the text is cut short"],
    ["an empty plist", wrap(""), "there is no value in it"],
    ["two values", wrap("<true/><true/>"), "more than one value at the top"],
    ["text between elements", wrap("<array>x<true/></array>"), "line 3: text between elements"],
    ["a key without value", wrap("<dict><key>a</key></dict>"), 'key "a" has no value'],
    ["a value without key", wrap("<dict>\n<true/></dict>"), "line 4: <true> in a dictionary without a <key> before it"],
    ["two keys", wrap("<dict><key>a</key><key>b</key></dict>"), "a <key> where none can be"],
    ["a key in a list", wrap("<array><key>a</key></array>"), "a <key> where none can be"],
    ["a key twice", wrap("<dict><key>a</key><true/>\n<key>a</key><true/></dict>"), 'line 4: key "a" comes twice'],
    ["wrong nesting", wrap("<array><dict></array></dict>"), "</array> where </dict> belongs"],
    ["a tag in a leaf", wrap("<string><true/></string>"), "<true> inside <string>"],
    ["an unknown tag", wrap("<set/>"), "<set> is not a plist element"],
    ["attributes", wrap('<string id="1">x</string>'), "is not a plist tag"],
    ["no number", wrap("<integer>12a</integer>"), '"12a" is not an integer'],
    ["no date", wrap("<date>2023-13-41T00:00:00Z</date>"), "is not a date"],
    ["no base64", wrap("<data>abc</data>"), "<data> is not base64"],
    ["an unknown entity", wrap("<string>&nbsp;</string>"), "an entity that property lists do not have"],
    ["a control character", wrap("<string>\u0001</string>"), "a character that no XML text may hold"],
    ["a reference to one", wrap("<string>&#0;</string>"), "character reference 0 is not a character"],
    ["no UTF-8", Buffer.concat([Buffer.from("<plist><string>"), Buffer.from([0xff, 0xfe])]), "it is not UTF-8 text"],
    ["UTF-16", Buffer.from(wrap("<true/>"), "utf16le"), "line 1"],
    [
      "another encoding",
      '<?xml version="1.0" encoding="ISO-8859-1"?><plist><true/></plist>',
      'its encoding is "ISO-8859-1"',
    ],
    ["text after the end", `${wrap("<true/>")}x<a>`, "text between elements"],
  ])("refuses %s, with the line", async (_, text, why) => {
    expect(await failure(text)).toContain(why);
  });

  it("refuses entities of one's own (a billion laughs) before any of them is looked at", async () => {
    const lols = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("\n");
    const text = `<?xml version="1.0"?>\n<!DOCTYPE plist [<!ENTITY l0 "lol">\n${lols}]>\n<plist><string>&l9;</string></plist>`;
    expect(await failure(text)).toMatch(/DOCTYPE declares entities/);
    const outside = '<!DOCTYPE plist [<!ENTITY x SYSTEM "file:///etc/passwd">]><plist><string>&x;</string></plist>';
    expect(await failure(outside)).toMatch(/DOCTYPE declares entities/);
  });

  it("limits depth, the length of one text, and the values of one entry", async () => {
    expect(await failure(wrap("<array>".repeat(100_000)))).toContain("more than 64 containers inside each other");
    expect(await failure(wrap(`<string>${"x".repeat(3 << 20)}`))).toContain("a text is longer than 1048576 characters");
    expect(await failure(wrap(`<!--${"x".repeat(3 << 20)}`))).toContain("longer than");
    expect(await failure(wrap(`<${"a".repeat(3 << 20)}`))).toContain("longer than");
    expect(await failure(wrap(`<array>${"<true/>".repeat(50)}</array>`), { maxNodes: 50 })).toContain(
      "more than 50 values",
    );
  });

  it("knows a text that is cut short, wherever it is cut", async () => {
    const text = wrap(
      "<dict>\n<key>a</key><array><string>x &amp; y</string><!-- c --><integer>1</integer></array></dict>",
    );
    for (let end = 0; end < text.length; end += 1) {
      expect(await failure(text.slice(0, end))).toMatch(/Cannot read property list "test": line \d+: /);
    }
  });
});

describe("readPlistEntries()", () => {
  const TEXT = wrap(`<dict>
    <key>Before</key><dict><key>Assets</key><array><true/></array></dict>
    <key>Assets</key>
    <array>
      <dict><key>a</key><integer>1</integer><key>Huge</key><dict><key>k</key><true/></dict></dict>
      <string>two</string>
    </array>
    <key>After</key><array><string>dropped</string></array>
  </dict>`);

  it("hands over the children of one container, with their lines, and drops the rest", async () => {
    expect(await entries(TEXT, ["Assets"], { only: ["a"] })).toEqual([
      [0, new Map([["a", 1]]), 7],
      [1, "two", 8],
    ]);
    expect(await entries(TEXT, ["Before"])).toEqual([["Assets", [true], 4]]);
    expect((await entries(TEXT, [])).map(([key]) => key)).toEqual(["Before", "Assets", "After"]);
    expect(await entries(TEXT, ["Before", "Assets"])).toEqual([[0, true, 4]]);
  });

  it("says when the container is not there", async () => {
    await expect(entries(TEXT, ["Products"])).rejects.toThrow('there is no "Products" in it');
    await expect(entries(wrap("<string>x</string>"), ["Products"])).rejects.toThrow('there is no "Products" in it');
  });

  it("hands over what came before a fault", async () => {
    const seen: (string | number)[] = [];
    const text = TEXT.slice(0, TEXT.indexOf("<key>After"));
    const reading = (async () => {
      for await (const entry of readPlistEntries(pieces(text, 64), { path: ["Assets"], what: "test" }))
        seen.push(entry.key);
    })();
    await expect(reading).rejects.toThrow("the text is cut short");
    expect(seen).toEqual([0, 1]);
  });
});

/** Values and one way to write each, with space, comments and CDATA strewn in. */
const space = fc.constantFrom("", "", " ", "\n\t", "\r\n", "<!-- c -->", "<?pi?>");
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const texts = fc.string({ unit: fc.constantFrom("a", "é", "&", "<", ">", "]", " ", "😀", '"'), maxLength: 8 });
const written: fc.Memo<[PlistValue, string]> = fc.memo((depth) => {
  const leaf = fc.oneof(
    texts.map((text): [PlistValue, string] => [text, `<string>${escaped(text)}</string>`]),
    texts
      .filter((text) => !text.includes("]"))
      .map((text): [PlistValue, string] => [text, `<string><![CDATA[${text}]]></string>`]),
    fc.integer().map((n): [PlistValue, string] => [n, `<integer>${n}</integer>`]),
    fc.boolean().map((b): [PlistValue, string] => [b, b ? "<true/>" : "<false></false>"]),
    fc.uint8Array({ maxLength: 9 }).map((bytes): [PlistValue, string] => {
      const data = Buffer.from(bytes);
      return [data, `<data>\n${data.toString("base64")}\n</data>`];
    }),
  );
  if (depth <= 1) return leaf;
  const list = fc
    .array(fc.tuple(written(depth - 1), space), { maxLength: 4 })
    .map((items): [PlistValue, string] => [
      items.map(([[value]]) => value),
      `<array>${items.map(([[, text], gap]) => gap + text).join("")}</array>`,
    ]);
  const dict = fc
    .uniqueArray(fc.tuple(texts, written(depth - 1), space), { maxLength: 4, selector: ([key]) => key })
    .map((items): [PlistValue, string] => [
      new Map(items.map(([key, [value]]) => [key, value])),
      `<dict>${items.map(([key, [, text], gap]) => `${gap}<key>${escaped(key)}</key>${gap}${text}`).join("")}</dict >`,
    ]);
  return fc.oneof(leaf, list, dict);
});

describe("against saxes", () => {
  it("reads back whatever was written, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(written(4), fc.integer({ min: 1, max: 70 }), async ([value, text], size) => {
        expect(await read(wrap(text), {}, size)).toEqual(value);
      }),
      { numRuns: runs(150) },
    );
  });

  it("refuses whatever saxes refuses", async () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom("", "<", ">", "&", "</", "/>", "\u0000", "]]>", "<!--", "-->", "'", "="),
    );
    await fc.assert(
      fc.asyncProperty(written(3), fc.array(edit, { minLength: 1, maxLength: 2 }), async ([, text], edits) => {
        let mutant = wrap(text);
        for (const [at, mark] of edits) {
          const place = at % mutant.length;
          mutant = mutant.slice(0, place) + mark + mutant.slice(place + 1);
        }
        // half a surrogate pair becomes a replacement character on its way through bytes
        if (wellFormed(Buffer.from(mutant).toString())) return;
        await expect(read(mutant)).rejects.toMatchObject({ code: "CATALOG_BROKEN" });
      }),
      { numRuns: runs(300) },
    );
  });
});

function wellFormed(text: string): boolean {
  let fine = true;
  const parser = new SaxesParser();
  parser.on("error", () => {
    fine = false;
  });
  parser.write(text).close();
  return fine;
}
