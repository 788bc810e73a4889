/**
 * Writes the bill of materials of a package: what Apple's Installer keeps as the receipt, with owner, mode, size and
 * checksum of every file. Big endian throughout: a header, numbered blocks, a list of five named ones, the index of all.
 *
 * @module
 */
import { type Entry, folderEntry, statMode } from "./entries.ts";

const HEADER_BYTES = 512;
/** Paths in one leaf of the tree. */
const LEAF_PATHS = 256;
const KINDS = { file: 1, folder: 2, link: 3 } as const;

/** @param seconds the time of every file, since 1970 */
export function billOfMaterials(entries: readonly Entry[], seconds: number): Buffer {
  const paths = byParent(entries);
  const blocks = new Blocks();
  const total = paths.reduce((sum, { entry }) => sum + (entry.kind === "file" ? entry.content.length : 0), 0);
  const named: [string, number][] = [
    ["BomInfo", blocks.add(u32(1, paths.length + 1, 1, 0, 0, total % 2 ** 32, 0))],
    ["Paths", blocks.add(tree(addPaths(blocks, paths, seconds), paths.length, 4096))],
    ["HLIndex", blocks.add(tree(blocks.add(EMPTY_LEAF), 0, 4096))],
  ];
  const versions = blocks.add(tree(blocks.add(EMPTY_LEAF), 0, 128));
  named.push(["VIndex", blocks.add(Buffer.concat([u32(1, versions, 0), Buffer.alloc(1)]))]);
  named.push(["Size64", blocks.add(tree(blocks.add(EMPTY_LEAF), 0, 4096))]);
  return blocks.file(named);
}

/** An entry with its number, and that of the folder it is in: 0 above the top. */
interface NumberedPath {
  readonly entry: Entry;
  readonly name: string;
  readonly id: number;
  readonly parent: number;
}

/** Level by level, so that the numbers of the folders ascend and each folder's entries are together. */
function byParent(entries: readonly Entry[]): NumberedPath[] {
  const inside = new Map<string, Entry[]>();
  for (const entry of entries) {
    const folder = entry.path.includes("/") ? entry.path.slice(0, entry.path.lastIndexOf("/")) : ".";
    inside.set(folder, [...(inside.get(folder) ?? []), entry]);
  }
  const numbered: NumberedPath[] = [{ entry: folderEntry("."), name: ".", id: 1, parent: 0 }];
  // the list grows while it is walked
  for (const { entry, id } of numbered) {
    for (const child of inside.get(entry.path) ?? []) {
      const name = child.path.slice(child.path.lastIndexOf("/") + 1);
      numbered.push({ entry: child, name, id: numbered.length + 1, parent: id });
    }
  }
  if (numbered.length !== entries.length + 1) throw new Error("a folder is missing before what is in it");
  return numbered;
}

/** Adds the tree's leaves, and a root above them where there are several. @returns the block to begin at */
function addPaths(blocks: Blocks, paths: readonly NumberedPath[], seconds: number): number {
  const pairs = paths.map((path): [number, number] => {
    const about = blocks.add(aboutPath(path.entry, seconds));
    const info = blocks.add(u32(path.id, about));
    return [info, blocks.add(Buffer.concat([u32(path.parent), Buffer.from(`${path.name}\0`)]))];
  });
  const count = Math.ceil(pairs.length / LEAF_PATHS);
  const first = blocks.next;
  const leaves = Array.from({ length: count }, (_, leaf) => {
    const mine = pairs.slice(leaf * LEAF_PATHS, (leaf + 1) * LEAF_PATHS);
    const [forward, backward] = [leaf + 1 < count ? first + leaf + 1 : 0, leaf > 0 ? first + leaf - 1 : 0];
    const block = blocks.add(pathList(mine, { leaf: true, forward, backward }));
    return [block, mine.at(-1)?.[1] ?? 0] as const;
  });
  return count === 1 ? first : blocks.add(pathList(leaves, { leaf: false, forward: 0, backward: 0 }));
}

function aboutPath(entry: Entry, seconds: number): Buffer {
  const link = entry.kind === "link" ? Buffer.concat([entry.content, Buffer.alloc(1)]) : Buffer.alloc(0);
  const head = Buffer.alloc(6);
  head.writeUInt8(KINDS[entry.kind], 0);
  head.writeUInt8(1, 1);
  head.writeUInt16BE(3, 2);
  head.writeUInt16BE(statMode(entry), 4);
  const sum = entry.kind === "folder" ? 0 : posixChecksum(entry.content);
  const owners = u32(0, 0, seconds, entry.content.length);
  return Buffer.concat([head, owners, Buffer.from([1]), u32(sum, link.length), link]);
}

function pathList(
  pairs: readonly (readonly [number, number])[],
  { leaf, forward, backward }: { leaf: boolean; forward: number; backward: number },
): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(leaf ? 1 : 0, 0);
  head.writeUInt16BE(pairs.length, 2);
  return Buffer.concat([head, u32(forward, backward, ...pairs.flat())]);
}

const EMPTY_LEAF = pathList([], { leaf: true, forward: 0, backward: 0 });

function tree(child: number, paths: number, blockBytes: number): Buffer {
  return Buffer.concat([Buffer.from("tree"), u32(1, child, blockBytes, paths), Buffer.alloc(1)]);
}

/** Blocks are known by their numbers, from 1. */
class Blocks {
  readonly #blocks: Buffer[] = [];

  /** The number that the next block will have. */
  get next(): number {
    return this.#blocks.length + 1;
  }

  add(block: Buffer): number {
    return this.#blocks.push(block);
  }

  file(named: readonly (readonly [string, number])[]): Buffer {
    const names = named.map(([name, block]) =>
      Buffer.concat([u32(block), Buffer.from([name.length]), Buffer.from(name)]),
    );
    const variables = Buffer.concat([u32(named.length), ...names]);
    let at = HEADER_BYTES + variables.length;
    const pointers = this.#blocks.map((block) => {
      const pointer = u32(at, block.length);
      at += block.length;
      return pointer;
    });
    // the null block before them, and behind them a free list of two that are empty
    const index = Buffer.concat([u32(this.next, 0, 0), ...pointers, u32(0, 0, 0, 0, 0)]);
    const header = Buffer.alloc(HEADER_BYTES);
    header.write("BOMStore");
    u32(1, this.#blocks.length, at, index.length, HEADER_BYTES, variables.length).copy(header, 8);
    return Buffer.concat([header, variables, ...this.#blocks, index]);
  }
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** The checksum of `cksum`: over the bytes and then over those of their count. */
export function posixChecksum(content: Buffer): number {
  let crc = 0;
  const take = (byte: number): void => {
    crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  };
  for (const byte of content) take(byte);
  for (let length = content.length; length > 0; length = Math.floor(length / 256)) take(length % 256);
  return ~crc >>> 0;
}
