import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal, type StreamName } from "../../core/journal/journal.ts";
import { silentLog } from "../../core/log.ts";
import { columnsOf } from "../../core/words/columns.ts";
import { createNotifier } from "../notify/notify.ts";
import { watchOptions } from "../options.ts";
import { openWatch } from "../watch.ts";
import { dailyMessage } from "./daily.ts";
import { isDue } from "./due.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A Friday; Berlin is an hour ahead. */
const DAY_MS = Date.parse("2026-11-20T00:00:00+01:00");
const timeZone = "Europe/Berlin";

const stateDir = mkdtempSync(join(tmpdir(), "larder-daily-"));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

async function write(stream: StreamName, lines: readonly string[]): Promise<void> {
  const journal = await openJournal(stateDir, stream);
  const span = { fromMs: DAY_MS - 8 * DAY, toMs: DAY_MS + DAY };
  await journal.append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span });
  await journal.close();
}

beforeAll(async () => {
  const row = (server: string, region: string, [cache, origin, peers]: readonly number[], ms: number) =>
    `bytestoclients,region=${region},server=${server} bytes.fromcache.toclients=${cache}i,bytes.fromorigin.toclients=${origin}i,bytes.frompeers.toclients=${peers}i ${ms}`;
  await write("collector", [
    row("c1", "North", [40e9, 10e9, 5e9], DAY_MS - 7 * DAY + 9 * HOUR),
    row("c1", "North", [60e9, 20e9, 0], DAY_MS - DAY + 9 * HOUR),
    row("c1", "North", [80e9, 10e9, 6e9], DAY_MS + 9 * HOUR),
    row("c2", "South", [3e9, 1e9, 0], DAY_MS + 23 * HOUR + 59 * MINUTE),
    // the next local day
    row("c1", "North", [7e12, 0, 0], DAY_MS + DAY),
    ...["iPhone", "iPad", "Mac", "AppleTV", "Watch", "HomePod", "Vision", "iPod"].map(
      (family, i) =>
        `cacheclients,region=North,server=c1,family=${family},os=iOS\\ ${26 - i}.1 requests=${90 - i}i,clients=${40 - i}i,transfers=3i,incomplete=1i,bytes=900000i ${DAY_MS + 9 * HOUR}`,
    ),
    `cachemodels,region=North,server=c1,family=iPhone,model=iPhone18\\,2 requests=3i,clients=2i,bytes=900000i ${DAY_MS + 9 * HOUR}`,
    `cachefiles,region=North,server=c1,kind=ipa requests=1204i,transfers=4i,incomplete=1i,bytes=1000000i ${DAY_MS + 9 * HOUR}`,
  ]);
  await write("precache", [
    `precacherun,server=c1,target=c1 planned=42i,warmed=12i,cached=29i,failed=1i,skipped=0i,bytes.asked=50000000000i,bytes.fromorigin=48000000000i,seconds=3600.0 ${DAY_MS + 2 * HOUR}`,
  ]);
  const alert = (rule: string, server: string, firing: 0 | 1, [sinceMs, atMs]: readonly number[]) =>
    `alerts,region=North,server=${server},rule=${rule} firing=${firing}i,level="bad",since=${sinceMs}i ${atMs}`;
  await write("alerts", [
    alert("neighbour", "c1", 1, [DAY_MS - 3 * DAY, DAY_MS - 3 * DAY]),
    alert("pressure", "c1", 1, [DAY_MS + 10 * HOUR, DAY_MS + 11 * HOUR]),
    alert("pressure", "c1", 0, [DAY_MS + 10 * HOUR, DAY_MS + 12 * HOUR + 4 * MINUTE]),
  ]);
});

const wording = { stateDir, timeZone, link: "https://board.example/", draw: undefined };

describe("the report of a day", () => {
  it("says what was served, who asked, what was warmed and what went wrong, in 72 columns", async () => {
    const { text, subject } = await dailyMessage({ ...wording, language: "en" }, { dayMs: DAY_MS, tags: {} });
    expect(subject).toBe("Caches on 20 Nov 2026: 100 GB served, 89.0 GB saved");
    expect(`\n${text}\n`).toBe(`
Friday, 20 Nov 2026
2 caches served 100 GB, 89% of it without Apple.

             That day     Day before    Week before
Served         100 GB   80.0 GB +25%   55.0 GB +82%
Saved         89.0 GB   60.0 GB +48%   45.0 GB +98%
From Apple    11.0 GB   20.0 GB -45%   10.0 GB +10%
From peers    6.00 GB        0 bytes   5.00 GB +20%
Hit ratio         89%            75%            82%

Clients
  292 clients asked for 692 files
  Families: iPhone 40, iPad 39, Mac 38, AppleTV 37, Watch 36, HomePod
    35, 2 more
  Models: iPhone18,2 2
  Systems: iOS 26.1 40, iOS 25.1 39, iOS 24.1 38, iOS 23.1 37, iOS
    22.1 36, iOS 21.1 35, 2 more
  Kinds of file: ipa 1,204

Warming
  1 run: 12 files fetched (48.0 GB), 29 there already, 1 failed

What went wrong
  Peer or parent unhealthy: c1, since 2026-11-17 00:00, not over
  Cache pressure high: c1, since 2026-11-20 10:00, lasted 2 h 4 min,
    recovered

https://board.example/
`);
  });

  it.each(["en", "de"] as const)("fits in 72 columns in %s, whatever names there are", async (language) => {
    const { text, html = "" } = await dailyMessage({ ...wording, language }, { dayMs: DAY_MS, tags: {} });
    for (const line of text.split("\n")) expect(columnsOf(line), line).toBeLessThanOrEqual(72);
    expect(html).not.toMatch(/undefined|NaN|\{/);
    if (language === "de") expect(text).toContain("2 Caches haben 100 GB ausgeliefert, 89\u00a0% davon ohne Apple.");
  });

  it("is of caches with some tags alone, and says so of a day without anything", async () => {
    const south = await dailyMessage({ ...wording, language: "en" }, { dayMs: DAY_MS, tags: { region: "South" } });
    expect(south.text).toMatch(/1 cache served 4\.00 GB/);
    expect(south.text).toMatch(/What went wrong\n {2}Nothing\./);
    const empty = await dailyMessage({ ...wording, language: "en" }, { dayMs: DAY_MS - 3 * DAY, tags: {} });
    expect(empty.subject).toBe("Caches on 17 Nov 2026: nothing was served");
    expect(empty.text).toContain("No cache recorded anything that day.");
  });
});

describe("a schedule", () => {
  const at = (text: string): number => Date.parse(`2026-11-${text}:00+01:00`);
  it.each([
    ["0 7 * * *", "20T06:59", "20T07:00", true],
    ["0 7 * * *", "20T07:00", "20T08:00", false],
    // missed over a restart, and too late for one
    ["0 7 * * *", "20T06:00", "20T15:00", true],
    ["0 7 * * *", "19T06:00", "21T06:00", false],
    // a Saturday
    ["0 7 * * 1-5", "21T06:00", "21T08:00", false],
    // the clock was set back
    ["0 7 * * *", "20T08:00", "20T06:00", false],
  ])("%s after %s is due at %s: %s", async (schedule, after, now, due) => {
    expect(await isDue(schedule, { afterMs: at(after), nowMs: at(now), timeZone })).toBe(due);
  });
});

describe("the daily report of a watch", () => {
  it("is sent once to those who take it, over restarts, clocks and a receiver that is down", async () => {
    const received: { id: string; title: string }[] = [];
    const answers = [503];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString("utf8");
      });
      request.on("end", () => {
        const status = answers.shift() ?? 200;
        const { data } = JSON.parse(body) as { data: { id: string; title: string } };
        if (status === 200) received.push(data);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const options = watchOptions.parse({
      // the caches of this journal are silent by then
      off: ["silent", "idle", "neighbour", "pressure"],
      daily: {},
      notifiers: [
        { name: "hook", type: "webhook", url },
        { name: "page", type: "pagerduty", url, routingKey: "key" },
        { name: "grave", type: "webhook", url, leastLevel: "bad" },
      ],
    });
    const notifiers = await Promise.all(
      options.notifiers.map((each) => createNotifier(each, { nowMs: Date.now, recipientsOf: async () => [] })),
    );
    const times = ["21T06:58", "21T06:59", "21T07:00", "21T07:02", "21T07:30", "21T06:59", "21T07:00", "21T07:40"];
    for (const time of times) {
      const nowMs = () => Date.parse(`2026-11-${time}:00+01:00`);
      const setup = { stateDir, timeZone, options, notifiers, log: silentLog, nowMs, random: () => 0 };
      const watch = await openWatch(setup);
      await watch.check(undefined);
      await watch.close();
    }
    server.close();
    expect(received).toMatchObject([{ title: "Caches on 20 Nov 2026: 100 GB served, 89.0 GB saved" }]);
    expect(received[0]?.id).toMatch(/^daily_.*2026-11-20$/);
  });
});
