/**
 * TXT look-ups as bytes, and the search domain of this computer.
 *
 * @module
 */
import { Resolver } from "node:dns/promises";
import { readIfThere } from "../../core/files.ts";
import type { LookUpTxt } from "./dns-txt.ts";

/**
 * A look-up over the system's name servers, or over these.
 * A name without a record, and servers that do not answer, both give an empty list.
 */
export function createLookUp(servers: readonly string[] = []): LookUpTxt {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return async (name) => {
    try {
      const records = await resolver.resolveTxt(name);
      // Node hands the bytes over one to a character
      return records.flat().map((text) => Buffer.from(text, "latin1"));
    } catch {
      return [];
    }
  };
}

/** The first search domain of `/etc/resolv.conf`, where the locator looks for its records. */
export async function searchDomain(path = "/etc/resolv.conf"): Promise<string | undefined> {
  const text = (await readIfThere(path).catch(() => undefined))?.toString("utf8") ?? "";
  return /^\s*(?:search|domain)\s+([A-Za-z0-9._-]+)/m.exec(text)?.[1];
}
