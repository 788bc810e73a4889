/**
 * Whether traffic leaves by the cable, and not by Wi-Fi or a VPN.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";

/** Tunnels: those of VPNs. */
const TUNNEL = /^(utun|ipsec|ppp|tun|tap|wg)\d+$/;

export const networkOrder: Check = {
  name: "network-order",
  title: "Way out",
  finds: ["wifi-first", "vpn-route", "no-route"],
  look({ about, services, route }) {
    if (services === undefined && route === undefined) return undefined;
    const symptoms: Symptom[] = [];
    if (route === null) {
      symptoms.push({
        id: "no-route",
        level: "bad",
        said: "this computer has no way out: there is no default route",
        why: "it reaches neither Apple nor anything outside its own network",
        next: "see its cable and its address: ifconfig, networksetup -listallhardwareports",
        evidence: "route -n get default names no interface",
      });
    }
    if (typeof route === "string" && TUNNEL.test(route)) {
      symptoms.push({
        id: "vpn-route",
        level: about.part === "cache" ? "bad" : "warn",
        said: `a VPN holds the way out (${route})`,
        why:
          about.part === "cache"
            ? "Apple sees the VPN's address, refuses or moves the registration, and the cache then deletes all it holds"
            : "Apple sees the VPN's address and sends this Mac to no cache of this site",
        next: "end the VPN, or keep Apple's addresses (17.0.0.0/8) out of it",
        evidence: `route -n get default: interface ${route}`,
      });
    }
    const connected = services?.filter(({ enabled, device }) => enabled && /^en\d+$/.test(device)) ?? [];
    const [first] = connected;
    const cable = connected.find(({ port }) => !isWireless(port));
    const usesWireless = connected.some(({ device, port }) => device === route && isWireless(port));
    const wirelessFirst = first !== undefined && isWireless(first.port);
    if (about.part === "cache" && (usesWireless || (wirelessFirst && route === first.device))) {
      symptoms.push({
        id: "wifi-first",
        level: "warn",
        said: "the cache serves over Wi-Fi",
        why: "it shares the air with those it serves, and registers with Apple again at each change of link speed",
        next: "connect a cable and put it above Wi-Fi: networksetup -ordernetworkservices",
        evidence: `first of ${connected.map(({ name }) => name).join(", ")}; default route by ${route ?? "?"}`,
      });
    } else if (about.part === "cache" && wirelessFirst && cable !== undefined) {
      symptoms.push({
        id: "wifi-first",
        level: "warn",
        said: `Wi-Fi comes before ${cable.name} in the order of services`,
        why: "when Wi-Fi joins a network the cache moves to it, and registers with Apple again",
        next: `put ${cable.name} first: networksetup -ordernetworkservices, or switch Wi-Fi off`,
        evidence: `order: ${connected.map(({ name }) => name).join(", ")}`,
      });
    }
    return { seen: typeof route === "string" ? `by ${route}` : "no route", symptoms };
  },
};

function isWireless(port: string): boolean {
  return /wi-?fi|airport/i.test(port);
}
