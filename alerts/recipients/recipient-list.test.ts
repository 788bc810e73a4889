import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { parseAddress } from "./address.ts";
import type { WantedRecipient } from "./model.ts";
import { formatRecipientList, parseRecipientList } from "./recipient-list.ts";
import { DIRT } from "./testing/dirt.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const addresses = (text: string) => parseRecipientList(bytes(text)).wanted.map(({ address }) => address);
const lines = (text: string) => parseRecipientList(bytes(text)).refusals.map(({ line }) => line);

/** 10,000 good addresses with every kind of dirt strewn between them, and what must come of it. */
function dirtyFile(lineEnd: string): { text: string; wanted: WantedRecipient[]; refused: number[] } {
  const parts = ["address,language,site"];
  const wanted: WantedRecipient[] = [];
  const refused: number[] = [];
  let line = 2;
  const put = (text: string) => {
    parts.push(text.replaceAll("\n", lineEnd));
    line += text.split("\n").length;
  };
  for (let i = 0; wanted.length < 10_000; i++) {
    const dirt = i % 3 === 1 ? DIRT[Math.floor(i / 3) % DIRT.length] : undefined;
    if (dirt === undefined) {
      wanted.push({ address: `person${i}@example.org`, language: i % 2 === 0 ? "en" : undefined, enabled: undefined });
      put(i % 2 === 0 ? `person${i}@example.org,en` : `person${i}@example.org`);
      continue;
    }
    for (const offset of dirt.refused ?? []) refused.push(line + offset);
    if (dirt.taken !== undefined) wanted.push({ address: dirt.taken(i), language: dirt.language, enabled: undefined });
    put(dirt.text(i));
  }
  return { text: parts.join(lineEnd), wanted, refused };
}

describe("parseRecipientList()", () => {
  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])(
    "takes exactly the good of 10,000 addresses among more than 50 kinds of dirt and names each bad line (%s)",
    (_name, lineEnd) => {
      expect(DIRT.length).toBeGreaterThanOrEqual(50);
      const file = dirtyFile(lineEnd);
      const list = parseRecipientList(bytes(file.text));
      expect(list.refusals.map(({ line }) => line)).toEqual(file.refused);
      expect(list.wanted).toEqual(file.wanted);
      expect(file.refused.length).toBeGreaterThan(1000);
    },
  );

  it.each(DIRT.map((dirt) => [dirt.kind, dirt] as const))("knows %s", (_kind, dirt) => {
    const list = parseRecipientList(bytes(`before@example.org,en\n${dirt.text(7)}\nafter@example.org,de`));
    expect(list.wanted.map(({ address }) => address)).toEqual([
      "before@example.org",
      ...(dirt.taken === undefined ? [] : [dirt.taken(7)]),
      "after@example.org",
    ]);
    expect(list.refusals.map(({ line }) => line)).toEqual((dirt.refused ?? []).map((offset) => offset + 2));
    for (const { problem, text } of list.refusals) expect(problem + text).not.toMatch(/\p{Cc}/u);
  });

  it("reads the encodings and delimiters spreadsheets write", () => {
    const text = "E-Mail;Sprache\r\na@example.org;de\r\n";
    const wide = Buffer.from(`\ufeff${text}`, "utf16le");
    const expected = [{ address: "a@example.org", language: "de", enabled: undefined }];
    expect(parseRecipientList(bytes(`\ufeff${text}`)).wanted).toEqual(expected);
    expect(parseRecipientList(wide).wanted).toEqual(expected);
    expect(parseRecipientList(Buffer.from(wide).swap16()).wanted).toEqual(expected);
    expect(parseRecipientList(bytes(text.replaceAll(";", "\t"))).wanted).toEqual(expected);
    expect(parseRecipientList(bytes(`sep=;\r\n${text}`)).wanted).toEqual(expected);
  });

  it("keeps a note in a foreign encoding from harming the address beside it", () => {
    const latin = Buffer.from("a@example.org,de,Z\u00fcrich\n", "latin1");
    expect(parseRecipientList(latin).wanted.map(({ address }) => address)).toEqual(["a@example.org"]);
  });

  it("finds the columns by their titles, wherever they are", () => {
    const list = parseRecipientList(
      bytes('Name,Active,"E-mail Address",Locale\nAda,no,a@example.org,fr\nBob,,b@example.org,'),
    );
    expect(list.wanted).toEqual([
      { address: "a@example.org", language: "fr", enabled: false },
      { address: "b@example.org", language: undefined, enabled: undefined },
    ]);
  });

  it("without a header takes the first column that holds an address, and the language after it", () => {
    expect(parseRecipientList(bytes("Ada,a@example.org,fr\nBob,b@example.org\n")).wanted).toEqual([
      { address: "a@example.org", language: "fr", enabled: undefined },
      { address: "b@example.org", language: undefined, enabled: undefined },
    ]);
  });

  it("takes an address once, however it is written, and lets the later line add to it", () => {
    const list = parseRecipientList(bytes('A@Example.org\na@example.ORG,de\n"""a""@example.org"\n'));
    expect(list.wanted).toEqual([{ address: "A@Example.org", language: "de", enabled: undefined }]);
    expect(list.repeated).toBe(2);
  });

  it("refuses a record whose note swallowed another address, and says which lines it is", () => {
    const list = parseRecipientList(bytes('a@example.org,en,"note\nb@example.org,en,"\nc@example.org,en,x\n'));
    expect(list.wanted.map(({ address }) => address)).toEqual(["c@example.org"]);
    expect(list.refusals[0]?.problem).toContain("lines 1 to 2");
  });

  it("names a line that is far too long and goes on", () => {
    const text = `${"x".repeat(20_000)}@example.org\nb@example.org`;
    expect(addresses(text)).toEqual(["b@example.org"]);
    expect(lines(text)).toEqual([1]);
  });

  it("takes or names every line of any text, and never fails", () => {
    const piece = fc.constantFrom('"', ",", ";", "\t", "\n", "\r", "#", "@", "a@b.org", " ", "x", "en", "\u0000");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const list = parseRecipientList(bytes(pieces.join("")));
        const numbers = list.refusals.map(({ line }) => line ?? 0);
        expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
        for (const { address } of list.wanted) expect(parseAddress(address)).toHaveProperty("text", address);
      }),
      { numRuns: runs(400) },
    );
  });
});

describe("formatRecipientList()", () => {
  it("is read back as it was, whatever the recipients", () => {
    const local = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/);
    const recipient = fc.record({
      address: fc.tuple(local, fc.integer({ min: 0, max: 9 })).map(([name, i]) => `${name}@host${i}.example`),
      language: fc.constantFrom("en", "de", "pt-BR", "zh-Hans", "zh_CN"),
      enabled: fc.boolean(),
    });
    const list = fc.uniqueArray(recipient, { selector: ({ address }) => address.toLowerCase(), maxLength: 20 });
    fc.assert(
      fc.property(list, (recipients) => {
        const read = parseRecipientList(bytes(formatRecipientList(recipients)));
        expect(read.refusals).toEqual([]);
        expect(read.wanted).toEqual(recipients);
      }),
    );
  });
});
