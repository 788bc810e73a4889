/**
 * TXT look-ups as bytes, and the search domain of this computer.
 *
 * @module
 */
import { Resolver } from "node:dns/promises";
import { errorCode } from "../../core/errors.ts";
import { readIfThere } from "../../core/files.ts";
import type { LookUpTxt } from "./dns-txt.ts";

/** What name servers said of the TXT records of a name. */
export interface TxtAnswer {
  /** `none`: there is no such record; `silent`: no answer in time; `refused`: an answer that is neither. */
  readonly outcome: "found" | "none" | "silent" | "refused";
  /** Strings of the records as bytes, for packed values are not text. */
  readonly strings: readonly Uint8Array[];
}

export interface TxtQuestion {
  /** Asked in this order; none: the system's. */
  readonly servers?: readonly string[];
  /** First wait for a server, in milliseconds. Default 2,000. */
  readonly timeoutMs?: number;
}

/** Asks for the TXT records of a name. Never throws. */
export async function askTxt(name: string, { servers = [], timeoutMs = 2000 }: TxtQuestion = {}): Promise<TxtAnswer> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  try {
    if (servers.length > 0) resolver.setServers(servers);
    const records = await resolver.resolveTxt(name);
    // Node hands the bytes over one to a character
    const strings = records.flat().map((text) => Buffer.from(text, "latin1"));
    return { outcome: strings.length === 0 ? "none" : "found", strings };
  } catch (error) {
    return { outcome: OUTCOMES[errorCode(error) ?? ""] ?? "refused", strings: [] };
  }
}

const OUTCOMES: Readonly<Record<string, TxtAnswer["outcome"]>> = {
  ENODATA: "none",
  ENOTFOUND: "none",
  ETIMEOUT: "silent",
  ECONNREFUSED: "silent",
  // what Node says when a server that was set is not an address
  ERR_INVALID_IP_ADDRESS: "silent",
};

/**
 * A look-up over the system's name servers, or over these.
 * A name without a record, and servers that do not answer, both give an empty list.
 */
export function createLookUp(servers: readonly string[] = []): LookUpTxt {
  return async (name) => (await askTxt(name, { servers })).strings;
}

/** The first search domain of `/etc/resolv.conf`, where the locator looks for its records. */
export async function searchDomain(path = "/etc/resolv.conf"): Promise<string | undefined> {
  const text = (await readIfThere(path).catch(() => undefined))?.toString("utf8") ?? "";
  return /^\s*(?:search|domain)\s+([A-Za-z0-9._-]+)/m.exec(text)?.[1];
}
