import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { HeadReader, type ReadHead } from "./head-reader.ts";
import { MAX_HEAD_BYTES } from "./response-head.ts";

/** Gives bytes as a socket does, in one buffer that the next read overwrites. The body is copied before that. */
function readInPieces(reader: HeadReader, text: string, sizes: readonly number[]): ReturnType<HeadReader["take"]> {
  const shared = Buffer.alloc(text.length);
  let read: ReadHead | string | undefined;
  for (let at = 0, i = 0; at < text.length && read === undefined; i++) {
    const size = Math.min(sizes[i % sizes.length] ?? 1, text.length - at);
    shared.write(text.slice(at, at + size), at, "latin1");
    const bytes = shared.subarray(at, at + size);
    read = reader.take(bytes);
    if (typeof read === "object") read = { head: read.head, body: Buffer.from(read.body) };
    bytes.fill(0x7e);
    at += size;
  }
  return read;
}

const interim = fc.constantFrom("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
const names = fc.constantFrom("Content-Length", "content-length", "X-Apple-Cached-Ranges", "CONTENT-TYPE", "Server");

test("a head comes out the same wherever the reads cut it", () => {
  fc.assert(
    fc.property(
      fc.array(interim, { maxLength: 2 }),
      fc.array(fc.tuple(names, fc.stringMatching(/^[\w /=-]{0,30}$/)), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
      (interims, fields, sizes) => {
        const head = `${interims.join("")}HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
        const whole = new HeadReader().take(Buffer.from(head, "latin1"));
        const reader = new HeadReader();
        for (let answer = 0; answer < 2; answer++) {
          const read = readInPieces(reader, head, sizes);
          expect(read).toEqual(whole);
          expect(reader.begun).toBe(false);
        }
      },
    ),
    { numRuns: runs(250) },
  );
});

test("the bytes behind a head are the body's", () => {
  const text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
  const read = new HeadReader().take(Buffer.from(text));
  expect(typeof read === "object" ? read.body.toString() : read).toBe("body");
});

test.each([
  ["as long as it may be", MAX_HEAD_BYTES, "object"],
  ["a byte longer", MAX_HEAD_BYTES + 1, "string"],
])("a head that is %s, in small reads", (_what, length, type) => {
  const frame = "HTTP/1.1 200 OK\r\nA: \r\n\r\n".length;
  const text = `HTTP/1.1 200 OK\r\nA: ${"a".repeat(length - frame)}\r\n\r\n`;
  expect(typeof readInPieces(new HeadReader(), text, [1400])).toBe(type);
});
