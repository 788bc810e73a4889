import { crc32, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import {
  dataMember,
  END_BYTES,
  endMember,
  HEAD_BYTES,
  MEMBER_BYTES,
  namesBytes,
  namesMember,
  type PackedFacts,
  readEnd,
  readHead,
  readNames,
  unpackChecked,
  unpackMember,
} from "./gzip-members.ts";
import { EVERY_NAME } from "./name-set.ts";

/** Every form of some bytes in which one of them is another, up to a place. */
function* changedUpTo(bytes: Buffer, end: number): Generator<Buffer> {
  for (let at = 0; at < end; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    yield changed;
  }
}

const FACTS: PackedFacts = {
  size: 2 ** 40,
  span: { fromMs: -5, toMs: 2 ** 45 },
  at: 12,
  names: 0x8000_0000_0000_0001n,
};

describe("a member with content", () => {
  it("says where it lies, and gives back what was packed", async () => {
    const contents = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(70_000)));
    await fc.assert(
      fc.asyncProperty(contents, fc.nat(2 ** 32 - 1), async (bytes, offset) => {
        const content = Buffer.from(bytes);
        const member = await dataMember(content, offset);
        const head = readHead(member.subarray(0, HEAD_BYTES));
        expect(head).toEqual({ fileBytes: member.length, offset, size: content.length });
        expect(unpackMember(member, head!)?.equals(content)).toBe(true);
        expect(unpackChecked(member, head!)?.equals(content)).toBe(true);
        expect(gunzipSync(member).equals(content)).toBe(true);
      }),
      { numRuns: runs(30) },
    );
  });

  it("is recognised by all of its head, and gives nothing else where it changed", async () => {
    const content = Buffer.from("m,server=a v=1i 5\nm,server=b v=2i 5\n");
    const member = await dataMember(content, 7);
    const head = readHead(member)!;
    for (const changed of changedUpTo(member, HEAD_BYTES)) expect(readHead(changed)).toBeUndefined();
    expect(readHead(member.subarray(0, HEAD_BYTES - 1))).toBeUndefined();
    for (const changed of [...changedUpTo(member, member.length - 4)].slice(HEAD_BYTES)) {
      const found = unpackChecked(changed, head);
      expect(found === undefined || found.equals(content)).toBe(true);
    }
    const sum = Buffer.from(member);
    sum.writeUInt32LE(0, member.length - 8);
    expect(unpackMember(sum, head)?.equals(content)).toBe(true);
    expect(unpackChecked(sum, head)).toBeUndefined();
  });

  it("gives nothing where it is not of the size it says, or of one that we write", async () => {
    const content = Buffer.alloc(5000, "larder");
    const member = await dataMember(content, 0);
    const head = readHead(member)!;
    for (const size of [0, 4999, 5001, 2 ** 32 - 1]) {
      expect(unpackMember(member, { ...head, size })).toBeUndefined();
      expect(unpackChecked(member, { ...head, size })).toBeUndefined();
    }
    const largest = await dataMember(Buffer.alloc(MEMBER_BYTES), 0);
    expect(unpackMember(largest, readHead(largest)!)).toHaveLength(MEMBER_BYTES);
    const larger = await dataMember(Buffer.alloc(MEMBER_BYTES + 1), 0);
    expect(unpackMember(larger, readHead(larger)!)).toBeUndefined();
  });
});

it("members begin as other versions and tools know them", async () => {
  const begins = [await dataMember(Buffer.from("a"), 0), namesMember([1n]), endMember(FACTS)].map((member) =>
    member?.toString("hex", 0, 16),
  );
  const gzip = "1f8b08040000000000ff";
  expect(begins).toEqual([`${gzip}14004c441000`, `${gzip}10004c4e0c00`, `${gzip}30004c452c00`]);
});

describe("the last member", () => {
  it.each<[string, PackedFacts, PackedFacts]>([
    ["all there is", FACTS, FACTS],
    ["no times", { ...FACTS, span: undefined }, { ...FACTS, span: undefined }],
    ["any name", { ...FACTS, names: undefined }, { ...FACTS, names: EVERY_NAME }],
  ])("says of the whole: %s", (_, facts, expected) => {
    const member = endMember(facts);
    expect(member).toHaveLength(END_BYTES);
    expect(readEnd(member)).toEqual(expected);
    expect(gunzipSync(member)).toHaveLength(0);
  });

  it("is not one where it changed, or is cut", () => {
    const member = endMember(FACTS);
    for (const changed of changedUpTo(member, END_BYTES - 10)) expect(readEnd(changed)).toBeUndefined();
    expect(readEnd(member.subarray(1))).toBeUndefined();
    expect(readEnd(member.subarray(0, 40))).toBeUndefined();
    expect(readEnd(Buffer.alloc(0))).toBeUndefined();
  });

  it("of version 0.1 is known too: it had no names", () => {
    const head = "1f8b08040000000000ff" + "2800" + "4c45" + "2400";
    const payload = "000000000000704200000000000014c0000000000000c0420000000000002840";
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(Buffer.from(payload, "hex")));
    const member = Buffer.concat([Buffer.from(head + payload, "hex"), sum, Buffer.from([3, 0]), Buffer.alloc(8)]);
    const end = Buffer.concat([Buffer.alloc(END_BYTES - member.length, "x"), member]);
    expect(readEnd(end)).toEqual({ ...FACTS, names: undefined });
    expect(readEnd(end.subarray(1))).toBeUndefined();
  });
});

describe("the member of names", () => {
  it("has a set for each member before it, and says so only of as many", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, EVERY_NAME), { maxLength: 12 }), (sets) => {
        const member = namesMember(sets)!;
        expect(readNames(member.subarray(0, namesBytes(sets.length)), sets.length)).toEqual(sets);
        expect(readNames(member.subarray(0, namesBytes(sets.length) - 1), sets.length)).toBeUndefined();
        expect(readNames(member, sets.length + 1)).toBeUndefined();
        expect(gunzipSync(member)).toHaveLength(0);
      }),
      { numRuns: runs(15) },
    );
    const member = namesMember([1n, 2n])!;
    for (const changed of changedUpTo(member, namesBytes(2))) expect(readNames(changed, 2)).toBeUndefined();
  });

  it("is left out where its field could not hold them", () => {
    const most = Array.from({ length: 8000 }, (_, i) => BigInt(i));
    expect(readNames(namesMember(most)!, 8000)).toEqual(most);
    expect(namesMember([...most, 1n])).toBeUndefined();
    expect(readNames(namesMember(most)!, 8001)).toBeUndefined();
    expect(readNames(namesMember(most)!, 9000)).toBeUndefined();
  });
});
