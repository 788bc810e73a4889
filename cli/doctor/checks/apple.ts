/**
 * Whether Apple's servers for caches can be reached, and are Apple's.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";
import type { HostRecord } from "../facts/facts.ts";

export const apple: Check = {
  name: "apple",
  title: "Apple's servers",
  finds: ["apple-unreachable", "apple-intercepted", "apple-name-unknown"],
  look({ hosts }) {
    if (hosts === undefined || hosts.length === 0) return undefined;
    const symptoms: Symptom[] = [];
    const unnamed = hosts.filter(({ code }) => code === "ENOTFOUND" || code === "EAI_AGAIN");
    const silent = hosts.filter((host) => host.code !== null && !unnamed.includes(host));
    if (unnamed.length > 0) {
      symptoms.push({
        id: "apple-name-unknown",
        level: "bad",
        said: `no name server knows ${list(unnamed)}`,
        why: "a cache that cannot find Apple suspends itself, and a client finds no cache",
        next: "see which name servers this computer asks: scutil --dns; ask one: dig lcdn-locator.apple.com",
        evidence: codes(unnamed),
      });
    }
    if (silent.length > 0) {
      symptoms.push({
        id: "apple-unreachable",
        level: "bad",
        said: `${list(silent)} cannot be reached`,
        why: "without them a cache loses its registration and suspends itself, and a client finds no cache",
        next: "let this computer out to *.apple.com, ports 80 and 443, past any proxy that wants a login",
        evidence: codes(silent),
      });
    }
    const foreign = hosts.filter(({ issuer, trusted }) => issuer && trusted === false && !/^Apple\b/.test(issuer));
    if (foreign.length > 0) {
      symptoms.push({
        id: "apple-intercepted",
        level: "bad",
        said: `somebody else answers for ${list(foreign)}: encrypted traffic is opened on the way`,
        why: "Apple's services refuse such connections: the cache is not registered, clients find none",
        next: "exempt *.apple.com from inspection on the firewall or proxy",
        evidence: foreign.map(({ host, issuer }) => `${host}: certificate issued by ${issuer}`).join(", "),
      });
    }
    return { seen: symptoms.length === 0 ? `${hosts.length} answer` : "not all answer", symptoms };
  },
};

function list(hosts: readonly HostRecord[]): string {
  return hosts.map(({ host }) => host).join(", ");
}

function codes(hosts: readonly HostRecord[]): string {
  return hosts.map(({ host, port, code }) => `${host}:${port} ${code}`).join(", ");
}
