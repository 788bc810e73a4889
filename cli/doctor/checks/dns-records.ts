/**
 * What the `_aaplcache._tcp` records say, whichever name server has them.
 *
 * @module
 */
import { isPrivateAddress, parseTxt, rangeText } from "../../../precache/index.ts";
import type { Check, Symptom } from "../check.ts";
import { isRange, publishedRanges } from "../facts/facts.ts";

export const dnsRecords: Check = {
  name: "dns-records",
  title: "Records of the site",
  finds: ["record-unreadable", "record-private", "record-range-invalid", "record-chain-broken"],
  look({ txt }) {
    if (txt === undefined || txt.length === 0) return undefined;
    const { publicRanges, favoredRanges, entries } = publishedRanges(txt);
    const symptoms: Symptom[] = [];
    for (const { name, strings } of entries) {
      const parsed = strings.map((text) => parseTxt(Buffer.from(text, "latin1")));
      if (parsed.every((each) => each === undefined || each.ranges.length === 0)) {
        symptoms.push({
          id: "record-unreadable",
          level: "bad",
          said: `the record ${name} holds no range that Apple's locator can read`,
          why: "it counts as if it were not there",
          next: "make it again on the cache: System Settings, Sharing, Content Caching, Options, DNS configuration",
          evidence: strings.join(" "),
        });
      }
    }
    const names = new Set(entries.map(({ name }) => name));
    for (const { name, strings } of entries) {
      const more = strings.some((text) => parseTxt(Buffer.from(text, "latin1"))?.more === true);
      const following = nextName(name);
      if (!more || following === undefined || names.has(following)) continue;
      symptoms.push({
        id: "record-chain-broken",
        level: "bad",
        said: `${name} says that there is more, and ${following} is not there`,
        why: "the ranges that belong in it are unknown to devices",
        next: `publish ${following}, or take "more" off the end of ${name}`,
        evidence: strings.join(" "),
      });
    }
    for (const range of publicRanges.filter(({ first }) => isPrivateAddress(first))) {
      symptoms.push({
        id: "record-private",
        level: "bad",
        said: `${rangeText(range)} in prs is private: the internet never sees such an address`,
        why: "Apple matches devices with caches by the address they have on the internet; this range matches nobody",
        next: "write the public addresses of this site in prs; private ones of caches belong in fss",
        evidence: `prs=${publicRanges.map(rangeText).join(",")}`,
      });
    }
    for (const range of [...publicRanges, ...favoredRanges].filter((each) => !isRange(each))) {
      symptoms.push({
        id: "record-range-invalid",
        level: "bad",
        said: `${rangeText(range)} in the record is not a range: its last address is before its first`,
        why: "it matches nobody",
        next: "write the first address, a dash, then the last",
        evidence: [...publicRanges, ...favoredRanges].map(rangeText).join(","),
      });
    }
    const ranges = [...publicRanges, ...favoredRanges].map(rangeText).join(", ");
    return { seen: entries.length === 0 ? "none" : ranges, symptoms };
  },
};

/** `_aaplcache3._tcp.example.org` after `_aaplcache2._tcp.example.org`; undefined after the last there may be. */
function nextName(name: string): string | undefined {
  const match = /^_aaplcache(\d*)\._tcp\.(.+)$/.exec(name);
  const n = Number(match?.[1] ?? 0) + 1;
  return match === null || n > 24 ? undefined : `_aaplcache${n}._tcp.${match[2]}`;
}
