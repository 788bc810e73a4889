/**
 * What Apple's locator finds from here: the caches this computer would use.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";
import type { Facts } from "../facts/facts.ts";

export const locator: Check = {
  name: "locator",
  title: "Caches found from here",
  finds: ["no-cache-found", "no-cache-reachable", "cache-unhealthy", "favored-silent", "own-cache-not-found"],
  look(facts) {
    const { located, about } = facts;
    if (located === undefined) return undefined;
    const seen = located.map(({ hostPort, rank }) => (rank === undefined ? hostPort : `${hostPort} rank ${rank}`));
    const said = seen.join(", ") || "none";
    if (located.length === 0) {
      return about.part === "cache"
        ? { seen: said, symptoms: ownSymptoms(facts) }
        : { seen: said, symptoms: [none(facts)] };
    }
    const reachable = located.filter((server) => server.reachable);
    const symptoms: Symptom[] = [];
    if (reachable.length === 0) {
      symptoms.push({
        id: "no-cache-reachable",
        level: "bad",
        said: "caches are known, and none of them answers this computer",
        why: "each download waits for them, then comes from Apple",
        next: "let this subnet reach their port through firewalls and VLANs; on the cache: AssetCacheManagerUtil status",
        evidence: `AssetCacheLocatorUtil -j: reachability is empty; known are ${said}`,
      });
    }
    const favored = located.filter((server) => server.favored);
    if (reachable.length > 0 && favored.length > 0 && !favored.some((server) => server.reachable)) {
      symptoms.push({
        id: "favored-silent",
        level: "warn",
        said: "none of the favored caches answers; others are used",
        why: "the cache meant for this network is idle",
        next: "see that the favored caches run; their ranges are in fss of the _aaplcache._tcp record",
        evidence: `favored: ${favored.map(({ hostPort }) => hostPort).join(", ")}`,
      });
    }
    const unhealthy = located.filter(({ healthy }) => healthy === false);
    if (reachable.length > 0 && unhealthy.length > 0) {
      symptoms.push({
        id: "cache-unhealthy",
        level: "warn",
        said: `the locator takes ${unhealthy.map(({ hostPort }) => hostPort).join(", ")} for unhealthy`,
        why: "it failed this computer of late and is passed over for a while",
        next: "larder status on that cache says how it is",
        evidence: "AssetCacheLocatorUtil -j: healthy false",
      });
    }
    return { seen: said, symptoms };
  },
};

function none({ publicAddress }: Facts): Symptom {
  const from = publicAddress === undefined ? "" : ` for the public address ${publicAddress}`;
  return {
    id: "no-cache-found",
    level: "bad",
    said: "Apple's locator finds no cache for this computer",
    why: "everything it downloads comes from Apple",
    next: "compare public addresses, here and on the cache: PublicAddress in AssetCacheManagerUtil status; unless they are equal, publish both in a _aaplcache._tcp record",
    evidence: `AssetCacheLocatorUtil -j names none${from}`,
  };
}

/** A cache that finds none is well where it is alone: it does not list itself. */
function ownSymptoms({ status, publicAddress }: Facts): Symptom[] {
  if (publicAddress === undefined || status?.publicAddress === undefined || status.publicAddress === publicAddress) {
    return [];
  }
  return [
    {
      id: "own-cache-not-found",
      level: "bad",
      said: `the cache is registered with the address ${status.publicAddress}, and this Mac now leaves by ${publicAddress}`,
      why: "devices that leave by the new address are not sent to it; Apple may refuse it at its next registration",
      next: "ask whether the provider or a VPN changed the address; then restart content caching",
      evidence: `PublicAddress ${status.publicAddress}; locator: public address ${publicAddress}`,
    },
  ];
}
