import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { dataMember, endMember, HEAD_BYTES } from "./gzip-members.ts";
import { AT_ONCE_MAX_BYTES, inMemory, packedContent } from "./packed-content.ts";
import type { SegmentContent } from "./segment-content.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lpacked-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const content = Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 7919) & 255));
const SIZE = 100;
const SEARCH_STEP = 256 * 1024;
const FACTS = { size: content.length, span: { fromMs: 1, toMs: 2 }, at: 3, names: 5n };

async function membersOf(bytes: Buffer, size: number): Promise<Buffer[]> {
  const members: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) members.push(await dataMember(bytes.subarray(at, at + size), at));
  return members;
}

/** Opens a file as a packed segment, and closes it afterwards. */
async function opened<Result>(bytes: Buffer, use: (found: SegmentContent) => Promise<Result>): Promise<Result> {
  const path = join(folder, "a.gz");
  await writeFile(path, bytes);
  const file = await open(path);
  const stats = await file.stat();
  const found = await packedContent(path, file, stats);
  expect(found).toMatchObject({ path, diskBytes: bytes.length, stamp: `${stats.ino} ${stats.mtimeMs}` });
  try {
    return await use(found);
  } finally {
    await found.close();
    expect(file.fd).toBe(-1);
  }
}

/** What can be read of it. */
const allOf = async (bytes: Buffer): Promise<Buffer> =>
  await opened(bytes, async (found) => await found.read(0, found.size));
/** The content with zeros where a member is lost. */
function without(...lost: readonly number[]): Buffer {
  const zeroed = Buffer.from(content);
  for (const member of lost) zeroed.fill(0, member * SIZE, (member + 1) * SIZE);
  return zeroed;
}

describe("packedContent()", () => {
  it("is the bytes at their places, whatever room there is for them", async () => {
    await opened(Buffer.concat([...(await membersOf(content, SIZE)), endMember(FACTS)]), async (found) => {
      expect(found).toMatchObject({ size: content.length, facts: FACTS });
      const room = fc.option(fc.nat(1000), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(fc.nat(1000), fc.nat(1000), room, async (at, length, size) => {
          const given = size === undefined ? undefined : Buffer.alloc(size, "x");
          const bytes = await found.read(at, length, given);
          expect(bytes.equals(content.subarray(at, at + length))).toBe(true);
          if (given !== undefined && given.length >= length && bytes.length > 0)
            expect(bytes.buffer).toBe(given.buffer);
        }),
        { numRuns: runs(40) },
      );
    });
  });

  it("has zeros for members that are lost, though the room for them held something else", async () => {
    const members = await membersOf(content, SIZE);
    for (const lost of [[0], [3], [8], [3, 4], [0, 8]]) {
      for (const harm of [0, HEAD_BYTES + 1]) {
        const changed = members.map((member, i) => {
          const bytes = Buffer.from(member);
          if (lost.includes(i)) bytes[harm] = (bytes[harm] ?? 0) ^ 255;
          return bytes;
        });
        await opened(Buffer.concat([...changed, endMember(FACTS)]), async (found) => {
          for (const at of [0, 30, 250, 799, 850]) {
            const bytes = await found.read(at, 500, Buffer.alloc(500, "x"));
            expect(bytes.equals(without(...lost).subarray(at, at + 500))).toBe(true);
          }
        });
      }
    }
  });

  it("finds members behind other bytes, and their end without the last", async () => {
    const members = await membersOf(content, SIZE);
    expect((await allOf(Buffer.concat(members))).equals(content)).toBe(true);
    expect((await allOf(Buffer.concat(members.slice(0, 4)))).equals(content.subarray(0, 4 * SIZE))).toBe(true);
    const noise = Buffer.alloc(300_000, "noise");
    // the search goes in steps: the next member may begin with one, or lie across two
    for (const length of [1, 2, noise.length, SEARCH_STEP - 2, SEARCH_STEP + 1]) {
      const some = noise.subarray(0, length);
      const around = Buffer.concat([...members.slice(0, 2), some, ...members.slice(2), endMember(FACTS)]);
      expect((await allOf(around)).equals(content)).toBe(true);
    }
    const cut = Buffer.concat([...members.slice(0, 2), (members[2] ?? noise).subarray(0, -1)]);
    expect(await allOf(cut)).toHaveLength(3 * SIZE);
    expect((await allOf(cut)).equals(without(2).subarray(0, 3 * SIZE))).toBe(true);
  });

  it("is that of a large file too, read member by member", async () => {
    const large = Buffer.alloc(AT_ONCE_MAX_BYTES, "larder");
    const padding = Buffer.alloc(AT_ONCE_MAX_BYTES);
    const members = await membersOf(large, 1 << 18);
    const file = Buffer.concat([...members, padding, endMember({ ...FACTS, size: large.length })]);
    await opened(file, async (found) => {
      for (const at of [0, (1 << 18) - 3, large.length - 7]) {
        expect((await found.read(at, 9)).equals(large.subarray(at, at + 9))).toBe(true);
      }
    });
  });

  it("is unpacked whole where somebody packed it by hand, and nothing where it is not gzip", async () => {
    expect((await allOf(gzipSync(content))).equals(content)).toBe(true);
    await opened(gzipSync(content), async (found) => {
      expect(found).toMatchObject({ size: content.length, facts: undefined });
      expect((await found.read(7, 20)).equals(content.subarray(7, 27))).toBe(true);
    });
    for (const bytes of [Buffer.alloc(0), Buffer.from("text"), gzipSync(content).subarray(0, 50)]) {
      expect(await allOf(bytes)).toHaveLength(0);
    }
  });
});

describe("inMemory()", () => {
  it("is read once, into the memory it is given", async () => {
    await opened(Buffer.concat([...(await membersOf(content, SIZE)), endMember(FACTS)]), async (found) => {
      const memory = Buffer.alloc(2000);
      const asked: number[] = [];
      const kept = await inMemory(found, (size) => {
        asked.push(size);
        return memory;
      });
      expect([asked, kept.bytes?.equals(content), kept.bytes?.buffer === memory.buffer]).toEqual([
        ...[[content.length], true, true],
      ]);
      for (const room of [undefined, Buffer.alloc(50), Buffer.alloc(2)]) {
        expect((await kept.read(10, 20, room)).equals(content.subarray(10, 30))).toBe(true);
      }
      for (const room of [Buffer.alloc(50), Buffer.alloc(20)]) {
        const bytes = await kept.read(10, 20, room);
        expect(bytes.buffer).toBe(room.buffer);
        expect(room.subarray(0, 20).equals(content.subarray(10, 30))).toBe(true);
      }
      expect(kept).toMatchObject({ size: found.size, facts: FACTS, stamp: found.stamp });
    });
  });

  it("leaves alone what is not ours, or is large", async () => {
    const bufferOf = () => expect.unreachable();
    await opened(gzipSync(content), async (found) => expect(await inMemory(found, bufferOf)).toBe(found));
    const members = await membersOf(content, SIZE);
    const large = endMember({ ...FACTS, size: 32 * 1024 * 1024 + 1 });
    await opened(Buffer.concat([...members, large]), async (found) => {
      expect(await inMemory(found, bufferOf)).toBe(found);
    });
  });
});
