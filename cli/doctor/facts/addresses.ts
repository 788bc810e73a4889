/**
 * Addresses in ranges and networks.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";
import type { AddressRange } from "../../../precache/index.ts";

/** Whether a range is one: two addresses of a family, the first not after the last. */
export function isRange({ first, last }: AddressRange): boolean {
  return isIP(first) !== 0 && isIP(first) === isIP(last) && listOf({ first, last }) !== undefined;
}

/** Whether an address lies in a range. */
export function isWithin(address: string, range: AddressRange): boolean {
  const version = isIP(address);
  if (version === 0 || version !== isIP(range.first)) return false;
  return listOf(range)?.check(address, version === 4 ? "ipv4" : "ipv6") === true;
}

/** Whether an address lies in a network such as `10.0.0.5/24`. */
export function isInNetwork(address: string, cidr: string): boolean {
  const [network = "", bits = ""] = cidr.split("/");
  const version = isIP(address);
  if (version === 0 || version !== isIP(network) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}

/** The host of `host:port`, without the brackets of IPv6. */
export function hostOf(hostPort: string): string {
  return hostPort.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

function listOf({ first, last }: AddressRange): BlockList | undefined {
  try {
    const list = new BlockList();
    list.addRange(first, last, isIP(first) === 4 ? "ipv4" : "ipv6");
    return list;
  } catch {
    // the last is before the first
    return undefined;
  }
}
