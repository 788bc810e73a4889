/**
 * What a reader knows of the segments of a stream, found out once: where the committed bytes end, and which are whole.
 *
 * @module
 */
import type { WrittenWhen } from "./commit.ts";
import { type CommittedEnd, committedEnd } from "./committed-end.ts";
import type { SegmentContent } from "./segment-content.ts";
import { mapFrom, type SegmentMap, scanSegment } from "./segment-scan.ts";

/** The end of a segment, without its cursors. */
export interface KnownEnd {
  readonly offset: number;
  readonly commit: WrittenWhen | undefined;
}

/** What a writer knows of a segment it has appended to. */
export interface WrittenEnd extends CommittedEnd {
  /** Where it began: what lies before was written by others. */
  readonly from: number;
  /** Where the lines of its last batch that has any end. */
  readonly linesEnd: number;
}

/** What readers ask a writer that is in the same process: it knows without looking. */
export interface WriterEnds {
  endOf(segment: number): WrittenEnd | undefined;
}

const MOST_MAPS = 32;

export class SegmentMaps {
  readonly #writer: WriterEnds | undefined;
  readonly #ends = new Map<number, { readonly size: number; readonly stamp: string; readonly end: CommittedEnd }>();
  /** Of the segments last looked at: what was checked long ago may have changed since. */
  readonly #maps = new Map<number, { readonly stamp: string; readonly from: number; readonly map: SegmentMap }>();

  constructor(writer: WriterEnds | undefined) {
    this.#writer = writer;
  }

  /** Where the committed bytes of a segment end. Only its last batch is checked. */
  async endOf(number: number, content: SegmentContent): Promise<KnownEnd> {
    const written = this.#writer?.endOf(number);
    if (written !== undefined && written.offset <= content.size) return written;
    if (content.facts !== undefined) return { offset: content.size, commit: content.facts };
    const known = this.#ends.get(number);
    if (known?.size === content.size && known.stamp === content.stamp) return known.end;
    const end = await committedEnd(content);
    this.#ends.set(number, { size: content.size, stamp: content.stamp, end });
    return end;
  }

  /**
   * Which bytes of a segment are whole, from a place at the beginning of a line on: all of them are checked, once.
   * What lies before the place may not have been looked at.
   */
  async mapOf(number: number, content: SegmentContent, place = 0): Promise<SegmentMap> {
    const written = this.#writer?.endOf(number);
    if (written === undefined || written.offset > content.size) return await this.#scan(number, content, place);
    if (place >= written.from) return withWritten(mapFrom(written.from), written);
    const before = await this.#scan(number, { ...content, size: written.from, stamp: "" }, place);
    return withWritten(before, written);
  }

  async #scan(number: number, content: SegmentContent, place: number): Promise<SegmentMap> {
    const known = this.#maps.get(number);
    const covers = known !== undefined && known.from <= place;
    if (covers && known.map.size === content.size && known.stamp === content.stamp) return known.map;
    // committed bytes never change: of a segment that has grown only what has been added is looked at
    const grown = covers && known.map.size < content.size && (await goesOn(known.map, content));
    const map = await scanSegment(content, grown ? known.map : mapFrom(place));
    this.#maps.delete(number);
    this.#maps.set(number, { stamp: content.stamp, from: grown ? known.from : place, map });
    for (const oldest of this.#maps.keys()) {
      if (this.#maps.size <= MOST_MAPS) break;
      this.#maps.delete(oldest);
    }
    return map;
  }
}

/** Whether a segment is the one that was scanned, and not another in its place: its last batch is still there. */
async function goesOn({ end, commit }: SegmentMap, content: SegmentContent): Promise<boolean> {
  if (commit === undefined) return true;
  const last = await committedEnd({ ...content, size: end });
  return last.offset === end && last.commit?.at === commit.at;
}

function withWritten(before: SegmentMap, { from, offset, linesEnd, commit }: WrittenEnd): SegmentMap {
  if (offset <= before.end) return before;
  const last = before.whole.at(-1);
  const whole =
    last?.to === from
      ? [...before.whole.slice(0, -1), { from: last.from, to: offset }]
      : [...before.whole, { from, to: offset }];
  return {
    ...before,
    size: offset,
    end: offset,
    linesEnd: Math.max(before.linesEnd, linesEnd),
    whole,
    commit,
    marksAfterEnd: 0,
  };
}
