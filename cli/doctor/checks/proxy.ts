/**
 * Whether larder's way out is that of this Mac: a daemon knows nothing of the proxy in System Settings.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";

export const proxy: Check = {
  name: "proxy",
  title: "Proxy",
  finds: ["proxy-unreachable", "proxy-unused", "proxy-script"],
  look({ proxies, network }) {
    if (proxies === undefined && network === undefined) return undefined;
    const used = network?.proxy ?? undefined;
    const symptoms: Symptom[] = [];
    if (used !== undefined && network?.code) {
      symptoms.push({
        id: "proxy-unreachable",
        level: "bad",
        said: `the proxy ${used} does not answer`,
        why: "larder reaches no server outside, no catalogue and no notifier",
        next: `correct it where it was set: ${network.from ?? "network.proxy"}`,
        evidence: `connecting: ${network.code}`,
      });
    }
    if (used === undefined && proxies?.proxy !== undefined) {
      symptoms.push({
        id: "proxy-unused",
        level: "warn",
        said: `this Mac has the proxy ${proxies.proxy}, and larder does not use it`,
        why: "where the firewall lets only the proxy out, larder reaches no server, catalogue or notifier outside",
        next: `set network.proxy to http://${proxies.proxy}, unless what larder asks is reached without it`,
        evidence: `scutil --proxy: ${proxies.proxy}`,
      });
    }
    if (used === undefined && proxies?.proxy === undefined && proxies?.script !== undefined) {
      symptoms.push({
        id: "proxy-script",
        level: "warn",
        said: "this Mac finds its proxy by a script, which larder does not run",
        why: "where the firewall lets only the proxy out, larder reaches no server, catalogue or notifier outside",
        next: "set network.proxy to the proxy that the script names for these servers",
        evidence: `scutil --proxy: ${proxies.script}`,
      });
    }
    return { seen: used ?? (proxies?.proxy === undefined ? "none" : `${proxies.proxy}, not used`), symptoms };
  },
};
