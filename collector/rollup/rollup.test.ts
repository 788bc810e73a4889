import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { askSums } from "../../core/history/history.ts";
import { type Journal, openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { listSegments, segmentPath } from "../../core/journal/segment-names.ts";
import { runs } from "../../core/testing/runs.ts";
import { cacheRows, planFleet, rowLines, SERVED_FIELDS, Truth, wallDayStart } from "../../fixtures/fleet/index.ts";
import { openRollup, type Rollup } from "./rollup.ts";

const HOUR = 3_600_000;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A state folder with a raw stream and a roll-up stream. */
class World {
  readonly folder = mkdtempSync(join(tmpdir(), "larder-rollup-"));
  zone: string;
  zoneIsSet = false;
  nowMs = 0;
  graceMs = 300_000;
  maxOpen: number | undefined;
  segmentBytes: number | undefined;
  waitFrom: number | undefined;
  #raw: Journal | undefined;
  #journal: Journal | undefined;
  #rollup: Rollup | undefined;

  constructor(zone: string) {
    this.zone = zone;
    folders.push(this.folder);
  }

  async add(lines: string): Promise<void> {
    const options = this.segmentBytes === undefined ? {} : { segmentBytes: this.segmentBytes };
    this.#raw ??= await openJournal(this.folder, "collector", options);
    const times = lines
      .trimEnd()
      .split("\n")
      .map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)));
    const span = { fromMs: Math.min(...times), toMs: Math.max(...times) };
    await this.#raw.append({ lines, lineCount: times.length, span });
  }

  async run(): Promise<{ bytesRead: number; closed: number; late: number }> {
    this.#journal ??= await openJournal(this.folder, "rollup");
    this.#rollup ??= openRollup({
      stateDir: this.folder,
      journal: this.#journal,
      timeZone: this.zone,
      zoneIsSet: this.zoneIsSet,
      nowMs: () => this.nowMs,
      graceMs: this.graceMs,
      ...(this.maxOpen === undefined ? {} : { maxOpen: this.maxOpen }),
      ...(this.waitFrom === undefined ? {} : { waitFrom: this.waitFrom }),
    });
    return await this.#rollup.run();
  }

  /** As if the process had died. */
  async restart(): Promise<void> {
    await this.#journal?.close();
    this.#journal = undefined;
    this.#rollup = undefined;
  }

  async close(): Promise<void> {
    await this.restart();
    await this.#raw?.close();
  }

  /** Sums of the points of every bucket: `series start` to fields. No point may be written twice with other values. */
  async written(): Promise<Map<string, string>> {
    const points = new Map<string, string>();
    const buckets = new Map<string, Map<string, string>>();
    for await (const text of openReader(streamFolder(this.folder, "rollup"), "rollup").chunks(undefined)) {
      for (const line of text.trimEnd().split("\n")) {
        if (line.startsWith("#")) continue;
        const [, key = "", fields = "", time = ""] = /^(.*?(?<!\\)) (.*) (-?\d+)$/.exec(line) ?? [];
        expect(points.get(`${key} ${time}`) ?? fields, "a point that is written again").toBe(fields);
        if (points.has(`${key} ${time}`)) continue;
        points.set(`${key} ${time}`, fields);
        // a bucket begins at a whole minute; places in fleet_1d may be anywhere
        const ms = key.startsWith("fleet_1d") ? Number(time) : Math.floor(Number(time) / 60_000) * 60_000;
        const bucket = buckets.get(`${key} ${ms}`) ?? new Map<string, string>();
        for (const field of fields.split(",")) {
          const [name = "", value = ""] = field.split("=");
          const before = bucket.get(name);
          bucket.set(name, before === undefined ? value : added(before, value));
        }
        buckets.set(`${key} ${ms}`, bucket);
      }
    }
    return new Map(
      [...buckets].map(([key, fields]) => [key, [...fields].map(([name, value]) => `${name}=${value}`).join(",")]),
    );
  }
}

function added(a: string, b: string): string {
  return a.endsWith("i") ? `${BigInt(a.slice(0, -1)) + BigInt(b.slice(0, -1))}i` : String(Number(a) + Number(b));
}

interface Row {
  readonly ms: number;
  readonly tags: string;
  readonly fields: Readonly<Record<string, number>>;
}

/** Every roll-up has every field of the schema. */
const NO_REQUESTS: Readonly<Record<string, number>> = {
  "requests.fromclients": 0,
  "requests.frompeers": 0,
  "requests.fromchildren": 0,
  "requests.rejected.fornospace": 0,
};
const requests = (clients: number | string): string =>
  `requests.fromclients=${clients}i,requests.frompeers=0i,requests.fromchildren=0i,requests.rejected.fornospace=0i`;

const lineOf = ({ ms, tags, fields }: Row): string =>
  `requests${tags} ${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}i`)
    .join(",")} ${ms}\n`;

/** Sums of rows by plain addition, in the form of `World.written`, of buckets that ended by an instant. */
function truth(rows: readonly Row[], zone: string, closedMs: number): Map<string, string> {
  const sums = new Map<string, Record<string, number>>();
  const add = (suffix: string, start: number, end: number, { tags, fields }: Row): void => {
    if (end > closedMs) return;
    const key = `requests${suffix}${tags} ${start}`;
    const into = sums.get(key) ?? { ...NO_REQUESTS };
    for (const [name, value] of Object.entries(fields)) into[name] = (into[name] ?? 0) + value;
    sums.set(key, into);
  };
  for (const row of rows) {
    const hour = Math.floor(row.ms / HOUR) * HOUR;
    add("_1h", hour, hour + HOUR, row);
    const day = wallDayStart(row.ms, zone);
    // 30 hours after its beginning is the next day in every zone
    add("_1d", day, wallDayStart(day + 30 * HOUR, zone), row);
  }
  return new Map(
    [...sums].map(([key, fields]) => [
      key,
      Object.entries(fields)
        .map(([name, value]) => `${name}=${value}i`)
        .sort()
        .join(","),
    ]),
  );
}

const sorted = (lines: Map<string, string>): Map<string, string> =>
  new Map([...lines].map(([key, fields]) => [key, fields.split(",").sort().join(",")] as const).sort());

const PLACES = [
  ["Europe/Berlin", "2026-03-28T00:00:00Z"],
  ["Europe/Berlin", "2026-10-24T00:00:00Z"],
  ["America/New_York", "2026-03-07T00:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-03T00:00:00Z"],
  ["America/Havana", "2026-10-31T00:00:00Z"],
  ["Asia/Kathmandu", "2026-05-01T00:00:00Z"],
  ["UTC", "2026-12-30T00:00:00Z"],
] as const;

/** What happens: rows come (some late, after gaps, under old or new tags), time passes, the process dies. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("rows" as const),
        rows: fc.array(
          fc.record({
            // minutes before now: mostly fresh, sometimes days late
            age: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 59 }) }, fc.integer({ min: 0, max: 5000 })),
            tags: fc.constantFrom(",server=c1,site=A", ",server=c1,site=B\\ (new)/.", ",server=c2"),
            clients: fc.nat(1e9),
            peers: fc.option(fc.nat(9), { nil: undefined }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 900 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const) }) },
  ),
  { minLength: 1, maxLength: 30 },
);

describe("openRollup()", () => {
  it("equals sums of raw over random histories with gaps, late rows, renamed sites, deaths and both clock changes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PLACES),
        steps,
        fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
        fc.constantFrom(undefined, 300),
        async ([zone, start], history, maxOpen, segmentBytes) => {
          const world = new World(zone);
          world.nowMs = Date.parse(start);
          world.maxOpen = maxOpen;
          world.segmentBytes = segmentBytes;
          const rows: Row[] = [];
          for (const step of history) {
            if (step.kind === "rows") {
              const fresh = step.rows.map(({ age, tags, clients, peers }): Row => {
                const fields = {
                  "requests.fromclients": clients,
                  ...(peers === undefined ? {} : { "requests.frompeers": peers }),
                };
                return { ms: world.nowMs - age * 60_000, tags, fields };
              });
              rows.push(...fresh);
              await world.add(fresh.map(lineOf).join(""));
            } else if (step.kind === "pass") {
              await world.run();
              world.nowMs += step.minutes * 60_000;
            } else {
              await world.restart();
            }
          }
          await world.run();
          expect(sorted(await world.written())).toEqual(sorted(truth(rows, zone, world.nowMs - world.graceMs)));
          await world.close();
        },
      ),
      { numRuns: runs(8) },
    );
  });

  it("has every row in one day, whatever zones the days were of, with late and negative rows and wrong clocks", async () => {
    const zones = fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC");
    const zoneSteps = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: steps },
        {
          weight: 3,
          arbitrary: fc
            .record({ kind: fc.constant("zone" as const), zone: zones, isSet: fc.boolean() })
            .map((s) => [s]),
        },
        {
          weight: 1,
          arbitrary: fc
            .record({ kind: fc.constant("clock" as const), hours: fc.constantFrom(-200_000, -30, -2, 5, 40, 120_000) })
            .map((s) => [s]),
        },
      ),
      { minLength: 2, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(zones, zoneSteps, fc.boolean(), async (zone, histories, negative) => {
        const world = new World(zone);
        const started = Date.parse("2026-10-24T00:00:00Z");
        let trueMs = started;
        let wrongByMs = 0;
        const raw = new Map<string, bigint>();
        const count = (key: string, value: number): void => {
          raw.set(key, (raw.get(key) ?? 0n) + BigInt(value));
        };
        for (const step of histories.flat()) {
          world.nowMs = trueMs + wrongByMs;
          if (step.kind === "rows") {
            let text = "";
            step.rows.forEach(({ age, tags, clients }, i) => {
              // the cache's own clock is as wrong as ours; now and then a row is of the future
              const ms = world.nowMs - (i % 5 === 4 ? -age : age) * 60_000;
              const value = negative && i % 3 === 1 ? -clients : clients;
              count(tags, value);
              text += `bytestoclients${tags} bytes.fromcache.toclients=${value}i ${ms}\n`;
            });
            await world.add(text);
          } else if (step.kind === "pass") {
            await world.run();
            trueMs += step.minutes * 60_000;
          } else if (step.kind === "die") await world.restart();
          else if (step.kind === "clock") wrongByMs = step.hours * HOUR;
          else {
            await world.restart();
            Object.assign(world, { zone: step.zone, zoneIsSet: step.isSet });
          }
        }
        await world.run();
        // all that is open is over
        world.nowMs = Date.parse("2045-01-01T00:00:00Z");
        await world.run();
        const sums = new Map<string, Map<string, bigint>>();
        for (const [key, fields] of await world.written()) {
          const [, name = "", tags = ""] = /^([^,]*)(.*) -?\d+$/.exec(key) ?? [];
          const sum = sums.get(name) ?? sums.set(name, new Map()).get(name)!;
          const value = BigInt(/(?:bytes\.fromcache\.toclients|local|served)=(-?\d+)i/.exec(fields)?.[1] ?? "0");
          sum.set(tags, (sum.get(tags) ?? 0n) + value);
        }
        const total = (map: ReadonlyMap<string, bigint> | undefined): bigint =>
          [...(map ?? [])].reduce((sum, [, value]) => sum + value, 0n);
        if (raw.size > 0) {
          expect(sums.get("bytestoclients_1h")).toEqual(raw);
          expect(sums.get("bytestoclients_1d")).toEqual(raw);
          expect(sums.get("served_1d")).toEqual(raw);
          expect(total(sums.get("fleet_1d"))).toBe(total(raw));
        }
        await world.close();
      }),
      { numRuns: runs(8) },
    );
  });

  it("goes on in the zone it began in, and changes it from the end of a day on only when it is named", async () => {
    const world = new World("Europe/Berlin");
    const row = (iso: string): string => `requests,server=c requests.fromclients=1i ${Date.parse(iso)}\n`;
    const days = async (): Promise<string[]> =>
      [...(await world.written()).keys()]
        .filter((key) => key.startsWith("requests_1d"))
        .map((key) => new Date(Number(key.slice(key.lastIndexOf(" ")))).toISOString());
    await world.add(row("2026-11-09T12:00:00Z"));
    world.nowMs = Date.parse("2026-11-11T12:00:00Z");
    await world.run();
    await world.restart();
    world.zone = "America/New_York";
    await world.add(row("2026-11-10T12:00:00Z"));
    await world.run();
    expect(await days()).toEqual(["2026-11-08T23:00:00.000Z", "2026-11-09T23:00:00.000Z"]);
    await world.restart();
    world.zoneIsSet = true;
    await world.add(row("2026-11-11T13:00:00Z") + row("2026-11-11T23:30:00Z") + row("2026-11-12T06:00:00Z"));
    await world.run();
    world.nowMs = Date.parse("2026-11-14T12:00:00Z");
    await world.run();
    expect((await days()).slice(2)).toEqual([
      "2026-11-10T23:00:00.000Z",
      "2026-11-11T23:00:00.000Z",
      "2026-11-12T05:00:00.000Z",
    ]);
    await world.close();
  });

  it("writes what is late for a bucket as a further point, behind those an older version may have written", async () => {
    const world = new World("UTC");
    const ms = Date.parse("2026-06-01T10:00:00Z");
    const row = (after: number, clients: number): string =>
      lineOf({ ms: ms + after, tags: ",server=c", fields: { "requests.fromclients": clients } });
    await world.add(row(0, 100));
    world.nowMs = ms + 48 * HOUR;
    await world.run();
    for (const [after, clients] of [
      [1, 7],
      [2, -9],
      [3, 0],
    ] as const) {
      await world.add(row(after, clients));
      await world.run();
      // where the next one goes is in the cursor
      await world.restart();
    }
    const points: string[] = [];
    for await (const text of openReader(streamFolder(world.folder, "rollup"), "rollup").chunks(undefined)) {
      points.push(...text.split("\n").filter((line) => line.startsWith("requests_1h")));
    }
    expect(points).toEqual(
      [`${100} ${ms}`, `${7} ${ms + 10_000}`, `${-9} ${ms + 10_001}`, `${0} ${ms + 10_002}`].map((point) => {
        const [clients = "", time] = point.split(" ");
        return `requests_1h,server=c ${requests(clients)} ${time}`;
      }),
    );
    await world.close();
  });

  it("adds up a field whose name a line has to escape as any other, late rows included", async () => {
    const world = new World("UTC");
    const at = Date.parse("2026-03-02T10:00:00Z");
    const row = (after: number, value: number): string =>
      `requests,server=a requests.for\\ this\\,that=${value}i ${at + after}\n`;
    await world.add(row(0, 1) + row(60_000, 2));
    world.nowMs = at + 2 * HOUR;
    await world.run();
    await world.restart();
    await world.add(row(120_000, 4));
    await world.run();
    const found: string[] = [];
    for await (const text of openReader(streamFolder(world.folder, "rollup"), "rollup").chunks(undefined)) {
      found.push(...text.split("\n").filter((line) => line.startsWith("requests_1h")));
    }
    const held = found.map((line) => /requests\.for\\ this\\,that=(-?\d+)i/.exec(line)?.[1]);
    expect(held).toEqual(["3", "4"]);
    expect(found.filter((line) => line.replaceAll(/\\./g, "").split(" ").length !== 3)).toEqual([]);
    await world.close();
  });

  it("takes a smaller sum for what it is where the journal has every row: a late row may be negative", async () => {
    const world = new World("UTC");
    const ms = Date.parse("2026-06-01T10:00:00Z");
    await world.add(lineOf({ ms, tags: ",server=c", fields: { "requests.fromclients": 100 } }));
    world.nowMs = ms + 48 * HOUR;
    await world.run();
    await world.add(lineOf({ ms: ms + 5, tags: ",server=c", fields: { "requests.fromclients": -30 } }));
    expect(await world.run()).toMatchObject({ late: 2 });
    expect((await world.written()).get(`requests_1h,server=c ${ms}`)).toBe(requests(70));
    await world.close();
  });

  it("equals the true totals of a fleet with outages, resets and wipes, each cache by itself", async () => {
    const fleet = planFleet({
      seed: 9,
      caches: 2,
      regions: 1,
      fromMs: Date.parse("2026-10-22T00:00:00Z"),
      toMs: Date.parse("2026-10-28T00:00:00Z"),
      zone: "Europe/Berlin",
      intervalSeconds: 300,
      incidentsPerMonth: 10,
    });
    const world = new World("Europe/Berlin");
    const truthOfFleet = new Truth(fleet);
    let lines = "";
    for (const cache of fleet.caches) {
      for (const row of cacheRows(fleet, cache)) {
        truthOfFleet.add(row);
        lines += rowLines(row);
      }
    }
    await world.add(lines);
    world.nowMs = Date.parse("2026-10-30T00:00:00Z");
    await world.run();
    const written = await world.written();
    for (const { server } of fleet.caches) {
      for (const [suffix, buckets] of [
        ["_1h", truthOfFleet.hours(server)],
        ["_1d", truthOfFleet.days(server)],
      ] as const) {
        for (const [start, values] of buckets) {
          const found = [...written].find(
            ([key]) =>
              key.startsWith(`bytestoclients${suffix},`) &&
              key.includes(`server=${server}`) &&
              key.endsWith(` ${start}`),
          );
          expect(found?.[1], `${server} ${suffix} ${start}`).toContain(`bytes.fromcache.toclients=${values[0]}i`);
        }
      }
    }
    const days = [...written.keys()].filter((key) => key.startsWith("bytestoclients_1d,"));
    expect(days).toHaveLength(fleet.caches.reduce((sum, { server }) => sum + truthOfFleet.days(server).size, 0));
    await world.close();
  });

  it("writes each day in three numbers, by cache and by group, late rows as corrections", async () => {
    const zone = "Europe/Berlin";
    const fleet = planFleet({
      seed: 12,
      caches: 24,
      regions: 2,
      fromMs: Date.parse("2026-03-27T00:00:00Z"),
      toMs: Date.parse("2026-03-31T00:00:00Z"),
      zone,
      intervalSeconds: 3600,
    });
    const world = new World(zone);
    const truthOfFleet = new Truth(fleet);
    const rows = fleet.caches.flatMap((cache) => [...cacheRows(fleet, cache)]);
    for (const row of rows) truthOfFleet.add(row);
    const isLate = (index: number): boolean => index % 7 === 3;
    await world.add(
      rows
        .filter((_, i) => !isLate(i))
        .map(rowLines)
        .join(""),
    );
    world.nowMs = Date.parse("2026-04-02T00:00:00Z");
    await world.run();
    await world.add(
      rows
        .filter((_, i) => isLate(i))
        .map(rowLines)
        .join(""),
    );
    expect((await world.run()).late).toBeGreaterThan(0);
    const written = [...(await world.written())].map(([key, fields]) => {
      const [, local = "", origin = "", saved = ""] = /^local=(\d+)i,origin=(\d+)i,saved=(\d+)i$/.exec(fields) ?? [];
      expect(saved).toBe(local);
      return { key, ms: Number(key.slice(key.lastIndexOf(" "))), local: Number(local), origin: Number(origin) };
    });
    const isLocal = SERVED_FIELDS.filter((name) => !name.includes("origin"));
    for (const { server, tags } of fleet.caches) {
      const own = written.filter(({ key }) => key.startsWith("served_1d,") && key.includes(`server=${server},`));
      expect(own.map(({ ms }) => ms).sort()).toEqual([...truthOfFleet.days(server).keys()]);
      const where = { server: tags["server"] ?? "" };
      for (const { ms, local, origin } of own) {
        expect(local).toBe(truthOfFleet.sum(isLocal, where, ms, ms + 1));
        expect(local + origin).toBe(truthOfFleet.sum(SERVED_FIELDS, where, ms, ms + 1));
      }
    }
    const points = written.filter(({ key }) => key.startsWith("fleet_1d,"));
    // corrections are points of their own
    expect(points.length).toBeGreaterThan(written.filter(({ key }) => key.startsWith("served_1d,")).length);
    expect(points.every(({ key }) => /^fleet_1d,region=[^,]+,school_type=[^,]+ \d+$/.test(key))).toBe(true);
    const sums = new Map<string, number>();
    for (const { key, ms, local, origin } of points) {
      const group = `${key.slice(0, key.lastIndexOf(" "))} ${wallDayStart(ms, zone)}`;
      sums.set(group, (sums.get(group) ?? 0) + local + origin);
    }
    for (const [group, sum] of sums) {
      const [, region = "", type = "", day = ""] = /region=(.*),school_type=(.*) (\d+)$/.exec(group) ?? [];
      const where = { region: region.replaceAll("\\", ""), school_type: type.replaceAll("\\", "") };
      expect(sum, group).toBe(truthOfFleet.sum(SERVED_FIELDS, where, Number(day), Number(day) + 1));
    }
    await world.close();
  });

  it("takes off what warming was given from the cache, each target at its own place", async () => {
    const world = new World("UTC");
    const run = (ms: number, target: string, asked: number, origin: number): string =>
      `precacheasset,group=Mac,outcome=${asked === origin ? "failed" : "warmed"},region=N,server=c,target=${target} bytes.asked=${asked}i,bytes.fromorigin=${origin}i,url="https://a.example/1" ${ms}\n` +
      `precacherun,region=N,server=c,target=${target} bytes.asked=${asked}i,bytes.fromorigin=${origin}i ${ms}\n`;
    await world.add(run(HOUR, "a", 100, 60) + run(2 * HOUR, "a", 10, 10) + run(HOUR, "b", 7, 0) + run(HOUR, "c", 5, 5));
    await world.add(`bytestoclients,region=N,server=c bytes.fromcache.toclients=500i ${HOUR}\n`);
    world.nowMs = 48 * HOUR;
    await world.run();
    const lines = [...(await world.written())].filter(([key]) => /^(served|fleet)/.test(key));
    const served = lines.filter(([key]) => key.startsWith("served"));
    expect(Object.fromEntries(served)).toEqual({
      "served_1d,region=N,server=c 0": "local=500i,origin=0i,saved=500i",
      "served_1d,region=N,server=c,target=a 0": "saved=-40i",
      "served_1d,region=N,server=c,target=b 0": "saved=-7i",
      "served_1d,region=N,server=c,target=c 0": "saved=0i",
    });
    const fleet = lines.filter(([key]) => key.startsWith("fleet_1d,region=N "));
    expect(fleet.map(([, fields]) => fields).sort()).toEqual(served.map(([, fields]) => fields).sort());
    await world.close();
  });

  it("leaves out a sum that no line can hold, and goes on with the others", async () => {
    const world = new World("UTC");
    const most = 9_223_372_036_854_775_807n;
    const line = (ms: number): string =>
      `bytestoclients,server=c bytes.fromcache.toclients=${most}i,bytes.fromorigin.toclients=5i ${ms}\n` +
      `bytesdropped,server=c bytes.dropped=${most}i ${ms}\n`;
    await world.add(line(0) + line(1) + lineOf({ ms: 0, tags: ",server=c", fields: { "requests.fromclients": 1 } }));
    world.nowMs = 48 * HOUR;
    await world.run();
    const written = await world.written();
    expect(written.get("bytestoclients_1d,server=c 0")).toMatch(/^bytes\.fromorigin\.toclients=10i,/);
    expect([...written.keys()].filter((key) => /^(bytesdropped|served|fleet)/.test(key))).toEqual([]);
    expect(written.get("requests_1d,server=c 0")).toBe(requests(1));
    await world.close();
  });

  it("leaves out what is not rolled up, and keeps floats floats and sums beyond 2^53 exact", async () => {
    const world = new World("UTC");
    const ms = Date.parse("2026-06-01T10:00:00Z");
    await world.add(
      [
        `cachestatus,server=c used=5i ${ms}`,
        `bytestoclients_1h,server=c bytes.fromcache.toclients=5i ${ms}`,
        `nobody,server=c a=5i ${ms}`,
        `precacherun,server=c,target=t warmed=2i,seconds=0.25 ${ms}`,
        `precacherun,server=c,target=t warmed=3i,seconds=1 ${ms + 1}`,
        `requests,server=c requests.fromclients=9007199254740991i ${ms}`,
        `requests,server=c requests.fromclients=9007199254740993i ${ms + 1}`,
        `requests,server=c requests.fromclients=-2i ${ms + 2}\n`,
      ].join("\n"),
    );
    world.nowMs = ms + 48 * HOUR;
    await world.run();
    const day = Date.parse("2026-06-01T00:00:00Z");
    const counts = "planned=0i,warmed=5i,cached=0i,failed=0i,skipped=0i";
    const run = `${counts},bytes.planned=0i,bytes.asked=0i,bytes.fromorigin=0i,seconds=1.25`;
    const written = [...(await world.written())].filter(([key]) => !/^(served|fleet)_1d/.test(key));
    expect(Object.fromEntries(written)).toEqual({
      [`precacherun_1h,server=c,target=t ${ms}`]: run,
      [`precacherun_1d,server=c,target=t ${day}`]: run,
      [`requests_1h,server=c ${ms}`]: requests("18014398509481982"),
      [`requests_1d,server=c ${day}`]: requests("18014398509481982"),
    });
    await world.close();
  });

  it("reads a late row and nothing else of its bucket", async () => {
    const world = new World("UTC");
    world.segmentBytes = 4000;
    const first = Date.parse("2026-01-01T00:00:00Z");
    for (let day = 0; day < 100; day++) {
      const lines = Array.from({ length: 24 }, (_, hour) =>
        lineOf({ ms: first + (day * 24 + hour) * HOUR, tags: ",server=c", fields: { "requests.fromclients": 1 } }),
      );
      await world.add(lines.join(""));
    }
    world.nowMs = first + 101 * 24 * HOUR;
    expect(await world.run()).toMatchObject({ closed: 100 * 25, late: 0 });
    const lateMs = first + 50 * 24 * HOUR + 5 * HOUR + 1;
    const late = lineOf({ ms: lateMs, tags: ",server=c", fields: { "requests.fromclients": 7 } });
    // of the rows before it nothing is left to be read
    const raw = streamFolder(world.folder, "collector");
    for (const number of (await listSegments(raw)).slice(0, -1)) writeFileSync(segmentPath(raw, number), "");
    await world.add(late);
    expect(await world.run()).toEqual({ bytesRead: late.length, closed: 0, late: 2 });
    const written = await world.written();
    expect(written.get(`requests_1d,server=c ${first + 50 * 24 * HOUR}`)).toBe(requests(31));
    expect(written.get(`requests_1h,server=c ${first + 50 * 24 * HOUR + 5 * HOUR}`)).toBe(requests(8));
    expect(await world.run()).toMatchObject({ closed: 0, late: 0, bytesRead: 0 });
    await world.close();
  });

  it("adds a late row to what it wrote before, though the raw rows are gone by age", async () => {
    const world = new World("UTC");
    world.segmentBytes = 1;
    const ms = Date.parse("2026-06-01T10:00:00Z");
    await world.add(lineOf({ ms, tags: ",server=c", fields: { "requests.fromclients": 100 } }));
    world.nowMs = ms + 48 * HOUR;
    await world.run();
    const [oldest] = (await import("node:fs"))
      .readdirSync(streamFolder(world.folder, "collector"))
      .filter((name) => name.endsWith(".lp"));
    await world.add(lineOf({ ms: ms + 5, tags: ",server=c", fields: { "requests.fromclients": 3 } }));
    rmSync(join(streamFolder(world.folder, "collector"), oldest!));
    expect(await world.run()).toMatchObject({ late: 2 });
    expect((await world.written()).get(`requests_1h,server=c ${ms - (ms % HOUR)}`)).toBe(requests(103));
    await world.close();
  });

  describe("where the raw journal is damaged", () => {
    const first = Date.parse("2026-01-01T00:00:00Z");
    const hourOf = (hour: number): string =>
      lineOf({ ms: first + hour * HOUR, tags: ",server=c", fields: { "requests.fromclients": 10 } });
    /** Ten days, six hours a segment, all summed up. */
    async function tenDays(): Promise<World> {
      const world = new World("UTC");
      world.segmentBytes = 1;
      for (let from = 0; from < 240; from += 6) {
        await world.add(Array.from({ length: 6 }, (_, i) => hourOf(from + i)).join(""));
      }
      world.nowMs = first + 11 * 24 * HOUR;
      await world.run();
      return world;
    }
    /** Takes six hours of the fifth day away. */
    async function damage(world: World, harm: (path: string) => void): Promise<void> {
      const folder = streamFolder(world.folder, "collector");
      harm(segmentPath(folder, (await listSegments(folder))[17]!));
    }
    const harms = [
      ["deleted", (path: string) => rmSync(path)],
      ["zeroed", (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
      [
        "changed",
        (path: string) => writeFileSync(path, readFileSync(path, "latin1").replace("=10i", "=19i"), "latin1"),
      ],
    ] as const;

    it.each(harms)("adds a late row to what was written of its hour and its day (%s)", async (_what, harm) => {
      const world = await tenDays();
      const before = await world.written();
      await damage(world, harm);
      await world.add(lineOf({ ms: first + 98 * HOUR + 5, tags: ",server=c", fields: { "requests.fromclients": 3 } }));
      expect((await world.run()).late).toBe(2);
      before.set(`requests_1h,server=c ${first + 98 * HOUR}`, requests(13));
      before.set(`requests_1d,server=c ${first + 96 * HOUR}`, requests(243));
      expect(await world.written()).toEqual(before);
      await world.close();
    });

    it.each(harms)("keeps what was written when everything is computed again (%s)", async (_what, harm) => {
      const world = await tenDays();
      const before = await world.written();
      await damage(world, harm);
      world.nowMs += 30 * 24 * HOUR;
      await world.run();
      world.nowMs -= 30 * 24 * HOUR;
      // in two runs, as if the first had been killed
      world.maxOpen = 5;
      await world.run();
      await world.restart();
      await world.run();
      expect(await world.written()).toEqual(before);
      await world.close();
    });
  });

  it("lets late rows of many caches wait for others, for two passes at most, and no answer is without them", async () => {
    const world = new World("UTC");
    world.waitFrom = 1;
    const ms = Date.parse("2026-06-01T10:00:00Z");
    const add = async (after: number, clients: number, more = ""): Promise<void> => {
      await world.add(
        lineOf({ ms: ms + after, tags: ",server=c", fields: { "requests.fromclients": clients } }) + more,
      );
    };
    const open = Array.from({ length: 5 }, (_, i) =>
      lineOf({ ms: ms + 48 * HOUR, tags: `,server=open${i}`, fields: { "requests.fromclients": 1 } }),
    ).join("");
    const day = { measurement: "requests", fromMs: ms - 10 * HOUR, toMs: ms + 14 * HOUR, timeZone: "UTC" } as const;
    const answer = async (): Promise<unknown> =>
      (await askSums(world.folder, [{ ...day, by: "all" }]))[0]?.[0]?.sums["requests.fromclients"];
    await add(0, 100, open);
    world.nowMs = ms + 48 * HOUR;
    await world.run();
    const lates: number[] = [];
    for (const pass of [1, 2, 3]) {
      world.nowMs += 60_000;
      await add(pass, 10 ** pass);
      lates.push((await world.run()).late);
      expect(await answer()).toBe([110, 210, 1210][pass - 1]);
    }
    expect(lates).toEqual([0, 0, 2]);
    // of a process that dies while rows wait, nothing is lost: they are read again
    await add(4, 7);
    expect((await world.run()).late).toBe(0);
    await world.restart();
    expect((await world.run()).late).toBe(2);
    // as much that is new as there is open
    await add(5, 1, `nobody,server=c a=5i,text="${"x".repeat(1000)}" ${ms}\n`);
    expect((await world.run()).late).toBe(2);
    expect((await world.written()).get(`requests_1h,server=c ${ms}`)).toBe(requests(1218));
    await world.close();
  });

  it("goes on from what an older version held open", async () => {
    const world = new World("UTC");
    const ms = Date.parse("2026-06-01T10:00:00Z");
    const line = lineOf({ ms, tags: ",server=c", fields: { "requests.fromclients": 5 } });
    await world.add(line);
    const journal = await openJournal(world.folder, "rollup");
    const [key, values] = ["requests,server=c", { "requests.fromclients": "5" }];
    const open = [
      [key, "hour", ms, values],
      [key, "day", ms - 10 * HOUR, values],
    ];
    const end = await openReader(streamFolder(world.folder, "collector"), "collector").end();
    const positions = [["collector", end.segment, end.offset]];
    const closedMs = ms - HOUR;
    const written = { hour: closedMs, day: closedMs };
    const cursor = { v: 3, timeZone: "UTC", written, closedMs, positions, open };
    await journal.append({ lines: "", lineCount: 0, span: undefined, cursors: { rollup: cursor } });
    await journal.close();
    const all = { measurement: "requests", fromMs: ms - 10 * HOUR, toMs: ms + 14 * HOUR, timeZone: "UTC" } as const;
    const [rows] = await askSums(world.folder, [{ ...all, by: "all" }]);
    expect(rows?.[0]?.sums["requests.fromclients"]).toBe(5);
    await world.add(lineOf({ ms: ms + 1, tags: ",server=c", fields: { "requests.fromclients": 2 } }));
    world.nowMs = ms + 48 * HOUR;
    await world.run();
    expect((await world.written()).get(`requests_1d,server=c ${ms - 10 * HOUR}`)).toBe(requests(7));
    await world.close();
  });

  it("counts once what two streams have of a day that both begin within, when everything is computed again", async () => {
    const world = new World("UTC");
    world.segmentBytes = 1;
    const ms = Date.parse("2026-06-01T10:00:00Z");
    const row = (hours: number, clients: number): string =>
      lineOf({ ms: ms + hours * HOUR, tags: ",server=c", fields: { "requests.fromclients": clients } });
    const other = await openJournal(world.folder, "imported", { segmentBytes: 1 });
    const addOther = async (hours: number, clients: number): Promise<void> => {
      const span = { fromMs: ms + hours * HOUR, toMs: ms + hours * HOUR };
      await other.append({ lines: row(hours, clients), lineCount: 1, span });
    };
    // the first of each goes by age; the second stream begins in a day the first has open
    for (const [hours, clients] of [
      [-48, 1],
      [-24, 10],
      [1, 100],
    ] as const)
      await world.add(row(hours, clients));
    for (const [hours, clients] of [
      [-1, 1],
      [0, 1000],
      [2, 10_000],
    ] as const)
      await addOther(hours, clients);
    await other.close();
    for (const stream of ["collector", "imported"]) {
      const folder = streamFolder(world.folder, stream);
      rmSync(segmentPath(folder, (await listSegments(folder))[0] ?? 0));
    }
    world.nowMs = ms + 96 * HOUR;
    await world.run();
    expect((await world.written()).get(`requests_1d,server=c ${ms - 10 * HOUR}`)).toBe(requests(11_100));
    // a clock that was ahead
    world.nowMs = ms + 24 * HOUR;
    await world.add(row(3, 1_000_000));
    await world.run();
    await world.run();
    expect((await world.written()).get(`requests_1d,server=c ${ms - 10 * HOUR}`)).toBe(requests(1_011_100));
    await world.close();
  });

  it("computes everything again after a clock that ran ahead", async () => {
    const world = new World("UTC");
    const ms = Date.parse("2026-06-01T10:00:00Z");
    await world.add(lineOf({ ms, tags: ",server=c", fields: { "requests.fromclients": 1 } }));
    world.nowMs = Date.parse("2040-01-01T00:00:00Z");
    await world.run();
    world.nowMs = ms + 60_000;
    await world.run();
    await world.add(lineOf({ ms: ms + 60_000, tags: ",server=c", fields: { "requests.fromclients": 5 } }));
    world.nowMs = ms + 48 * HOUR;
    expect(await world.run()).toMatchObject({ closed: 2, late: 0 });
    expect((await world.written()).get(`requests_1h,server=c ${ms}`)).toBe(requests(6));
    await world.close();
  });

  it("computes everything again when an older journal was put back", async () => {
    const world = new World("UTC");
    const line = (ms: number, value: number): string => `requests,server=a requests.fromclients=${value}i ${ms}\n`;
    await world.add(line(0, 1));
    const raw = streamFolder(world.folder, "collector");
    const backup = `${world.folder}-backup`;
    folders.push(backup);
    cpSync(raw, backup, { recursive: true, filter: (path) => !/lock|\/\.\d/.test(path) });
    await world.add(line(1000, 10));
    await world.add(line(2000, 100));
    world.nowMs = 2 * HOUR;
    await world.run();
    await world.close();
    rmSync(raw, { recursive: true });
    cpSync(backup, raw, { recursive: true });
    const again = new World("UTC");
    rmSync(again.folder, { recursive: true });
    cpSync(world.folder, again.folder, { recursive: true, filter: (path) => !/lock|\/\.\d/.test(path) });
    await again.add(line(3000, 5));
    again.nowMs = 30 * HOUR;
    await again.run();
    expect((await again.written()).get("requests_1h,server=a 0")).toBe(requests(6));
    expect((await again.written()).get("requests_1d,server=a 0")).toBe(requests(6));
    await again.close();
  });
});
