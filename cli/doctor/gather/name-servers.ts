/**
 * Each name server of this computer asked on its own for the records of Apple's locator.
 *
 * @module
 */
import { askTxt, readLocatorRecords } from "../../../precache/index.ts";
import type { Resolvers, TxtRecord } from "../facts/facts.ts";

const MOST_SERVERS = 6;
const MOST_DOMAINS = 3;

/** Asks them all at once, each for every domain; the chain of names as the locator follows it. */
export async function askNameServers({ servers, domains }: Resolvers, timeoutMs: number): Promise<TxtRecord[]> {
  const wanted = domains
    .slice(0, MOST_DOMAINS)
    .flatMap((domain) => servers.slice(0, MOST_SERVERS).map((server) => ({ domain, server })));
  return await Promise.all(wanted.map(async (each) => await askOne(each, timeoutMs)));
}

async function askOne(
  { domain, server }: { readonly domain: string; readonly server: string },
  timeoutMs: number,
): Promise<TxtRecord> {
  const start = performance.now();
  const records: { name: string; strings: string[] }[] = [];
  let outcome: TxtRecord["outcome"] | undefined;
  await readLocatorRecords(domain, async (name) => {
    const answer = await askTxt(name, { servers: [server], timeoutMs });
    outcome ??= answer.outcome;
    if (answer.strings.length > 0) {
      records.push({ name, strings: answer.strings.map((bytes) => Buffer.from(bytes).toString("latin1")) });
    }
    return answer.strings;
  });
  return { domain, server, outcome: outcome ?? "silent", records, seconds: (performance.now() - start) / 1000 };
}
