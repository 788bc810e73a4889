/**
 * Writes xar archives, the container of Apple's flat packages: a header, a compressed table of contents in XML, and the
 * files one after another, as they are. No time of creation and no inode: same entries, same bytes.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { Entry } from "./entries.ts";

const HEADER_BYTES = 28;
const SHA1 = 1;
/** The sum of the table is the first thing in the heap. */
const SUM_BYTES = 20;

/** @param seconds the time of every file, since 1970 */
export function xarArchive(entries: readonly Entry[], seconds: number): Buffer {
  const table = Buffer.from(tableOfContents(entries, seconds));
  const packed = deflateSync(table, { level: 9 });
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("xar!");
  header.writeUInt16BE(HEADER_BYTES, 4);
  header.writeUInt16BE(1, 6);
  header.writeBigUInt64BE(BigInt(packed.length), 8);
  header.writeBigUInt64BE(BigInt(table.length), 16);
  header.writeUInt32BE(SHA1, 24);
  const files = entries.filter(({ kind }) => kind === "file").map(({ content }) => content);
  return Buffer.concat([header, packed, createHash("sha1").update(packed).digest(), ...files]);
}

function tableOfContents(entries: readonly Entry[], seconds: number): string {
  let at = SUM_BYTES;
  const offsets = new Map<Entry, number>();
  for (const entry of entries.filter(({ kind }) => kind === "file")) {
    offsets.set(entry, at);
    at += entry.content.length;
  }
  const time = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  const ids = new Map(entries.map((entry, index) => [entry, index + 1]));
  const below = (folder: string): string =>
    entries
      .filter(({ path }) => parentOf(path) === folder)
      .map((entry) => {
        const inside =
          entry.kind === "folder" ? below(entry.path) : dataElement(entry.content, offsets.get(entry) ?? SUM_BYTES);
        const type = entry.kind === "folder" ? "directory" : "file";
        const mode = entry.mode.toString(8).padStart(4, "0");
        return `<file id="${ids.get(entry)}"><name>${xmlText(entry.path.slice(entry.path.lastIndexOf("/") + 1))}</name><type>${type}</type><mode>${mode}</mode><uid>0</uid><gid>0</gid><mtime>${time}</mtime>${inside}</file>`;
      })
      .join("\n");
  const sum = `<checksum style="sha1"><offset>0</offset><size>${SUM_BYTES}</size></checksum>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<xar><toc>${sum}\n${below("")}\n</toc></xar>\n`;
}

function dataElement(content: Buffer, offset: number): string {
  const sum = createHash("sha1").update(content).digest("hex");
  return `<data><length>${content.length}</length><offset>${offset}</offset><size>${content.length}</size><encoding style="application/octet-stream"/><extracted-checksum style="sha1">${sum}</extracted-checksum><archived-checksum style="sha1">${sum}</archived-checksum></data>`;
}

function parentOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** Text between two XML tags. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
