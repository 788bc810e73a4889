/**
 * Whether a Mach-O program is as its maker signed it: the hash of each of its pages against those in its signature
 * (Apple's `cs_blobs.h`). Who signed is what the signature says; that the maker's certificate is Apple's is for a Mac to
 * check (`codesign --verify --strict`).
 *
 * @module
 */
import { createHash } from "node:crypto";

const MACH_O_64 = 0xfeedfacf;
const LC_CODE_SIGNATURE = 0x1d;
const LC_BUILD_VERSION = 0x32;
const CODE_DIRECTORY = 0xfade0c02;
const HARDENED_RUNTIME = 0x10000;

export interface CodeSignature {
  readonly team: string;
  readonly hardened: boolean;
  /** The oldest macOS that starts it. */
  readonly macos: string;
}

/** @throws Error when it is not a thin 64-bit Mach-O program, is not signed, or was changed since. */
export function checkCodeSignature(program: Buffer): CodeSignature {
  if (program.length < 32 || program.readUInt32LE(0) !== MACH_O_64)
    throw new Error("not a program for one kind of Mac");
  const commands = loadCommands(program);
  const signature = commands.find(({ kind }) => kind === LC_CODE_SIGNATURE);
  if (signature === undefined) throw new Error("not signed");
  const build = commands.find(({ kind }) => kind === LC_BUILD_VERSION);
  const minimum = build === undefined ? 0 : program.readUInt32LE(build.at + 12);
  const blobAt = program.readUInt32LE(signature.at + 8);
  const blob = program.subarray(blobAt, blobAt + program.readUInt32LE(signature.at + 12));
  const directory = codeDirectory(blob);
  checkPages(program, directory);
  return {
    team: textAt(directory, directory.readUInt32BE(48)),
    hardened: (directory.readUInt32BE(12) & HARDENED_RUNTIME) !== 0,
    macos: `${minimum >>> 16}.${(minimum >>> 8) & 0xff}`,
  };
}

function loadCommands(program: Buffer): { kind: number; at: number }[] {
  const commands: { kind: number; at: number }[] = [];
  let at = 32;
  for (let left = program.readUInt32LE(16); left > 0; left--) {
    commands.push({ kind: program.readUInt32LE(at), at });
    at += program.readUInt32LE(at + 4);
  }
  return commands;
}

function codeDirectory(blob: Buffer): Buffer {
  for (let index = 0; index < blob.readUInt32BE(8); index++) {
    const at = blob.readUInt32BE(16 + index * 8);
    if (blob.readUInt32BE(at) === CODE_DIRECTORY) return blob.subarray(at, at + blob.readUInt32BE(at + 4));
  }
  throw new Error("its signature lists no code");
}

function checkPages(program: Buffer, directory: Buffer): void {
  const [hashesAt, pages, limit] = [16, 28, 32].map((at) => directory.readUInt32BE(at)) as [number, number, number];
  const [hashBytes, hashKind, , pageBits] = directory.subarray(36, 40) as unknown as [number, number, number, number];
  if (hashKind !== 2) throw new Error("its signature has hashes of a kind that is too old");
  const pageBytes = 2 ** pageBits;
  for (let page = 0; page < pages; page++) {
    const end = Math.min((page + 1) * pageBytes, limit);
    const hash = createHash("sha256")
      .update(program.subarray(page * pageBytes, end))
      .digest();
    const signed = directory.subarray(hashesAt + page * hashBytes, hashesAt + (page + 1) * hashBytes);
    if (!hash.subarray(0, hashBytes).equals(signed)) throw new Error(`changed since it was signed (page ${page})`);
  }
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.subarray(at, bytes.indexOf(0, at)).toString();
}
