/**
 * Each name server asked on its own: one that is dead hides what the others know.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";
import type { TxtRecord } from "../facts/facts.ts";

export const resolvers: Check = {
  name: "name-servers",
  title: "Name servers",
  finds: ["record-hidden", "resolver-dead", "resolver-refuses", "records-differ"],
  look({ txt, resolvers: configured }) {
    if (txt === undefined || txt.length === 0) return undefined;
    const domains = [...new Set(txt.map(({ domain }) => domain))];
    const symptoms = domains.flatMap((domain) => {
      const asked = txt.filter((each) => each.domain === domain);
      return symptomsOf(domain, asked);
    });
    const servers = [...new Set(txt.map(({ server }) => server))];
    const seen = (configured?.servers ?? servers).join(", ");
    // one server is dead for all domains alike
    return { seen, symptoms: symptoms.filter(({ said }, i) => symptoms.findIndex((each) => each.said === said) === i) };
  },
};

function symptomsOf(domain: string, asked: readonly TxtRecord[]): Symptom[] {
  const evidence = asked.map(({ server, outcome }) => `${server} ${WORDS[outcome]}`).join(", ");
  const dead = asked.filter(({ outcome }) => outcome === "silent");
  const refusing = asked.filter(({ outcome }) => outcome === "refused");
  const holders = asked.filter(({ outcome }) => outcome === "found");
  const [first] = asked;
  const found: Symptom[] = [];
  if (first !== undefined && first.outcome !== "found" && holders.length > 0) {
    const how =
      first.outcome === "silent" ? "does not answer" : first.outcome === "none" ? "does not have it" : "refuses";
    found.push({
      id: "record-hidden",
      level: "bad",
      said: `the record that leads to the cache is hidden: the first name server, ${first.server}, ${how}`,
      why: "this computer asks the first name server first; the locator does not wait for the others, and finds no cache",
      next: `mend ${first.server} or take it out of DHCP and the network settings, so that ${holders[0]?.server} comes first`,
      evidence: `_aaplcache._tcp.${domain}: ${evidence}`,
    });
  }
  const alsoDead = dead.filter((each) => found.length === 0 || each !== first);
  if (alsoDead.length > 0) {
    found.push({
      id: "resolver-dead",
      level: alsoDead.includes(first as TxtRecord) ? "bad" : "warn",
      said: `${list(alsoDead)} does not answer as a name server`,
      why: "each look-up that comes to it waits for seconds; what asks only once finds nothing",
      next: "mend it, or take it out of DHCP and the network settings",
      evidence: `TXT _aaplcache._tcp.${domain}: ${evidence}`,
    });
  }
  if (refusing.length > 0 && found.length === 0) {
    found.push({
      id: "resolver-refuses",
      level: "warn",
      said: `${list(refusing)} refuses to answer this computer`,
      why: "names are found by the other name servers only, or not at all",
      next: "allow this network on it, or take it out of DHCP and the network settings",
      evidence: `TXT _aaplcache._tcp.${domain}: ${evidence}`,
    });
  }
  const contents = new Set(
    holders.map(({ records }) => JSON.stringify(records.map(({ strings }) => [...strings].sort()))),
  );
  const lacking = asked.filter(({ outcome }) => outcome === "none");
  if (found.length === 0 && (contents.size > 1 || (holders.length > 0 && lacking.length > 0))) {
    found.push({
      id: "records-differ",
      level: "warn",
      said: `name servers give different answers for _aaplcache._tcp.${domain}`,
      why: "whether a device finds its cache depends on which of them it asks",
      next: "publish the same record on all of them",
      evidence: asked
        .map(
          ({ server, records }) => `${server}: ${records.flatMap(({ strings }) => strings).join(" ") || "no record"}`,
        )
        .join("; "),
    });
  }
  return found;
}

const WORDS = { found: "has it", none: "has none", silent: "does not answer", refused: "refuses" } as const;

function list(servers: readonly TxtRecord[]): string {
  return [...new Set(servers.map(({ server }) => server))].join(", ");
}
