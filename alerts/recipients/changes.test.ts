import { describe, expect, it } from "vitest";
import { findDuplicates, isEmpty, planChanges } from "./changes.ts";
import type { StoredRecipient } from "./model.ts";

const row = (number: number, address: string, language = "en", enabled = true, version = 1): StoredRecipient => ({
  row: number,
  version,
  address,
  language,
  enabled,
});
const ada = row(2, "ada@example.org");
const bob = row(5, "Bob@example.org", "de", false, 3);

describe("planChanges()", () => {
  it("counts new rows on from the last row ever given out", () => {
    const wanted = [{ address: "x@example.org" }, { address: "y@example.org", language: "fr", enabled: false }];
    const { inserts } = planChanges([ada, bob], { kind: "add", wanted }, 9);
    expect(inserts).toEqual([row(10, "x@example.org"), row(11, "y@example.org", "fr", false)]);
  });

  it("changes only what is said, and counts the version up", () => {
    const add = planChanges([ada, bob], { kind: "add", wanted: [{ address: "bob@EXAMPLE.org", enabled: true }] }, 5);
    expect(add.updates).toEqual([{ before: bob, after: { ...bob, enabled: true, version: 4 } }]);
    const same = planChanges([ada, bob], { kind: "add", wanted: [{ address: "bob@example.org" }] }, 5);
    expect(isEmpty(same)).toBe(true);
    expect(same.unchanged).toEqual([bob]);
  });

  it("set removes who is not named and keeps the row of who is", () => {
    const set = planChanges([ada, bob], { kind: "set", wanted: [{ address: "ADA@example.org" }] }, 5);
    expect(set).toMatchObject({ inserts: [], updates: [], deletes: [bob], unchanged: [ada] });
  });

  it("remove takes every row of the address and names who is not there", () => {
    const twice = row(7, "ADA@example.org");
    const gone = planChanges([ada, bob, twice], { kind: "remove", addresses: ["ada@example.org", "x@y.org"] }, 7);
    expect(gone.deletes).toEqual([ada, twice]);
    expect(gone.missing).toEqual(["x@y.org"]);
  });

  it("keeps the first of rows with one address once the address is mentioned", () => {
    const twice = row(7, "ADA@example.org");
    expect(findDuplicates([twice, bob, ada])).toEqual([twice]);
    const add = planChanges([twice, bob, ada], { kind: "add", wanted: [{ address: "ada@example.org" }] }, 7);
    expect(add).toMatchObject({ unchanged: [ada], duplicates: [twice] });
    const other = planChanges([twice, bob, ada], { kind: "add", wanted: [{ address: "bob@example.org" }] }, 7);
    expect(isEmpty(other)).toBe(true);
  });
});
