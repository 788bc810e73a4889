/**
 * One warming run as a whole process: `node runner.mjs '{"target": …, "count": …, "bytes": …, "concurrency": …}'`.
 * It is the engine as the command uses it, journal included, and prints one line of JSON at the end.
 */

import { openJournal } from "../../core/journal/journal.ts";
import { anAsset } from "../../fixtures/assets.ts";
import { DeliveryBook, readJournal } from "../../precache/presence/presence.ts";
import { RunJournal } from "../../precache/run/run-journal.ts";
import { warm } from "../../precache/warm/warm.ts";
import type { PlannedAsset } from "../../precache/words/asset.ts";

interface Job {
  readonly target: string;
  /** Path of file i is `<prefix>i.bin`. */
  readonly prefix: string;
  readonly count: number;
  readonly bytes: number;
  readonly concurrency: number;
  readonly state: string;
  readonly bytesPerSecond?: number;
  /** Prints the address of every finished asset. */
  readonly tell?: boolean;
}

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const like = anAsset("https://updates.cdn-apple.com/", { sizeBytes: job.bytes });
const items = Array.from(
  { length: job.count },
  (_, i): PlannedAsset => ({
    asset: { ...like, url: `https://updates.cdn-apple.com${job.prefix}${i}.bin` },
    devices: 1,
    why: "bench",
    decision: "warm",
  }),
);
const book = new DeliveryBook();
await readJournal(book, job.state, Date.now());
const stream = await openJournal(job.state, "precache");
const journal = new RunJournal(stream, { server: "bench" }, book);
const targets = [{ name: "bench", url: job.target, role: "cache" as const }];
const { concurrency, bytesPerSecond } = job;
const record = journal.record.bind(journal);
for await (const event of warm({ items, targets, concurrency, bytesPerSecond, deliveries: journal, record })) {
  if (job.tell === true && event.type === "asset-end") {
    process.stdout.write(`${event.outcome} ${event.item.asset.url}\n`);
  }
  if (event.type === "run-end") {
    const { warmed, failed, cached, bytesAsked, bytesFromOrigin, seconds } = event.summary;
    const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    process.stdout.write(
      `${JSON.stringify({ warmed, failed, cached, bytesAsked, bytesFromOrigin, seconds, rssMb })}\n`,
    );
  }
}
await journal.flush();
await stream.close();
