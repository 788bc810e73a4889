/**
 * Whether the caches found from here answer on their port, and serve this network.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";
import { type Facts, hostOf, isInNetwork, type PortRecord } from "../facts/facts.ts";

export const cachePort: Check = {
  name: "cache-port",
  title: "Ports of caches",
  finds: ["port-refused", "port-filtered", "port-suspended", "port-forbidden", "other-subnet"],
  look(facts) {
    const asked = facts.ports.filter(({ whose }) => whose === "located");
    if (asked.length === 0) return undefined;
    const symptoms = asked.flatMap((port) => symptomOf(port) ?? []);
    if (symptoms.length === asked.length) return { seen: seenOf(asked), symptoms };
    // one cache that serves is enough, whatever its neighbours do
    const served = asked.some(({ http }) => http !== null && http !== UNAVAILABLE && http !== FORBIDDEN);
    const softened = symptoms.map((symptom): Symptom => (served ? { ...symptom, level: "warn" } : symptom));
    return { seen: seenOf(asked), symptoms: [...softened, ...subnetSymptoms(facts, asked)] };
  },
};

const UNAVAILABLE = 503;
const FORBIDDEN = 403;

function seenOf(asked: readonly PortRecord[]): string {
  return asked.map(({ address, http, code }) => `${address} ${http ?? code ?? "silent"}`).join(", ");
}

function symptomOf({ address, http, code }: PortRecord): Symptom | undefined {
  if (http === UNAVAILABLE) {
    return {
      id: "port-suspended",
      level: "bad",
      said: `the cache ${address} has suspended itself: it answers 503`,
      why: "downloads come from Apple until its registration with Apple succeeds",
      next: "on the cache: see that it reaches lcdn-registration.apple.com; it retries on its own within 17 minutes",
      evidence: `GET / on ${address}: 503`,
    };
  }
  if (http === FORBIDDEN) {
    return {
      id: "port-forbidden",
      level: "bad",
      said: `the cache ${address} does not serve this address`,
      why: "downloads come from Apple",
      next: "on the cache: LocalSubnetsOnly false, and ListenRanges with this network",
      evidence: `GET / on ${address}: 403`,
    };
  }
  if (http !== null) return undefined;
  if (code === "ECONNREFUSED") {
    return {
      id: "port-refused",
      level: "bad",
      said: `nothing listens at ${address}`,
      why: "the cache is off, or has another port since it started: with Port 0 it picks one at each start",
      next: "on the cache: AssetCacheManagerUtil status shows its port; a fixed one (Port) is easier on firewalls",
      evidence: `connecting to ${address}: ECONNREFUSED`,
    };
  }
  return {
    id: "port-filtered",
    level: "bad",
    said: `${address} gives no answer at all`,
    why: "a firewall between here and there drops it, or the cache has another address; each download waits for it",
    next: "let this subnet reach that port; it differs from cache to cache unless Port is set",
    evidence: `connecting to ${address}: ${code ?? "no answer"}`,
  };
}

function subnetSymptoms({ about, status }: Facts, asked: readonly PortRecord[]): Symptom[] {
  const { addresses, part } = about;
  if (part !== "client" || status?.activated === true || addresses.length === 0) return [];
  const far = asked.filter(
    ({ address, http }) => http !== null && !addresses.some(({ cidr }) => isInNetwork(hostOf(address), cidr)),
  );
  if (far.length < asked.length) return [];
  return [
    {
      id: "other-subnet",
      level: "warn",
      said: `every cache is in another subnet: ${far.map(({ address }) => address).join(", ")}`,
      why: "a cache with LocalSubnetsOnly, which is the default, answers such a probe and serves nothing",
      next: "on the cache: LocalSubnetsOnly false, and ListenRanges with this network",
      evidence: `this computer: ${addresses.map(({ cidr }) => cidr).join(", ")}`,
    },
  ];
}
