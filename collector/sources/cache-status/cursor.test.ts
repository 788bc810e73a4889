import { describe, expect, it } from "vitest";
import { TOTAL_KEYS } from "../../../core/cache/cache.ts";
import type { Json } from "../../../core/journal/journal.ts";
import { cursorJson, type ManagerStatusCursor, parseCursor } from "./cursor.ts";

const totals = {
  since: "2026-11-01",
  sinceMs: 11,
  bytes: Object.fromEntries(Object.keys(TOTAL_KEYS).map((name, i) => [name, i + 20])),
};
const WHOLE: ManagerStatusCursor = {
  at: 1,
  timeMs: 2,
  form: "json",
  guid: "g",
  totals,
  surplus: { origin: 3, peers: 4, parents: 5 },
  counting: true,
  othersMs: 6,
  base: { timeMs: 7, totals },
  counted: { fromMs: 8, toMs: 9 },
  seen: { usedBytes: 10, registered: -1, limitBytes: 12, state: "serving", unusableTotals: "they go back" },
};

/** The cursor as JSON with another value at a path. */
function with_(path: string, value: Json | undefined): Json {
  const json = structuredClone(cursorJson(WHOLE)) as Record<string, Json>;
  const keys = path.split(".");
  let at = json;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, Json>;
  if (value === undefined) delete at[keys.at(-1)!];
  else at[keys.at(-1)!] = value;
  return json;
}

describe("the cursor of the status source", () => {
  it("is read as it was written", () => {
    expect(parseCursor(cursorJson(WHOLE))).toEqual(WHOLE);
  });

  it.each(["json", "text", "plist", "serveradmin"] as const)("knows the form %s", (form) => {
    expect(parseCursor(with_("form", form))?.form).toBe(form);
  });

  it("is read from the least there can be", () => {
    expect(parseCursor({ v: 1, at: 1, timeMs: 2, form: "text" })).toEqual({
      at: 1,
      timeMs: 2,
      form: "text",
      surplus: { origin: 0, peers: 0, parents: 0 },
      seen: {},
    });
  });

  it.each([
    ["v", 2],
    ["form", "xml"],
    ["at", -1],
    ["at", undefined],
    ["timeMs", 0.5],
  ])("is not one of ours where %s is %j", (path, value) => {
    expect(parseCursor(with_(path, value))).toBeUndefined();
  });

  it.each([undefined, null, 1, []])("is not read from %j", (json) => {
    expect(parseCursor(json)).toBeUndefined();
  });

  it.each([
    ["guid", 1, { guid: undefined }],
    ["totals", 1, { totals: undefined }],
    ["totals.bytes", 1, { totals: undefined }],
    ["surplus", 1, { surplus: { origin: 0, peers: 0, parents: 0 } }],
    ["surplus.origin", "1", { surplus: { origin: 0, peers: 4, parents: 5 } }],
    ["counting", 1, { counting: undefined }],
    ["counting", false, { counting: false }],
    ["othersMs", "6", { othersMs: undefined }],
    ["base", 1, { base: undefined }],
    ["base.timeMs", "7", { base: undefined }],
    ["base.totals", 1, { base: undefined }],
    ["counted", 1, { counted: undefined }],
    ["counted.fromMs", "8", { counted: undefined }],
    ["counted.toMs", "9", { counted: undefined }],
    ["seen", 1, { seen: {} }],
    ["seen.registered", "1", { seen: { ...WHOLE.seen, registered: undefined } }],
    ["seen.usedBytes", "1", { seen: { ...WHOLE.seen, usedBytes: undefined } }],
    ["seen.limitBytes", "1", { seen: { ...WHOLE.seen, limitBytes: undefined } }],
    ["seen.state", 1, { seen: { ...WHOLE.seen, state: undefined } }],
    ["seen.unusableTotals", 1, { seen: { ...WHOLE.seen, unusableTotals: undefined } }],
  ])("is read without what is of another type: %s is %j", (path, value, other) => {
    expect(parseCursor(with_(path, value))).toEqual({ ...WHOLE, ...other });
  });

  it("leaves out a total that is not a number of bytes", () => {
    const [name = ""] = Object.keys(TOTAL_KEYS);
    const { [name]: _, ...others } = totals.bytes;
    expect(parseCursor(with_(`totals.bytes.${name}`, -1))?.totals?.bytes).toStrictEqual(others);
    expect(parseCursor(with_("totals.bytes", { other: 1 }))?.totals).toEqual({ ...totals, bytes: {} });
  });
});
