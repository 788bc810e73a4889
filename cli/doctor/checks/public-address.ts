/**
 * Whether this computer's address on the internet is one the site publishes, and caches of the site are favored.
 *
 * @module
 */
import { rangeText } from "../../../precache/index.ts";
import type { Check, Symptom } from "../check.ts";
import { hostOf, isRange, isWithin, publishedRanges } from "../facts/facts.ts";

export const publicAddress: Check = {
  name: "public-address",
  title: "Address on the internet",
  finds: ["public-address-unpublished", "favored-elsewhere"],
  look({ publicAddress: address, txt, located }) {
    if (address === undefined) return undefined;
    const { publicRanges, favoredRanges } = publishedRanges(txt ?? []);
    const symptoms: Symptom[] = [];
    const usable = publicRanges.filter(isRange);
    if (usable.length > 0 && !usable.some((range) => isWithin(address, range))) {
      symptoms.push({
        id: "public-address-unpublished",
        level: "bad",
        said: `this computer leaves by ${address}, which is in none of the site's published ranges`,
        why: "Apple takes it for another site, and sends it to no cache of this one",
        next: `add ${address} to prs of the _aaplcache._tcp record, or see why this computer leaves by it (VPN, second line)`,
        evidence: `public address ${address}; published ${publicRanges.map(rangeText).join(", ")}`,
      });
    }
    const favored = favoredRanges.filter(isRange);
    const isFavored = (hostPort: string): boolean => favored.some((range) => isWithin(hostOf(hostPort), range));
    if (
      favored.length > 0 &&
      (located ?? []).length > 0 &&
      !(located ?? []).some(({ hostPort }) => isFavored(hostPort))
    ) {
      symptoms.push({
        id: "favored-elsewhere",
        level: "warn",
        said: "none of the caches that were found is one of those the site favors",
        why: "the caches meant for this network are off or unknown, and a farther one is used",
        next: "see that the favored caches run, or correct fss in the _aaplcache._tcp record",
        evidence: `found ${(located ?? []).map(({ hostPort }) => hostPort).join(", ")}; fss ${favored.map(rangeText).join(", ")}`,
      });
    }
    return { seen: address, symptoms };
  },
};
