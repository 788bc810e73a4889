import fc from "fast-check";
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

describe("rows of one address", () => {
  const stored = (row: number, address: string, enabled: boolean, language: string): StoredRecipient => ({
    row,
    version: 1,
    address,
    language,
    enabled,
  });
  const twice = [stored(1, "Ada@Example.org", false, "en"), stored(2, "ada@example.org", true, "de")];

  it.each(["add", "set"] as const)(
    "are merged by %s to what the person gets now: mails on, in their language",
    (kind) => {
      const { updates, duplicates, unchanged } = planChanges(
        twice,
        { kind, wanted: [{ address: "ada@example.org" }] },
        2,
      );
      expect(updates.map(({ after }) => after)).toEqual([{ ...twice[0], enabled: true, language: "de", version: 2 }]);
      expect([duplicates, unchanged]).toEqual([[twice[1]], []]);
    },
  );

  it("are switched off only where that is asked for", () => {
    const wanted = [{ address: "ada@example.org", enabled: false }];
    const { updates, unchanged } = planChanges(twice, { kind: "set", wanted }, 2);
    expect([...updates.map(({ after }) => after), ...unchanged].map(({ enabled }) => enabled)).toEqual([false]);
  });

  it("never silence anybody who got mails, in whatever order and number they are", () => {
    const rows = fc.array(fc.record({ enabled: fc.boolean(), language: fc.constantFrom("en", "de") }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(rows, fc.constantFrom("add" as const, "set" as const), (found, kind) => {
        const present = found.map(({ enabled, language }, i) => stored(i + 1, "ada@example.org", enabled, language));
        const changes = planChanges(present, { kind, wanted: [{ address: "ADA@example.org" }] }, 9);
        const after = [...changes.updates.map((update) => update.after), ...changes.unchanged];
        expect(after.map(({ enabled }) => enabled)).toEqual([found.some(({ enabled }) => enabled)]);
      }),
    );
  });
});
