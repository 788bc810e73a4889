/**
 * What a look costs over the journal of a fleet: the first, which reads the last days, and those that follow, each with what
 * a minute adds: a pass, a status, a peer and a row of every cache. Beside them a look that reads the days each time.
 *
 *     npx tsx bench/alerts/looks.ts [caches, default 200] [looks, default 60] [days, default 8]
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeptFacts } from "../../alerts/facts/facts.ts";
import { watchOptions } from "../../alerts/options.ts";
import { openWatch } from "../../alerts/watch.ts";
import { openJournal } from "../../core/journal/journal.ts";
import { silentLog } from "../../core/log.ts";

const [caches = 200, looks = 60, days = 8] = process.argv.slice(2).map(Number);
const MINUTE = 60_000;
const NOW = Date.parse("2026-11-20T10:00:00Z");
const stateDir = await mkdtemp(join(tmpdir(), "larder-looks-"));
const journal = await openJournal(stateDir, "collector");

/** What the caches leave in a minute; a status comes every five. */
function minuteLines(timeMs: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < caches; i++) {
    const tags = `region=r${i % 8},server=cache${i},site_code=s${i}`;
    lines.push(
      `larder,${tags} up=1i,rows=1i,lines=7i,shipped=7i,backlog=0i,rejects=0i,lag=1.5,seconds=0.2 ${timeMs}`,
      `bytestoclients,${tags} bytes.fromcache.toclients=${timeMs % 1e9}i,bytes.fromorigin.toclients=12345i ${timeMs}`,
    );
    if (timeMs % (5 * MINUTE) > 0) continue;
    lines.push(
      `cachestatus,${tags} activated=true,active=true,registered=1i,used=100000000000i,pressure=0.1,lowspace=false ${timeMs}`,
      `cachepeers,peer=10.0.0.${i % 250},role=peer,${tags} healthy=true,friendly=true ${timeMs}`,
    );
  }
  return lines;
}

async function append(lines: readonly string[], fromMs: number, toMs: number): Promise<void> {
  await journal.append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span: { fromMs, toMs } });
}

let total = 0;
for (let fromMs = NOW - days * 1440 * MINUTE; fromMs < NOW; fromMs += 30 * MINUTE) {
  const lines = Array.from({ length: 30 }, (_, minute) => minuteLines(fromMs + minute * MINUTE)).flat();
  total += lines.length;
  await append(lines, fromMs, fromMs + 30 * MINUTE);
}
console.log(`${caches} caches, ${days} days, ${total} lines`);

let nowMs = NOW;
const options = watchOptions.parse({});
const watch = await openWatch({
  ...{ stateDir, timeZone: "UTC", options, notifiers: [], log: silentLog },
  nowMs: () => nowMs,
});
/** Milliseconds of this process's own computing: others on the machine do not count. */
const timed = async (what: () => Promise<unknown>): Promise<number> => {
  const began = process.cpuUsage();
  await what();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
};
const first = await timed(async () => await watch.check(undefined));
const each: number[] = [];
for (let look = 0; look < looks; look++) {
  await append(minuteLines(nowMs), nowMs, nowMs);
  nowMs += MINUTE;
  each.push(await timed(async () => await watch.check(undefined)));
}
const scratch = await timed(async () => await new KeptFacts({ stateDir, timeZone: "UTC" }).at(nowMs));
each.sort((a, b) => a - b);
const ms = (value = 0): string => `${value.toFixed(0)} ms`;
console.log(
  `first look ${ms(first)}, those that follow ${ms(each[Math.floor(looks / 2)])} (half), ${ms(each.at(-1))} (slowest); all facts from scratch ${ms(scratch)}`,
);
await watch.close();
await journal.close();
await rm(stateDir, { recursive: true, force: true });
