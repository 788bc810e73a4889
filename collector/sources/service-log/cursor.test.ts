import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/journal/journal.ts";
import { cursorJson, NO_CURSOR, parseCursor, type ServiceLogCursor } from "./cursor.ts";

const WHOLE: ServiceLogCursor = {
  at: 1,
  batch: 2,
  file: { offset: 3, headBytes: 4, head: "h", tail: "t" },
  taken: [{ boot: "b", ticks: "123", lines: 2 }],
  newestMs: 5,
  seen: { "2026-11-29": 6 },
  pending: new Map([
    ["1.2", { device: { family: "iPhone", model: "iPhone17,1", os: "iOS 26.1" }, kind: "iOS", transfer: true }],
  ]),
  recent: { sinceMs: 7, lines: 8, unknown: 9, unnamed: 10 },
  told: { "cache-emptied": 11, "disk-error": 12 },
};
const PENDING = ["1.2", "iPhone", "iPhone17,1", "iOS 26.1", "iOS", true];
const json = cursorJson(WHOLE) as Readonly<Record<string, Json>>;
const withIts = (more: Readonly<Record<string, Json>>) => parseCursor({ ...json, ...more });

describe("the cursor of the log source", () => {
  it("is read as it was written", () => {
    expect(parseCursor(json)).toEqual(WHOLE);
    expect(parseCursor(cursorJson(NO_CURSOR))).toEqual(NO_CURSOR);
    const untailed = { ...WHOLE, file: { offset: 3, headBytes: 4, head: "h", tail: undefined } };
    expect(parseCursor(cursorJson(untailed))).toEqual(untailed);
  });

  it("says each request that waits in one list", () => {
    expect(json["pending"]).toEqual([PENDING]);
    expect(json["taken"]).toEqual([["b", "123", 2]]);
  });

  it("is read from the least there can be", () => {
    expect(parseCursor({ v: 1, at: 1, batch: 2 })).toEqual({ ...NO_CURSOR, at: 1, batch: 2 });
  });

  it.each([{ v: 2 }, { at: -1 }, { batch: "2" }])("is not one of ours with %j", (more) => {
    expect(withIts(more)).toBeUndefined();
  });

  it.each([undefined, null, 1, []])("is not read from %j", (other) => {
    expect(parseCursor(other)).toBeUndefined();
  });

  it.each([
    [{ file: { headBytes: 4, head: "h" } }, { file: undefined }],
    [{ file: { offset: 3, head: "h" } }, { file: undefined }],
    [{ file: { offset: 3, headBytes: 4 } }, { file: undefined }],
    [
      { file: { offset: 3, headBytes: 4, head: "h", tail: 1 } },
      { file: { offset: 3, headBytes: 4, head: "h", tail: undefined } },
    ],
    [
      {
        taken: [
          ["b", 123, 2],
          [1, "123", 2],
          ["b", "123", "2"],
          ["c", "4", 1],
        ],
      },
      { taken: [{ boot: "c", ticks: "4", lines: 1 }] },
    ],
    [{ newestMs: "5" }, { newestMs: undefined }],
    [{ seen: { "2026-11-29": "6", "2026-11-30": 7 } }, { seen: { "2026-11-30": 7 } }],
    [{ seen: 1 }, { seen: {} }],
    [{ recent: { sinceMs: "7", lines: 8 } }, { recent: { sinceMs: 0, lines: 8, unknown: 0, unnamed: 0 } }],
    [{ told: { "cache-emptied": -1, "disk-error": 12, other: 13 } }, { told: { "disk-error": 12 } }],
    [{ told: 1 }, { told: {} }],
  ])("is read without what is of another type: %j", (more, other) => {
    expect(withIts(more as Readonly<Record<string, Json>>)).toStrictEqual({ ...WHOLE, ...other });
  });

  it.each(PENDING.map((_, i) => i))("is read without a request whose part %i is of another type", (i) => {
    const broken = PENDING.map((each, k) => (k === i ? 1 : each));
    expect(withIts({ pending: [PENDING, broken] })).toEqual(WHOLE);
  });
});
