/**
 * Ranges of addresses in the cache's settings: whom it serves, and from where.
 *
 * @module
 */
import { isPrivateAddress, rangeText } from "../../../precache/index.ts";
import type { Check, Symptom } from "../check.ts";
import { type Facts, isRange, isWithin } from "../facts/facts.ts";

export const cacheRanges: Check = {
  name: "cache-ranges",
  title: "Ranges of the cache",
  finds: ["range-invalid", "ranges-ignored", "ranges-miss-cache", "public-ranges-miss", "public-ranges-private"],
  look(facts) {
    const { settings } = facts;
    if (settings === undefined) return undefined;
    const { listenRanges, publicRanges } = settings;
    const symptoms = [...brokenRanges(facts), ...listenSymptoms(facts), ...publicSymptoms(facts)];
    const all = [...listenRanges, ...publicRanges];
    return { seen: all.length === 0 ? "none" : all.map(rangeText).join(", "), symptoms };
  },
};

function brokenRanges({ settings }: Facts): Symptom[] {
  const { listenRanges = [], publicRanges = [] } = settings ?? {};
  return [...listenRanges, ...publicRanges]
    .filter((range) => !isRange(range))
    .map((range) => ({
      id: "range-invalid",
      level: "bad",
      said: `${rangeText(range)} is not a range of addresses`,
      why: "the cache refuses to register with such a range (INVALID_IP_RANGE), or serves nobody in it",
      next: "correct it in the cache's settings: the first address, then the last, both of one kind",
      evidence: `first ${range.first}, last ${range.last}`,
    }));
}

function listenSymptoms({ settings, status }: Facts): Symptom[] {
  const { listenRanges = [], localSubnetsOnly, listenRangesOnly } = settings ?? {};
  if (listenRanges.length === 0 || !listenRanges.every(isRange)) return [];
  const evidence = `LocalSubnetsOnly ${localSubnetsOnly ?? "?"}, ListenRangesOnly ${listenRangesOnly ?? "?"}, ListenRanges ${listenRanges.map(rangeText).join(", ")}`;
  if (localSubnetsOnly === true) {
    return [
      {
        id: "ranges-ignored",
        level: "warn",
        said: "ListenRanges are set, and LocalSubnetsOnly makes the cache ignore them",
        why: "devices of other subnets, for which the ranges were made, are refused",
        next: "set LocalSubnetsOnly to false where the ranges are to count",
        evidence,
      },
    ];
  }
  const own = status?.addresses ?? [];
  if (own.length === 0 || own.some((address) => listenRanges.some((range) => isWithin(address, range)))) return [];
  return [
    {
      id: "ranges-miss-cache",
      level: "warn",
      said: "the cache's own network is in none of its ListenRanges",
      why: "the devices next to it are refused; ranges are often copied from another site",
      next: "add the range of this network, or see whether the settings are those of another cache",
      evidence: `PrivateAddresses ${own.join(", ")}; ${evidence}`,
    },
  ];
}

function publicSymptoms({ settings, status, publicAddress }: Facts): Symptom[] {
  const { publicRanges = [] } = settings ?? {};
  const found: Symptom[] = publicRanges
    .filter(({ first }) => isPrivateAddress(first))
    .map((range) => ({
      id: "public-ranges-private",
      level: "warn",
      said: `${rangeText(range)} in PublicRanges is private: the internet never sees such an address`,
      why: "Apple matches devices with caches by the address they have on the internet; this range matches nobody",
      next: "write the public addresses of this site, as the firewall has them",
      evidence: `PublicRanges ${publicRanges.map(rangeText).join(", ")}`,
    }));
  const address = status?.publicAddress ?? publicAddress;
  const usable = publicRanges.filter((range) => isRange(range) && !isPrivateAddress(range.first));
  if (address === undefined || usable.length === 0 || usable.some((range) => isWithin(address, range))) return found;
  found.push({
    id: "public-ranges-miss",
    level: "bad",
    said: `this site's public address ${address} is not in PublicRanges`,
    why: "Apple refuses the registration (PUBLIC_IP_NOT_IN_RANGE), or sends no device of this site to the cache",
    next: "add it to PublicRanges in the cache's settings; ask the network people whether the provider changed it",
    evidence: `public address ${address}; PublicRanges ${publicRanges.map(rangeText).join(", ")}`,
  });
  return found;
}
