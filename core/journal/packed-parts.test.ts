import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { dataMember, endMember, namesMember } from "./gzip-members.ts";
import { mayHold, NameCollector, type NameSet } from "./name-set.ts";
import { linesOfParts } from "./packed-parts.ts";
import type { Stretch } from "./segment-content.ts";

interface Packed {
  readonly file: Buffer;
  readonly sets: readonly NameSet[];
  /** Where each member with content begins in the file. */
  readonly begins: readonly number[];
}

/** A packed segment with members of this size. */
async function packed(content: Buffer, size: number): Promise<Packed> {
  const names = new NameCollector(size);
  names.add(content);
  const members: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) {
    members.push(await dataMember(content.subarray(at, at + size), at));
  }
  const sets = members.map((_, i) => names.parts[i] ?? 0n);
  const begins = members.map((_, i) => members.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const end = endMember({ size: content.length, span: undefined, at: 1, names: names.set });
  return { file: Buffer.concat([...members, namesMember(sets)!, end]), sets, begins };
}

/** Lines that lie whole in stretches of wanted members, with the newline before them. */
function expected(content: Buffer, size: number, wanted: readonly boolean[], { from, to }: Stretch): string {
  let found = "";
  for (let start = 0, end = 0; start < content.length; start = end) {
    end = content.indexOf("\n", start) + 1;
    const first = Math.floor(Math.max(0, start - 1) / size);
    const last = Math.floor((end - 1) / size);
    const isThere = wanted.slice(first, last + 1).every(Boolean);
    if (isThere && start >= from && end <= to) found += content.toString("latin1", start, end);
  }
  return found;
}

const line = fc
  .tuple(
    fc.oneof({ weight: 1, arbitrary: fc.constant("rare") }, { weight: 15, arbitrary: fc.constant("often") }),
    fc.nat(10 ** 6),
  )
  .map(([name, n]) => `${name} v=${n}\n`);

describe("lines of some measurements", () => {
  it("are given whole, once and in order, from the members that may hold them", async () => {
    const lines = fc.array(line, { minLength: 15, maxLength: 30 });
    const some = fc.constantFrom(["rare"], ["rare"], ["rare", "nothing"], []);
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.oneof(fc.integer({ min: 4, max: 8 }), fc.integer({ min: 9, max: 40 })),
        some,
        fc.nat(60),
        fc.nat(60),
        async (all, size, names, a, b) => {
          const content = Buffer.from(all.join(""));
          const { file, sets } = await packed(content, size);
          const wanted = sets.map((set) => names.some((name) => mayHold(set, name)));
          const ends = [0, ...all.map((_, i) => all.slice(0, i + 1).join("").length)];
          const within = { from: ends[a] ?? 0, to: ends[b] ?? Number.POSITIVE_INFINITY };
          const pieces = linesOfParts(file, names, within);
          if (2 * wanted.filter(Boolean).length > wanted.length) expect(pieces).toBeUndefined();
          else expect(Buffer.concat(pieces!).toString("latin1")).toBe(expected(content, size, wanted, within));
          expect(pieces?.every((piece) => piece.at(-1) === 0x0a)).not.toBe(false);
        },
      ),
      { numRuns: runs(20) },
    );
  });

  it("are all of them in what is given", async () => {
    const all = Array.from({ length: 60 }, (_, i) => (i % 20 === 7 ? `rare v=${i}i 5\n` : `m,server=a v=${i}i 5\n`));
    for (let size = 20; size < 60; size += 7) {
      const { file } = await packed(Buffer.from(all.join("")), size);
      const pieces = linesOfParts(file, ["rare"], { from: 0, to: Number.POSITIVE_INFINITY });
      const found = Buffer.concat(pieces!)
        .toString()
        .match(/^rare .*\n/gm);
      expect(found).toEqual(all.filter((each) => each.startsWith("rare")));
    }
  });

  it("are looked for in all of it where a member, or what says which, is damaged", async () => {
    const all = Array.from({ length: 20 }, (_, i) => (i === 9 ? "rare v=1i 5\n" : `m,server=a v=${i}i 5\n`));
    const { file, begins } = await packed(Buffer.from(all.join("")), 60);
    const within = { from: 0, to: Number.POSITIVE_INFINITY };
    const ofChanged = (at: number) => {
      const changed = Buffer.from(file);
      changed[at] = (file[at] ?? 0) ^ 1;
      return linesOfParts(changed, ["rare"], within)?.map(String).join("");
    };
    const whole = linesOfParts(file, ["rare"], within)!.map(String).join("");
    expect(whole).toContain("rare");
    const wanted = begins.findLastIndex((begin) => ofChanged(begin + 40) === undefined);
    expect(wanted).toBeGreaterThan(0);
    // the content of one that is not wanted does not matter, its head does
    expect(ofChanged((begins[0] ?? 0) + 40)).toBe(whole);
    for (const begin of begins) expect(ofChanged(begin)).toBeUndefined();
    expect(ofChanged(file.indexOf("LN") + 20)).toBeUndefined();
    expect(linesOfParts(Buffer.alloc(0), ["rare"], within)).toBeUndefined();
  });
});
