import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CacheState, LastWarming } from "../../core/history/history.ts";
import type { StreamHealth } from "../../core/journal/health.ts";
import { openJournal } from "../../core/journal/journal.ts";
import type { Loss } from "../../core/journal/losses.ts";
import { bucketStart, bucketsBefore } from "../../core/time/local-days.ts";
import { fleetLines, planFleet, SERVED_FIELDS, Truth } from "../../fixtures/fleet/index.ts";
import { savePositions } from "../ship/cursor.ts";
import { sinkSchema } from "../sinks/options.ts";
import type { JournalFacts, ReceivedFacts, SinkFacts, StatusFacts } from "./facts.ts";
import { findings, worstLevel } from "./findings.ts";
import type { GatherOptions } from "./gather.ts";
import { readStatusModel, type StatusModel } from "./health.ts";

const NOW = Date.parse("2026-03-31T12:00:30Z");
const ZONE = "Europe/Berlin";

const cache = (more: Partial<CacheState>): CacheState => ({
  timeMs: NOW - 60_000,
  server: "c",
  activated: true,
  active: true,
  registered: 1,
  registrationError: undefined,
  startup: "OK",
  usedBytes: 10e9,
  freeBytes: 90e9,
  limitBytes: 100e9,
  pressure: 0,
  lowSpace: false,
  diskExceeded: false,
  alerts: 0,
  content: [],
  neighbours: [],
  ...more,
});
const sink = (more: Partial<SinkFacts>): SinkFacts => ({
  name: "main",
  place: "http://db",
  movedMs: NOW - 60_000,
  backlogBytes: 0,
  lostBytes: 0,
  rejectBytes: 0,
  rejectPath: "/r",
  problem: undefined,
  expiredLines: 0,
  ...more,
});
const loss: Loss = {
  kind: "changed",
  segment: 7,
  offset: 0,
  bytes: 300,
  batches: 1,
  writtenAfterMs: NOW - 7_200_000,
  writtenBeforeMs: NOW - 3_600_000,
  span: { fromMs: 0, toMs: 1 },
};
const health = (more: Partial<StreamHealth>): StreamHealth => ({
  stream: "collector",
  segments: 2,
  bytes: 900,
  checkedBytes: 900,
  diskBytes: 900,
  losses: [],
  uncommittedBytes: 0,
  cut: [],
  ...more,
});
const journal = (more: Partial<JournalFacts>): JournalFacts => ({
  streams: [health({})],
  freeBytes: 50e9,
  setAside: { path: "/rows", bytes: 0 },
  ...more,
});
const nothing = { served: 0, saved: 0, fromCaches: 0, fromApple: 0, hitRatio: undefined };
const received = (more: Partial<ReceivedFacts>): ReceivedFacts => ({
  ...{ lastMs: NOW - 60_000, reports: 9, repeated: 0, setAside: 0, refused: 0, unassigned: 0 },
  ...{ asidePath: "/state/rejected/_reports.lp", asideBytes: 0 },
  ...more,
});
const facts = (more: Partial<StatusFacts>): StatusFacts => ({
  nowMs: NOW,
  server: "c",
  timeZone: ZONE,
  readsStatus: true,
  cache: cache({}),
  today: nothing,
  week: nothing,
  days: [],
  lastRowMs: NOW - 60_000,
  pass: { timeMs: NOW - 60_000, server: "c", up: true, seconds: 1 },
  sinks: [sink({})],
  journal: journal({}),
  events: [],
  warming: undefined,
  ...more,
});
const HOUR = 3_600_000;
const happened = (event: string, hoursAgo = 1) => ({
  timeMs: NOW - hoursAgo * HOUR,
  server: "c",
  event,
  title: "t",
  text: "outside its hours, 01:00 to 05:00",
});
const run = (more: Partial<LastWarming>): LastWarming => ({
  warmed: 3,
  cached: 4,
  failed: 0,
  skipped: 0,
  lastLineMs: NOW - 60_000,
  ...more,
});

describe("findings()", () => {
  it.each<[string, Partial<StatusFacts>, string[]]>([
    ["nothing", {}, []],
    ["nothing of a sink that waits a moment", { sinks: [sink({ backlogBytes: 9 })] }, []],
    ["that no pass ever ran, once", { pass: undefined, cache: undefined, lastRowMs: undefined }, ["bad never-ran"]],
    [
      "nothing of passes where others collect",
      { pass: undefined, cache: undefined, lastRowMs: undefined, received: received({}) },
      [],
    ],
    [
      "reports that were set aside, and of caches nobody has assigned",
      { received: received({ setAside: 1, unassigned: 2 }) },
      ["warn reports-set-aside", "warn caches-unassigned"],
    ],
    [
      "a silent collector",
      { pass: { timeMs: NOW - HOUR, server: "c", up: true, seconds: 1 } },
      ["bad collector-silent"],
    ],
    [
      "one silent since a while",
      { pass: { timeMs: NOW - HOUR / 4, server: "c", up: true, seconds: 1 } },
      ["warn collector-silent"],
    ],
    ["a source that failed", { pass: { timeMs: NOW, server: "c", up: false, seconds: 1 } }, ["bad source-failed"]],
    ["no status", { cache: undefined }, ["warn status-unknown"]],
    ["nothing where no status is read", { cache: undefined, readsStatus: false }, []],
    ["an old status", { cache: cache({ timeMs: NOW - 2 * HOUR }) }, ["warn status-old"]],
    ["a cache nobody asks", { lastRowMs: NOW - 100 * HOUR }, ["warn idle"]],
    ["nothing on a Monday morning after a day off", { lastRowMs: NOW - 90 * HOUR }, []],
    [
      "a cache that is off",
      { cache: cache({ activated: false, active: false, registered: -1 }) },
      ["bad not-activated"],
    ],
    ["a refused registration", { cache: cache({ active: false, registered: -1 }) }, ["bad unregistered"]],
    ["a registration under way", { cache: cache({ registered: 0 }) }, ["warn registering"]],
    ["a cache that does not start", { cache: cache({ active: false, startup: "FAILED" }) }, ["bad inactive"]],
    [
      "a suspended cache",
      { cache: cache({ active: false, registered: 0, state: "suspended" }) },
      ["bad suspended", "warn registering"],
    ],
    ["a cache that does not answer", { cache: cache({ state: "silent" }) }, ["bad silent"]],
    ["a cache without its address", { cache: cache({ state: "unreachable" }) }, ["bad unreachable"]],
    ["nothing of a cache that serves", { cache: cache({ state: "serving" }) }, []],
    ["little room", { cache: cache({ pressure: 0.6 }) }, ["warn low-space"]],
    ["too little room", { cache: cache({ pressure: 0.8 }) }, ["bad low-space"]],
    ["room that Apple calls low", { cache: cache({ lowSpace: true }) }, ["warn low-space"]],
    ["too much held", { cache: cache({ lowSpace: true, diskExceeded: true }) }, ["warn disk-exceeded"]],
    [
      "a full disk, and not that no pass ran",
      { pass: undefined, journal: journal({ freeBytes: 0 }) },
      ["bad disk-full"],
    ],
    ["a full disk a pass still ran on", { journal: journal({ freeBytes: 9e6 }) }, ["bad disk-full"]],
    ["a disk that fills up", { journal: journal({ freeBytes: 100e6 }) }, ["warn disk-nearly-full"]],
    ["damage", { journal: journal({ streams: [health({ losses: [loss, loss] })] }) }, ["warn journal-damaged"]],
    [
      "a changed end",
      { journal: journal({ streams: [health({ cut: [{ path: "/c", bytes: 9 }] })] }) },
      ["warn journal-cut"],
    ],
    [
      "nothing of a batch that is being written",
      { journal: journal({ streams: [health({ uncommittedBytes: 9 })] }) },
      [],
    ],
    ["rows set aside", { journal: journal({ setAside: { path: "/rows", bytes: 9 } }) }, ["warn rows-set-aside"]],
    [
      "a log that is no longer understood",
      { log: { readMs: NOW, sinceMs: NOW - HOUR, lines: 1000, unknown: 400, unnamed: 0 } },
      ["warn log-unknown"],
    ],
    ["nothing of a few odd lines", { log: { readMs: NOW, sinceMs: NOW - HOUR, lines: 9, unknown: 9, unnamed: 9 } }, []],
    ["its alerts", { cache: cache({ alerts: 2 }) }, ["warn alerts"]],
    [
      "a dead peer",
      { cache: cache({ neighbours: [{ address: "p", role: "peer", healthy: false }] }) },
      ["warn neighbour-unhealthy"],
    ],
    [
      "a wipe",
      { events: [{ timeMs: NOW - HOUR, server: "c", event: "wiped", title: "t", text: "x" }] },
      ["warn wiped"],
    ],
    [
      "a wipe its log tells of",
      { events: [{ timeMs: NOW - HOUR, server: "c", event: "cache-emptied", title: "t", text: "x" }] },
      ["warn wiped"],
    ],
    ["nothing of a run that went well", { events: [happened("run-end")], warming: run({}) }, []],
    [
      "a run that failed in part",
      { events: [happened("run-end")], warming: run({ failed: 2 }) },
      ["warn warming-failed"],
    ],
    ["a run that failed", { events: [happened("run-end")], warming: run({ failed: 5 }) }, ["bad warming-failed"]],
    [
      "a run that did nothing",
      { events: [happened("run-skipped"), happened("run-end", 2)], warming: run({ failed: 9 }) },
      ["warn warming-skipped"],
    ],
    ["nothing of a run under way", { events: [happened("run-start", 9)], warming: run({ failed: 9 }) }, []],
    [
      "a run that was killed",
      { events: [happened("run-start", 9)], warming: run({ failed: 9, lastLineMs: NOW - 2 * HOUR }) },
      ["warn warming-unfinished"],
    ],
    ["a late sink", { sinks: [sink({ backlogBytes: 9, movedMs: NOW - HOUR })] }, ["warn sink-late"]],
    [
      "a sink that waits for somebody to act, at once and with the step",
      {
        sinks: [
          sink({ backlogBytes: 9, problem: { stopped: true, code: "SINK_DENIED", message: "no", next: "log in" } }),
        ],
      },
      ["bad sink-stopped"],
    ],
    ["a sink that stopped", { sinks: [sink({ backlogBytes: 9, movedMs: NOW - 25 * HOUR })] }, ["bad sink-stopped"]],
    ["a sink that never began", { sinks: [sink({ backlogBytes: 9, movedMs: undefined })] }, ["bad sink-stopped"]],
    [
      "lost and refused lines, the worst first",
      { sinks: [sink({ rejectBytes: 1, lostBytes: 5 })] },
      ["bad sink-lost", "warn sink-rejects"],
    ],
    [
      "values that are missing as no complaint",
      { cache: cache({ activated: undefined, registered: undefined, pressure: undefined }) },
      [],
    ],
    [
      "a cache that is not known to be active",
      { cache: cache({ activated: undefined, active: undefined }) },
      ["warn activity-unknown"],
    ],
  ])("tells %s", (_what, more, expected) => {
    const found = findings(facts(more));
    expect(found.map(({ level, id }) => `${level} ${id}`)).toEqual(expected);
    for (const { said, next } of found) expect(said.length * next.length).toBeGreaterThan(0);
    expect(worstLevel(found)).toBe(expected[0]?.split(" ")[0] ?? "ok");
  });

  it("says what is damaged, how much and when it was written", () => {
    const [finding] = findings(facts({ journal: journal({ streams: [health({ losses: [loss, loss] })] }) }));
    expect(finding?.said).toBe(
      "600 bytes in 1 segment of the journal collector are damaged or missing, written between 2026-03-31 10:00 and 2026-03-31 11:00 UTC; the rest is used",
    );
  });

  it("knows what to do about Apple's reasons", () => {
    const [finding] = findings(
      facts({ cache: cache({ registered: -1, registrationError: "PUBLIC_IP_NOT_IN_RANGE" }) }),
    );
    expect(finding?.next).toContain("PublicRanges");
  });
});

describe("readStatusModel()", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "larder-status-model-"));
  afterAll(() => rmSync(stateDir, { recursive: true, force: true }));
  const fleet = planFleet({
    seed: 11,
    caches: 2,
    regions: 1,
    fromMs: Date.parse("2026-03-20T00:00:00Z"),
    toMs: NOW,
    zone: ZONE,
    intervalSeconds: 300,
    incidentsPerMonth: 0,
  });
  const truth = new Truth(fleet);
  const server = fleet.caches[0]?.server ?? "";
  const sinks = [
    sinkSchema.parse({
      name: "main",
      type: "influx1",
      url: "http://db:8086",
      database: "cc",
      rollup: { database: "long" },
    }),
  ];
  const options: GatherOptions = { stateDir, server, timeZone: ZONE, sinks, readsStatus: true, nowMs: NOW };
  let model: StatusModel;

  beforeAll(async () => {
    const journal = await openJournal(stateDir, "collector");
    const span = { fromMs: fleet.options.fromMs, toMs: fleet.options.toMs };
    for await (const lines of fleetLines(fleet, { rollups: false }, truth)) {
      await journal.append({ lines, lineCount: lines.split("\n").length - 1, span });
    }
    const warmed = (target: string, failed: number) =>
      `precacherun,server=${server},target=${target} warmed=1i,failed=${failed}i ${NOW - HOUR}\n`;
    const ended = `events,event=run-end,server=${server} title="t",text="x" ${NOW - HOUR}\n`;
    const warming = await openJournal(stateDir, "precache");
    await warming.append({ lines: warmed("a", 1) + warmed("b", 2) + ended, lineCount: 3, span });
    await warming.close();
    const gone = `cachecontent,server=${server},kind=Gone bytes=5i ${NOW - HOUR}\n`;
    await journal.append({ lines: gone, lineCount: 1, span });
    await journal.close();
    await savePositions({ stateDir, sink: "main" }, { collector: { segment: 0, offset: 0 } });
    utimesSync(join(stateDir, "ship/main.json"), (NOW - HOUR) / 1000, (NOW - HOUR) / 1000);
    mkdirSync(join(stateDir, "rejected"));
    writeFileSync(join(stateDir, "rejected/main.lp"), "# why\n");
    model = await readStatusModel(options);
  });

  it("counts today and seven local days of this cache alone, over the beginning of summer time", () => {
    const today = bucketStart(NOW, "day", ZONE);
    const week = bucketsBefore(NOW, 6, { unit: "day", zone: ZONE });
    expect(model.today.served).toBe(truth.sum(SERVED_FIELDS, { server }, today));
    expect(model.week.served).toBe(truth.sum(SERVED_FIELDS, { server }, week));
    expect(model.days.map(({ served }) => served)).toEqual(
      model.days.map(({ startMs }) => truth.sum(SERVED_FIELDS, { server }, startMs, startMs + 1)),
    );
    expect(model.days).toHaveLength(7);
    expect(model.days[6]?.startMs).toBe(today);
    expect(model.week.saved).toBeLessThan(model.week.served);
  });

  it("shows the newest reading of the status and no kind that is gone", () => {
    expect(model.cache?.timeMs).toBe(NOW - 30_000);
    expect(model.cache).toMatchObject({ active: true, registered: 1 });
    expect(model.cache?.content.map(({ kind }) => kind)).not.toContain("Gone");
    expect(model.cache?.content[0]?.kind).toBe("iOS Software");
    expect(model.pass).toMatchObject({ up: true });
  });

  it("does not believe that a sink takes lines because its file is from a time that is yet to come", async () => {
    const { sinks } = await readStatusModel({ ...options, nowMs: NOW - 3 * HOUR });
    expect(sinks[0]).toMatchObject({ name: "main", movedMs: undefined });
  });

  it("sees each sink's backlog, its place for roll-ups apart, and what it refused", () => {
    expect(model.sinks.map(({ name, backlogBytes }) => [name, backlogBytes > 0])).toEqual([
      ["main", true],
      ["main.rollup", false],
    ]);
    expect(model.findings.map(({ id }) => id)).toEqual(["warming-failed", "sink-late", "sink-rejects"]);
    expect(model.findings[0]?.said).toBe("the last warming run, 60 min ago, could not fetch 3 files");
    expect(model.worst).toBe("warn");
  });

  it("is sober about a folder where nothing ever ran", async () => {
    const empty = await readStatusModel({ ...options, stateDir: join(stateDir, "nowhere"), sinks: [] });
    expect(empty.findings.map(({ id }) => id)).toEqual(["never-ran"]);
    expect(empty.cache).toBeUndefined();
  });
});
