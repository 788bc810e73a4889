import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { type Commit, commitLine, commitMatches, headMatches, joinSpans, markHead, parseCommit } from "./commit.ts";

const BATCH = Buffer.from("requests,server=c x=1i 1000\nrequests,server=c x=2i 2000\n");
const COMMIT: Commit = {
  bytes: BATCH.length,
  lines: 2,
  at: 3000,
  span: { fromMs: 1000, toMs: 2000 },
  cursors: { a: { row: 7 }, b: "{" },
};
const LINE = commitLine(BATCH, COMMIT).slice(0, -1);

/** A mark of this body, signed for a batch. */
function signed(body: string, batch = BATCH): string {
  return `#commit ${crc32(body, crc32(batch))} ${body}`;
}
const withIts = (more: object): string =>
  signed(JSON.stringify({ v: 1, bytes: 0, lines: 0, at: 0, span: null, cursors: {}, ...more }));

describe("a commit mark", () => {
  it("is one comment of line protocol, in the form that other versions read", () => {
    const body = '{"v":1,"bytes":56,"lines":2,"at":3000,"span":[1000,2000],"cursors":{"a":{"row":7},"b":"{"}}';
    expect(commitLine(BATCH, COMMIT)).toBe(`#commit ${crc32(body, crc32(BATCH))} ${body}\n`);
    expect(commitLine(BATCH, { ...COMMIT, span: undefined })).toContain(',"span":null,');
  });

  it("is read as it was written, whole and its head alone", () => {
    const commit = fc.record({
      batch: fc.uint8Array({ maxLength: 40 }),
      lines: fc.nat(),
      at: fc.nat(2 ** 45),
      span: fc.option(fc.record({ fromMs: fc.integer(), toMs: fc.integer() }), { nil: undefined }),
      cursors: fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<never>),
    });
    fc.assert(
      fc.property(commit, fc.nat(39), ({ batch, ...said }, at) => {
        const line = commitLine(batch, said).slice(0, -1);
        const read = parseCommit(line)!;
        // -0 and keys such as __proto__ are JSON's matter
        expect(JSON.stringify(read)).toBe(
          JSON.stringify({
            bytes: batch.length,
            lines: said.lines,
            at: said.at,
            span: said.span,
            cursors: JSON.parse(JSON.stringify(said.cursors)),
            crc: read.crc,
          }),
        );
        const bytes = Buffer.from(line);
        const head = markHead(bytes)!;
        expect(head).toEqual({ crc: read.crc, bytes: batch.length, at: said.at, bodyAt: line.indexOf("{") });
        expect([commitMatches(line, read, crc32(batch)), headMatches(bytes, head, crc32(batch))]).toEqual([true, true]);
        if (at >= batch.length) return;
        const changed = Uint8Array.from(batch);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect([commitMatches(line, read, crc32(changed)), headMatches(bytes, head, crc32(changed))]).toEqual([
          false,
          false,
        ]);
      }),
      { numRuns: runs(40) },
    );
  });

  it("does not match when its own text has changed", () => {
    const changed = LINE.replace('"row":7', '"row":8');
    expect(commitMatches(changed, parseCommit(changed)!, crc32(BATCH))).toBe(false);
    const bytes = Buffer.from(changed);
    expect(headMatches(bytes, markHead(bytes)!, crc32(BATCH))).toBe(false);
  });

  it.each([
    ["cut short", LINE.slice(0, -1)],
    ["longer than it was", `${LINE} `],
    ["with something before it", ` ${LINE}`],
    ["with a newline", `${LINE}\n`],
    ["without a sum", "#commit {}"],
    ["with a sum of eleven digits", LINE.replace(/\d+/, "12345678901")],
    ["with a sum that is not a number", LINE.replace(/\d+/, "12a")],
    ["with a body that is not JSON", signed("{a}")],
    ["with a body that is a list", "#commit 1 {}[]"],
    ["of another version", withIts({ v: 2 })],
    ["without bytes", withIts({ bytes: null })],
    ["with a part of a line", withIts({ lines: 0.5 })],
    ["of no time", withIts({ at: "0" })],
    ["with cursors that are a list", withIts({ cursors: [] })],
    ["with cursors that are a text", withIts({ cursors: "c" })],
    ["without cursors", withIts({ cursors: null })],
    ["without a span", withIts({ span: undefined })],
    ["with a span that is a text", withIts({ span: "12" })],
    ["with a span of one end", withIts({ span: [1] })],
    ["with a span of three", withIts({ span: [1, 2, 3] })],
    ["with a span from nothing", withIts({ span: [null, 2] })],
    ["with a span to nothing", withIts({ span: [1, null] })],
  ])("is not read %s", (_, line) => {
    expect(parseCommit(line)).toBeUndefined();
  });

  it("is read with a sum of ten digits, and with the least it can say", () => {
    expect(parseCommit(withIts({}))).toMatchObject({ bytes: 0, lines: 0, at: 0, span: undefined, cursors: {} });
    expect(parseCommit(LINE.replace(/\d+/, "1234567890"))?.crc).toBe(1234567890);
  });

  it.each([
    ["no sum", '#commit  {"v":1,"bytes":1,"lines":1,"at":1,'],
    ["a sum of sixteen digits", '#commit 1234567890123456 {"v":1,"bytes":1,"lines":1,"at":1,'],
    ["another version", '#commit 1 {"v":2,"bytes":1,"lines":1,"at":1,'],
    ["no bytes", '#commit 1 {"v":1,"bytes":,"lines":1,"at":1,'],
    ["a sign", '#commit 1 {"v":1,"bytes":-1,"lines":1,"at":1,'],
    ["a letter", '#commit 1 {"v":1,"bytes":1,"lines":1:,"at":1,'],
    ["no time", '#commit 1 {"v":1,"bytes":1,"lines":1,"at":,'],
    ["nothing after the time", '#commit 1 {"v":1,"bytes":1,"lines":1,"at":1'],
    ["nothing at all", "#commit "],
  ])("has no head with %s", (_, line) => {
    expect(markHead(Buffer.from(line))).toBeUndefined();
  });

  it("has a head of numbers of up to fifteen digits", () => {
    const line = Buffer.from('#commit 999 {"v":1,"bytes":123456789012345,"lines":0,"at":9,');
    expect(markHead(line)).toEqual({ crc: 999, bytes: 123456789012345, at: 9, bodyAt: 12 });
  });
});

it("joinSpans() is the span that holds both", () => {
  const [a, b] = [
    { fromMs: 1, toMs: 5 },
    { fromMs: 3, toMs: 9 },
  ];
  expect([joinSpans(a, b), joinSpans(b, a)]).toEqual([
    { fromMs: 1, toMs: 9 },
    { fromMs: 1, toMs: 9 },
  ]);
  expect([joinSpans(a, undefined), joinSpans(undefined, b), joinSpans(undefined, undefined)]).toEqual([
    a,
    b,
    undefined,
  ]);
});
