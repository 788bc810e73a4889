import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../../core/testing/runs.ts";
import { isInternalLine, jsonFields } from "./json-line.ts";
import type { Piece } from "./line-cutter.ts";

/** A line somewhere in a piece. */
function pieceOf(line: string): { piece: Piece; start: number; end: number } {
  const bytes = Buffer.from(`before\n${line}\nafter`, "utf8");
  return { piece: { bytes, text: bytes.toString("latin1") }, start: 7, end: bytes.length - 6 };
}
const fieldsOf = (line: string): ReturnType<typeof jsonFields> => {
  const { piece, start, end } = pieceOf(line);
  return jsonFields(piece, start, end);
};

const tricky = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.constantFrom(
        "\\",
        '"',
        "/",
        '"timestamp":"',
        '"eventMessage":"x"',
        "\n",
        "\u0007",
        "é",
        "🙂",
        '\\"',
        "}",
        "{",
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe("jsonFields()", () => {
  it("finds what JSON.parse finds, whatever the texts, the order and the escapes", () => {
    fc.assert(
      fc.property(
        tricky,
        tricky,
        fc.boolean(),
        fc.shuffledSubarray(["message", "system", "boot", "time", "ticks", "noise"], { minLength: 6 }),
        (message, noise, slashes, order) => {
          const parts: Readonly<Record<string, object>> = {
            message: { eventMessage: message },
            system: { subsystem: "com.apple.AssetCache" },
            boot: { bootUUID: "B0010001" },
            time: { timestamp: "2025-01-17 18:15:28.377791+0000" },
            ticks: { machTimestamp: 123_456_789_012 },
            noise: { formatString: noise, backtrace: { frames: [{ imageOffset: 1 }] } },
          };
          const plain = JSON.stringify(Object.assign({}, ...order.map((name) => parts[name])));
          const line = slashes ? plain.replaceAll("/", "\\/") : plain;
          expect(fieldsOf(line)).toEqual({
            timestamp: "2025-01-17 18:15:28.377791+0000",
            message,
            boot: "B0010001",
            ticks: "123456789012",
          });
        },
      ),
      { numRuns: runs(100) },
    );
  });

  it("reads a line that is written with spaces", () => {
    const line =
      '{ "subsystem" : "com.apple.AssetCache", "timestamp": "2025-01-17 18:15:28.377791+0000", "eventMessage": "a" }';
    expect(fieldsOf(line)).toMatchObject({ message: "a", boot: undefined });
  });

  it.each([
    [
      "another program's",
      '{"subsystem":"com.apple.Other","timestamp":"2025-01-17 18:15:28.377791+0000","eventMessage":"a"}',
      "other",
    ],
    ["what log show ends with", '{"count":12,"finished":1}', "other"],
    [
      "two halves in one",
      '{"eventMessage":"a","subsystem":"com.apple.AssetCache","timestamp":"2025-01-{"eventMessage":"b","subsystem":"com.apple.AssetCache","timestamp":"2025-01-17 18:15:28.377791+0000"}',
      undefined,
    ],
    ["half a line", '{"eventMessage":"a","subsystem":"com.apple', undefined],
    ["a message of another type", '{"eventMessage":7,"subsystem":"com.apple.AssetCache","timestamp":"x"}', undefined],
  ])("does not take %s for a line of the cache", (_what, line, expected) => expect(fieldsOf(line)).toBe(expected));

  it("knows lines of the program's own work without reading them", () => {
    const internal = '{"eventMessage":"#a ECResponse[0x1f]: done","subsystem":"com.apple.AssetCache","timestamp":"x"}';
    const isInternal = (line: string): boolean => {
      const { piece, start, end } = pieceOf(line);
      return isInternalLine(piece, start, end);
    };
    expect(isInternal(internal)).toBe(true);
    expect(isInternal(internal.replace("AssetCache", "Other"))).toBe(false);
    expect(isInternal(internal.slice(0, -1))).toBe(false);
  });
});
