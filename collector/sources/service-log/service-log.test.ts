import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  appendFile,
  chmod,
  copyFile,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal } from "../../../core/journal/journal.ts";
import { runs } from "../../../core/testing/runs.ts";
import { type LogForm, type LoggedLine, logLine, requestMessage } from "../../../fixtures/service-log/lines.ts";
import { sharedData } from "../../../fixtures/shared-data.ts";
import { makeLogBench } from "../../testing/log-bench.ts";

const NOON = Date.UTC(2026, 2, 2, 11);
const IPHONE = "com.apple.appstored/1.0 iOS/17.1 model/iPhone14,2";
const IPAD = "com.apple.appstored/1.0 iOS/17.2 model/iPad13,1";

let bench: Awaited<ReturnType<typeof makeLogBench>>;
beforeEach(async () => {
  bench = await makeLogBench();
});
afterEach(async () => {
  await bench.remove();
});

/** A request and its answer of this many bytes from the cache. */
function exchange(
  number: number,
  bytes: number,
  options: { address?: string; agent?: string; timeMs?: number; boot?: number } = {},
): LoggedLine[] {
  const { address = "10.0.0.1", agent = IPHONE, timeMs = NOON + number * 1000, boot = 1 } = options;
  const id = `req${String(number).padStart(9, "0")}`;
  const served = `#${id} Served all ${bytes} of ${bytes} bytes; ${bytes} from cache, 0 stored from Internet, 0 from peers`;
  return [
    { timeMs, message: requestMessage(id, { address, agent, file: "/a/b.ipa" }), number: number * 2, boot },
    { timeMs: timeMs + 1, message: served, number: number * 2 + 1, boot },
  ];
}
const text = (form: LogForm, lines: readonly LoggedLine[]): string => lines.map((line) => logLine(form, line)).join("");
const path = (): string => join(bench.folder, "cache.ndjson");

describe("the source service-log", () => {
  it.each<LogForm>(["ndjson", "text", "debug"])("adds up who asked for what in a log of the form %s", async (form) => {
    const second = exchange(2, 2000, { address: "10.0.0.2", agent: IPAD });
    await writeFile(path(), text(form, [...exchange(1, 530), ...exchange(3, 70), ...second]));
    const report = await bench.pass(bench.source({ file: path() }));
    expect(report).toMatchObject({ problem: undefined, rows: 6, understood: { lines: 6, unknown: 0, unnamed: 0 } });
    expect(await bench.sums("cacheclients,family=iPhone,os=iOS 17.1")).toEqual({
      requests: 2,
      clients: 1,
      transfers: 2,
      bytes: 600,
      "bytes.fromcache": 600,
    });
    expect(await bench.sums("cachemodels,family=iPad,model=iPad13\\,1")).toEqual({
      requests: 1,
      clients: 1,
      bytes: 2000,
    });
    expect(await bench.sums("cachefiles,kind=ipa")).toMatchObject({ requests: 3, bytes: 2600 });
  });

  it("says which share it understood, and is stopped by no line", async () => {
    const odd: LoggedLine[] = [{ timeMs: NOON, message: "The flux capacitor is warm", number: 1 }];
    await writeFile(path(), `${text("ndjson", odd)}{"broken\n\u0000\u0001\n${text("ndjson", exchange(2, 5))}`);
    expect(await bench.pass(bench.source({ file: path() }))).toMatchObject({ understood: { lines: 5, unknown: 3 } });
    expect(await bench.sums("cachefiles")).toMatchObject({ requests: 1 });
  });

  it("passes over a line of 10 MB without keeping it, also when it has not ended", async () => {
    await writeFile(path(), `${text("debug", exchange(1, 5))}${"x".repeat(10_000_000)}`);
    expect(await bench.pass(bench.source({ file: path() }))).toMatchObject({ understood: { lines: 2, unknown: 0 } });
    await appendFile(path(), `x\n${text("debug", exchange(2, 7))}`);
    expect(await bench.pass(bench.source({ file: path() }))).toMatchObject({ understood: { lines: 3, unknown: 1 } });
    expect(await bench.sums("cachefiles")).toMatchObject({ bytes: 12 });
  });

  it("waits for the rest of a line that is being written", async () => {
    const [whole, half] = [text("ndjson", exchange(1, 5)), text("ndjson", exchange(2, 7))];
    await writeFile(path(), whole + half.slice(0, -300));
    const source = bench.source({ file: path() });
    await bench.pass(source);
    await appendFile(path(), half.slice(-300));
    await bench.pass(source);
    expect(await bench.sums("cachefiles")).toMatchObject({ requests: 2, bytes: 12 });
  });

  it("says clearly when there is no file", async () => {
    expect((await bench.pass(bench.source({ file: path() }))).problem?.code).toBe("LOG_FILE");
  });

  it("counts what a broken transfer sent, no HEAD, and no reboot", async () => {
    const say = (number: number, message: string): LoggedLine => ({ timeMs: NOON + number, message, number });
    await writeFile(
      path(),
      text("ndjson", [
        say(1, requestMessage("a", { address: "10.0.0.1", agent: IPHONE, file: "/x.pkg", method: "HEAD" })),
        say(2, "#a Served 0 bytes of 4.8 MB; 0 bytes from cache, 0 bytes stored from Internet, 0 bytes from peers"),
        say(3, requestMessage("b", { address: "10.0.0.1", agent: IPHONE, file: "/x.pkg" })),
        say(4, "#b Served 1.5 MB of 4.8 MB; 0 bytes from cache, 1.5 MB stored from Internet, 0 bytes from peers"),
        say(
          5,
          "Since server start: 2.39 TB returned to clients, 103.15 GB stored from Internet, 61.01 GB from peers; 0 bytes imported.",
        ),
        say(6, "Built-in Caching Server version 214.2 started"),
        say(
          7,
          "Since server start: 0 bytes returned to clients, 0 bytes stored from Internet, 0 bytes from peers; 0 bytes imported.",
        ),
      ]),
    );
    await bench.pass(bench.source({ file: path() }));
    expect(await bench.sums("cachefiles,kind=pkg")).toEqual({
      requests: 1,
      transfers: 1,
      incomplete: 1,
      bytes: 1_500_000,
      "bytes.fromorigin": 1_500_000,
    });
  });

  it("knows an answer's request from a pass before", async () => {
    const [asked, answered] = exchange(1, 800, { agent: IPAD });
    await writeFile(path(), text("ndjson", asked === undefined ? [] : [asked]));
    await bench.pass(bench.source({ file: path() }));
    await appendFile(path(), text("ndjson", answered === undefined ? [] : [answered]));
    await bench.pass(bench.source({ file: path() }));
    expect(await bench.sums("cachemodels,family=iPad")).toMatchObject({ requests: 1, bytes: 800 });
  });

  it("reports what happened to the cache, repetitions once an hour, and without addresses", async () => {
    const say = (number: number, message: string): LoggedLine => ({ timeMs: NOON + number * 60_000, message, number });
    await writeFile(
      path(),
      text("debug", [
        say(0, "Registration rejected."),
        say(5, "Registration rejected."),
        say(70, "Registration rejected."),
        say(71, "Could not write for 10.1.2.3: No space left on device"),
      ]),
    );
    await bench.pass(bench.source({ file: path() }));
    const events = (await bench.written()).filter(({ series }) => series.startsWith("events"));
    expect(events.map(({ series, timeMs }) => [series, (timeMs - NOON) / 60_000])).toEqual([
      ["events,event=registration-refused", 0],
      ["events,event=registration-refused", 70],
      ["events,event=disk-error", 71],
    ]);
    expect(events[2]?.fields["text"]).toBe("Could not write for (address): No space left on device");
  });

  describe("counts a client once a day", () => {
    const day = 86_400_000;
    const lines = [0, 1, 2].flatMap((number) => [
      ...exchange(number * 10, 5),
      ...exchange(number * 10 + 1, 5, { address: "10.0.0.2", agent: IPAD }),
      ...exchange(number * 10 + 2, 5, { timeMs: NOON + day + number * 1000 }),
    ]);

    it("over passes and restarts, and keeps no address", async () => {
      await writeFile(path(), "");
      for (let i = 0; i < lines.length; i += 4) {
        await appendFile(path(), text("debug", lines.slice(i, i + 4)));
        await bench.pass(bench.source({ file: path() }));
      }
      expect(await bench.sums("cacheclients")).toMatchObject({ clients: 3, requests: 9 });
      const folder = join(bench.folder, "service-log");
      const names = await readdir(folder);
      expect(names.sort()).toEqual(["clients-2026-03-02", "clients-2026-03-03"]);
      for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      const all = await readdir(bench.folder, { recursive: true, withFileTypes: true });
      const kept = all.filter((each) => each.isFile() && each.name !== "cache.ndjson");
      for (const each of kept) {
        expect(await readFile(join(each.parentPath, each.name), "latin1")).not.toContain("10.0.0.");
      }
    });

    it("also when a batch never came to the journal", async () => {
      await writeFile(path(), text("debug", lines.slice(0, 2)));
      await bench.pass(bench.source({ file: path() }));
      await appendFile(path(), text("debug", lines.slice(2, 4)));
      const lost = bench.source({ file: path() });
      const journal = await openJournal(bench.folder, "collector");
      const context = {
        tagText: "",
        signal: new AbortController().signal,
        log: (await import("../../../core/log.ts")).silentLog,
        nowMs: () => NOON + day,
        reject: () => {},
        alreadyTaken: async function* () {},
      };
      for await (const _batch of lost.readAfter(journal.cursors["service-log"], context)) break;
      await journal.close();
      await bench.pass(bench.source({ file: path() }));
      expect(await bench.sums("cacheclients")).toMatchObject({ clients: 2, requests: 2 });
    });

    it("and takes nothing when that cannot be kept", async () => {
      await writeFile(path(), text("debug", lines));
      await writeFile(join(bench.folder, "service-log"), "in the way");
      const { problem, rows } = await bench.pass(bench.source({ file: path() }));
      expect([problem?.code, rows]).toEqual(["CLIENTS_FILE", 0]);
      await rm(join(bench.folder, "service-log"));
      await bench.pass(bench.source({ file: path() }));
      expect(await bench.sums("cacheclients")).toMatchObject({ clients: 3, requests: 9 });
    });

    it("forgets a day when later ones come", async () => {
      const later = [0, 1, 2, 3, 4].flatMap((number) => exchange(number, 5, { timeMs: NOON + number * day }));
      await writeFile(path(), text("debug", later));
      const source = bench.source({ file: path() });
      await bench.pass(source);
      await appendFile(path(), text("debug", exchange(9, 5, { timeMs: NOON + 4 * day + 9000 })));
      await bench.pass(source);
      expect(await bench.sums("cacheclients")).toMatchObject({ clients: 5, requests: 6 });
      expect(await readdir(join(bench.folder, "service-log"))).toHaveLength(3);
    });
  });

  describe("loses and doubles nothing", () => {
    const rotations = {
      rename: async (file: string, to: string) => await rename(file, to),
      "copy and empty": async (file: string, to: string) => {
        await copyFile(file, to);
        await truncate(file, 0);
      },
      gzip: async (file: string, to: string) => {
        await writeFile(`${to}.gz`, gzipSync(await readFile(file)));
        await rm(file);
      },
      bzip2: async (file: string, to: string) => {
        await rename(file, to);
        execFileSync("bzip2", [to]);
      },
    };
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant("write" as const),
          exchanges: fc.integer({ min: 1, max: 6 }),
          cut: fc.integer({ min: 0, max: 400 }),
        }),
      },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant("pass" as const), restart: fc.boolean() }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("rotate" as const),
          how: fc.constantFrom(...(Object.keys(rotations) as (keyof typeof rotations)[])),
        }),
      },
    );

    it("over any cuts, passes, restarts and rotations of a file", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 4, maxLength: 16 }),
          fc.constantFrom<LogForm>("ndjson", "debug"),
          async (steps, form) => {
            const world = await makeLogBench();
            const file = join(world.folder, "Debug.log");
            await writeFile(file, "");
            let source = world.source({ file });
            const wanted = { requests: 0, bytes: 0 };
            let [number, rotated, waiting] = [1, 0, ""];
            for (const event of steps) {
              if (event.kind === "write") {
                for (let i = 0; i < event.exchanges; i++) {
                  wanted.requests++;
                  wanted.bytes += number;
                  waiting += text(form, exchange(number, number));
                  number++;
                }
                const cut = Math.max(0, waiting.length - event.cut);
                await appendFile(file, waiting.slice(0, cut));
                waiting = waiting.slice(cut);
              } else if (event.kind === "pass") {
                if (event.restart) source = world.source({ file });
                expect((await world.pass(source)).problem).toBeUndefined();
              } else {
                // a writer ends its line before it goes to a new file
                await appendFile(file, waiting);
                waiting = "";
                rotated++;
                await rotations[event.how](
                  file,
                  join(world.folder, `Debug-2026.03.02-${String(rotated).padStart(4, "0")}.log`),
                );
                await writeFile(file, "");
              }
            }
            await appendFile(file, waiting);
            await world.pass(source);
            expect(await world.sums("cachefiles")).toEqual(
              wanted.requests === 0 ? {} : { ...wanted, transfers: wanted.requests, "bytes.fromcache": wanted.bytes },
            );
            const keys = (await world.written()).map(({ series, timeMs }) => `${series} ${timeMs}`);
            expect(new Set(keys).size).toBe(keys.length);
            await world.remove();
          },
        ),
        { numRuns: runs(20) },
      );
    });

    it("when the command prints again what was taken, dies in the middle, or its clock jumps", async () => {
      const before = [1, 2, 3].flatMap((number) => exchange(number, number));
      const jumped = [4, 5].flatMap((number) => exchange(number, number, { timeMs: NOON - 7_200_000 + number }));
      const rebooted = [6, 7].flatMap((number) =>
        exchange(number - 5, number, { timeMs: NOON + number * 1000, boot: 2 }),
      );
      const all = text("ndjson", [...before, ...jumped, ...rebooted]);
      await writeFile(path(), all);
      for (const bytes of [0, 1500, 2900, 2900, 5000, 7000, all.length, all.length]) {
        const command = ["sh", "-c", `head -c ${bytes} '${path()}'; exit ${bytes === all.length ? 0 : 3}`];
        const { problem } = await bench.pass(bench.source({ command }));
        expect(problem?.code).toBe(bytes === all.length ? undefined : "LOG_COMMAND");
      }
      expect(await bench.sums("cachefiles")).toMatchObject({ requests: 7, transfers: 7, bytes: 28 });
    });

    it("of lines of one tick, wherever a command breaks off", async () => {
      const lines = [1, 2, 3].flatMap((number) => exchange(number, number)).map((line) => ({ ...line, number: 1 }));
      const printed = lines.map((line) => logLine("ndjson", line));
      for (const count of [1, 3, 4, 6]) {
        await writeFile(path(), printed.slice(0, count).join(""));
        await bench.pass(bench.source({ command: ["cat", path()] }));
      }
      expect(await bench.sums("cachefiles")).toMatchObject({ requests: 3, transfers: 3, bytes: 6 });
    });
  });

  it("asks the command for what came since, also after a sleep", async () => {
    const log = join(bench.folder, "asked");
    await writeFile(path(), text("ndjson", exchange(1, 5)));
    const command = ["sh", "-c", `echo "{start}" >> '${log}'; cat '${path()}'`];
    await bench.pass(bench.source({ command }));
    bench.setNow(NOON + 30 * 3_600_000);
    await bench.pass(bench.source({ command }));
    expect((await readFile(log, "utf8")).trim().split("\n")).toEqual([
      "2026-03-01 12:00:00+0000",
      "2026-03-02 10:59:01+0000",
    ]);
  });

  it("does not ask again for an idle weekend, and for all of a day when the clock was set back", async () => {
    const log = join(bench.folder, "asked");
    const source = bench.source({ command: ["sh", "-c", `echo "{start}" >> '${log}'`] });
    bench.setNow(NOON);
    await bench.pass(source);
    bench.setNow(NOON + 48 * 3_600_000);
    await bench.pass(source);
    await bench.pass(source);
    bench.setNow(NOON);
    await bench.pass(source);
    expect((await readFile(log, "utf8")).trim().split("\n")).toEqual([
      "2026-03-01 11:00:00+0000",
      "2026-03-02 10:58:55+0000",
      "2026-03-04 10:58:55+0000",
      "2026-03-01 11:00:00+0000",
    ]);
  });

  it("runs no command that others could have changed", async () => {
    const program = join(bench.folder, "print");
    await writeFile(program, '#!/bin/sh\ntouch "$0.ran"\n');
    await chmod(program, 0o777);
    const { problem } = await bench.pass(bench.source({ command: [program] }));
    expect(String(problem)).toMatch(/it was not run: everybody may write it/);
    expect(existsSync(`${program}.ran`)).toBe(false);
  });

  it("ends a command that does not end, keeps what it printed, and says what to do", async () => {
    await writeFile(path(), text("ndjson", exchange(1, 5)));
    const report = await bench.pass(bench.source({ command: ["sh", "-c", `cat '${path()}'; sleep 60`], timeout: 1 }));
    expect(report.problem).toMatchObject({ code: "LOG_COMMAND" });
    expect(report.problem?.next).toContain("log stream");
    expect(await bench.sums("cachefiles")).toMatchObject({ bytes: 5 });
  });
});

describe("real samples of logs", () => {
  const CASES = {
    "metrics/logs/debug-log-samples-10.12-and-earlier.log": {
      lines: 9,
      unknown: 0,
      files: {
        transfers: 7,
        bytes: 530 + 3061 + 530 + 3061 + 3061 + 2_671_077 + 18_300_000,
        "bytes.fromcache": 530 + 3061 + 3061 + 13_000,
        "bytes.fromorigin": 530 + 3061 + 2_671_077 + 18_300_000,
      },
      events: [],
    },
    "metrics/logs/service-log-great-caching-purge-2016-09-29.log": {
      lines: 4,
      unknown: 0,
      files: {},
      events: ["registration-refused", "cache-emptied", "service-suspended"],
    },
    "metrics/logs/unified-log-samples.log": {
      lines: 12,
      unknown: 0,
      files: { requests: 1 },
      events: ["service-started"],
    },
  };
  for (const [name, { lines, unknown, files, events }] of Object.entries(CASES)) {
    const file = sharedData(name);
    it.skipIf(file === undefined)(
      `reads ${name}${file === undefined ? " (skipped: the sample is not here)" : ""}`,
      async () => {
        const report = await bench.pass(bench.source({ file }));
        expect(report).toMatchObject({ problem: undefined, understood: { lines, unknown } });
        expect(await bench.sums("cachefiles")).toEqual(files);
        const told = (await bench.written()).flatMap(({ series }) => /^events,event=(.*)/.exec(series)?.[1] ?? []);
        expect(told).toEqual(events);
      },
    );
  }
});
