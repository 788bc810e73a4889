/**
 * The ranges that name servers publish for Apple's locator, of all servers that have them.
 *
 * @module
 */
import { type AddressRange, parseTxt } from "../../../precache/index.ts";
import type { TxtRecord } from "./records.ts";

export interface Published {
  readonly publicRanges: readonly AddressRange[];
  readonly favoredRanges: readonly AddressRange[];
  /** Each different record once. */
  readonly entries: readonly { readonly name: string; readonly strings: readonly string[] }[];
}

export function publishedRanges(txt: readonly TxtRecord[]): Published {
  const all = txt.flatMap(({ records }) => records);
  const entries = [...new Map(all.map((entry) => [JSON.stringify(entry), entry])).values()];
  const parsed = entries.flatMap(({ strings }) =>
    strings.flatMap((text) => parseTxt(Buffer.from(text, "latin1")) ?? []),
  );
  const of = (kind: string): AddressRange[] => {
    const ranges = parsed.filter(({ key }) => key.startsWith(kind)).flatMap((each) => each.ranges);
    return [...new Map(ranges.map((range) => [`${range.first}-${range.last}`, range])).values()];
  };
  return { publicRanges: of("pr"), favoredRanges: of("fs"), entries };
}
