/**
 * The lines of some measurements from a packed segment of which only those members are unpacked that may hold them.
 *
 * Each member is checked against gzip's checksum instead of the marks of its batches, which may lie in others. Pure.
 *
 * @module
 */
import { HEAD_BYTES, type MemberHead, namesBytes, readHead, readNames, unpackChecked } from "./gzip-members.ts";
import { mayHold, type NameSet } from "./name-set.ts";
import type { Stretch } from "./segment-content.ts";

const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

interface Member extends MemberHead {
  /** Where it begins in the file. */
  readonly at: number;
  readonly names: NameSet;
}

/**
 * Whole lines, marks among them, in which all lines of the measurements are. Undefined where the file does not say what its
 * members hold, where most of them are wanted, and where one of them is damaged: all of it has to be looked at then.
 * @param file a packed segment
 * @param within both its ends are ends of lines, or beyond all of them
 */
export function linesOfParts(file: Buffer, measurements: readonly string[], within: Stretch): Buffer[] | undefined {
  const members = membersOf(file);
  if (members === undefined) return undefined;
  const wanted = members.map(({ names }) => measurements.some((name) => mayHold(names, name)));
  // to read all of it is the quicker then
  if (2 * wanted.filter(Boolean).length > members.length) return undefined;
  const pieces: Buffer[] = [];
  let run: Run | undefined;
  for (const [i, member] of members.entries()) {
    if (wanted[i] !== true) {
      run = undefined;
      continue;
    }
    const content = unpackChecked(file.subarray(member.at, member.at + member.fileBytes), member);
    if (content === undefined) return undefined;
    run ??= new Run(member.offset, within);
    run.add(content, pieces);
  }
  return pieces;
}

/** The members with content, in order; undefined where one cannot be recognised, or their names are not known. */
function membersOf(file: Buffer): Member[] | undefined {
  const heads: (MemberHead & { readonly at: number })[] = [];
  let at = 0;
  for (let head = readHead(file); head !== undefined; head = readHead(file.subarray(at, at + HEAD_BYTES))) {
    heads.push({ ...head, at });
    at += head.fileBytes;
  }
  const names = readNames(file.subarray(at, at + namesBytes(heads.length)), heads.length);
  return names === undefined ? undefined : heads.map((head, i) => ({ ...head, names: names[i] ?? 0n }));
}

/** Members that follow each other. */
class Run {
  readonly #within: Stretch;
  /** Where `#rest` begins in the segment. */
  #at: number;
  /** The beginning of a line that goes on in the next member. */
  #rest: Buffer | undefined;

  constructor(at: number, within: Stretch) {
    this.#at = at;
    this.#within = within;
    // what a run begins with in the middle of a line is of a line nobody wants
    this.#rest = at === 0 ? EMPTY : undefined;
  }

  add(content: Buffer, pieces: Buffer[]): void {
    const first = content.indexOf(NEWLINE) + 1;
    if (first === 0) {
      if (this.#rest === undefined) this.#at += content.length;
      else this.#rest = Buffer.concat([this.#rest, content]);
      return;
    }
    const end = content.lastIndexOf(NEWLINE) + 1;
    const begun = this.#rest;
    if (begun === undefined) this.#at += first;
    else if (begun.length > 0) this.#give(Buffer.concat([begun, content.subarray(0, first)]), pieces);
    this.#give(content.subarray(begun?.length === 0 ? 0 : first, end), pieces);
    this.#rest = content.subarray(end);
  }

  /** The next whole lines. */
  #give(lines: Buffer, pieces: Buffer[]): void {
    const { from, to } = this.#within;
    const [begin, end] = [from, to].map((place) => Math.min(Math.max(place - this.#at, 0), lines.length));
    if ((begin ?? 0) < (end ?? 0)) pieces.push(lines.subarray(begin, end));
    this.#at += lines.length;
  }
}
