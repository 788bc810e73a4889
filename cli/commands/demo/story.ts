/**
 * The story of the demo, told in a minute on the live page: school begins, devices fetch an update from Apple, a warming
 * run brings the rest into the cache, and what is asked after that comes from there. The run of the night was left out: an
 * alert fires, and is over once there is a new one.
 *
 * All of it is real but the cache, Apple and the devices: the engine warms, the collector collects, rules look after each
 * pass, and `larder serve` serves.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openWatch, readFiring, ruleTitle, type Watch } from "../../../alerts/index.ts";
import { type Collector, createCollector } from "../../../collector/index.ts";
import { validateSettings } from "../../../core/config/config.ts";
import { savingsHistory, totalSavings } from "../../../core/history/history.ts";
import { openJournal } from "../../../core/journal/journal.ts";
import { silentLog } from "../../../core/log.ts";
import { bucketStart, bucketsBefore } from "../../../core/time/local-days.ts";
import { bytesText, percentText } from "../../../core/words/amounts.ts";
import { writeFleetJournal } from "../../../fixtures/fleet/fleet-journal.ts";
import { type FleetCache, planFleet, Truth } from "../../../fixtures/fleet/index.ts";
import { type SchoolMorning, startSchoolMorning } from "../../../fixtures/school-morning.ts";
import { runPrecache } from "../../../precache/index.ts";
import { ExitCode } from "../../exit.ts";
import { larderOptions, type Settings } from "../../load-settings.ts";
import { startServing } from "../serve/serve.ts";
import { makeDemoReport } from "./demo-report.ts";

/** How large the story is, and how long it takes. */
export interface StorySize {
  readonly files: number;
  readonly fileBytes: number;
  readonly bytesPerSecond: number;
  /** Downloads before and after warming. */
  readonly asksBefore: number;
  readonly asksAfter: number;
  /** Between one part and the next. */
  readonly pauseMs: number;
  /** Between two passes of the collector. */
  readonly passMs: number;
}

/** Some 50 seconds. */
export const A_MINUTE: StorySize = {
  files: 24,
  fileBytes: 6_000_000,
  bytesPerSecond: 3_000_000,
  asksBefore: 6,
  asksAfter: 120,
  pauseMs: 4000,
  passMs: 1500,
};

export interface StoryOptions {
  readonly folder: string;
  readonly size: StorySize;
  /** Where else the collector ships to. */
  readonly sinks: Settings["sinks"];
  readonly port: number;
  readonly stop: AbortSignal;
  /** A line of the story. */
  readonly tell: (text: string) => void;
}

/** The same number in three places. */
export interface Agreement {
  readonly name: string;
  readonly page: string;
  readonly history: string;
  readonly report: string;
}

export interface Story {
  /** Where the live page is; it stays until the story is closed. */
  readonly url: string;
  /** The report that was written. */
  readonly reportPath: string;
  /** Today's numbers on the page, in history and in the report. */
  readonly agreement: readonly Agreement[];
  close(): Promise<void>;
}

const WEEKS = 4;
const DAY_MS = 86_400_000;
const SCHOOL_DAY = Date.parse("2026-11-24T12:00:00Z");
const DOWNLOADS_AT_A_TIME = 20;
/** Hours of a school's morning on the clock of the demo. */
const MORNING_HOUR = 8;

/** Plays the story from beginning to end, and leaves the page open. */
export async function tellStory(options: StoryOptions): Promise<Story> {
  const { folder, size, stop, tell } = options;
  const zone = morningZone(Date.now());
  const stateDir = join(folder, "state");
  const cache = await writeHistory(stateDir, zone);
  const morning = await startSchoolMorning({ folder: join(folder, "world"), ...size });
  const settings = settingsFor({ cache, stateDir, zone, morning, ...options });
  const collector = await createCollector({ settings, log: silentLog, signal: stop });
  const serving = await startServing(settings, silentLog);
  const watch = await openWatch({ stateDir, timeZone: zone, options: settings.alerts, notifiers: [], log: silentLog });
  const look = async (): Promise<void> => await tellAlerts(watch, stateDir, tell);
  const passes = new Passes({ collector, morning, everyMs: size.passMs, look });
  const close = async (): Promise<void> => {
    await passes.end();
    await watch.close();
    await serving.close();
    await collector.close();
    await morning.stop();
  };
  const pause = async (): Promise<void> =>
    void (await sleep(size.pauseMs, undefined, { signal: stop }).catch(() => undefined));
  try {
    tell(
      `The live page is at ${serving.url}  Open it now.\n  ${cache.tags["site_name"]}, with ${WEEKS} weeks of history behind it.`,
    );
    await pause();
    tell("Last night's warming was started too late, outside its hours.");
    await warmCatalogue(settings, stop, hoursLater(Date.now()));
    await passes.settle();
    await pause();
    const beganMs = Date.now();
    tell("Eight o'clock, school begins. An update came out in the night, and the first devices fetch it from Apple.");
    await askAll(morning, morning.files.slice(0, size.asksBefore), stop);
    await passes.settle();
    await tellRatio(settings, beganMs, tell);
    await pause();
    tell(`Warming starts: ${size.files} files of a small catalogue, through the cache, before the others ask.`);
    await warmCatalogue(settings, stop);
    await passes.settle();
    tell("Warming has ended. Break: everybody updates.");
    const asked = Array.from({ length: size.asksAfter }, (_, i) => morning.files[i % morning.files.length] ?? "");
    await askAll(morning, asked, stop);
    await passes.end();
    await tellRatio(settings, beganMs, tell);
    const { path, today } = await makeDemoReport(settings, folder);
    const agreement = await compare({ url: serving.url, settings, report: today });
    return { url: serving.url, reportPath: path, agreement, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The zone in which it is the beginning of a school day now, so that the story happens on the right side of the curve. */
export function morningZone(nowMs: number): string {
  const ahead = ((MORNING_HOUR - new Date(nowMs).getUTCHours() + 36) % 24) - 12;
  // the signs of these zones are the other way round
  return ahead === 0 ? "Etc/GMT" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

/** Weeks of school, whatever day it is: those before a Tuesday in November. Zones of the demo know no change of clocks. */
async function writeHistory(stateDir: string, zone: string): Promise<FleetCache> {
  const shiftMs = Math.round((Date.now() - SCHOOL_DAY) / DAY_MS) * DAY_MS;
  const nowMs = Date.now() - shiftMs;
  const fleet = planFleet({
    seed: 3,
    caches: 1,
    regions: 1,
    fromMs: bucketsBefore(nowMs, 7 * WEEKS, { unit: "day", zone }),
    toMs: nowMs - 1000,
    zone,
    intervalSeconds: 900,
    incidentsPerMonth: 0,
  });
  const every = { statusEverySeconds: 900, selfEverySeconds: 900, clientsEverySeconds: 3600, warming: false, shiftMs };
  await writeFleetJournal(stateDir, fleet, new Truth(fleet), every);
  const [cache] = fleet.caches;
  if (cache === undefined) throw new Error("the demo's fleet has a cache");
  return cache;
}

interface Place extends Pick<StoryOptions, "sinks" | "port"> {
  readonly cache: FleetCache;
  readonly stateDir: string;
  readonly zone: string;
  readonly morning: SchoolMorning;
}

function settingsFor({ cache, stateDir, zone, morning, sinks, port }: Place): Settings {
  const { server, ...tags } = cache.tags;
  const values = {
    server,
    tags,
    stateDir,
    timezone: zone,
    sources: {
      metricsSqlite: { enabled: false },
      metricsDb: { path: morning.metricsPath },
      managerStatus: { enabled: false },
      serviceLog: { enabled: true, file: morning.logPath, every: 1 },
    },
    serve: { port },
    precache: {
      catalogs: [{ kind: "sucatalog", urls: [morning.catalogPath], titles: "none" }],
      groups: ["sucatalog"],
      servers: [morning.url],
      concurrency: 2,
    },
  };
  const settings = validateSettings(larderOptions, values, "the demo");
  return { ...settings, sinks, server: cache.server, stateDir, timezone: zone };
}

interface Passing {
  readonly collector: Collector;
  readonly morning: SchoolMorning;
  readonly everyMs: number;
  /** Looks for alerts, after each pass. */
  readonly look: () => Promise<void>;
}

/** The collector's passes, one after the other, while the story goes on. */
class Passes {
  readonly #collector: Collector;
  readonly #morning: SchoolMorning;
  readonly #look: () => Promise<void>;
  readonly #ended = new AbortController();
  readonly #running: Promise<void>;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ collector, morning, everyMs, look }: Passing) {
    this.#collector = collector;
    this.#morning = morning;
    this.#look = look;
    this.#running = this.#run(everyMs);
  }

  /** One more, now, which sees all that was done until now. */
  async settle(): Promise<void> {
    await this.#pass();
  }

  async end(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    await this.#running;
    await this.#pass();
  }

  async #run(everyMs: number): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#pass();
      await sleep(everyMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
  }

  async #pass(): Promise<void> {
    this.#last = this.#last.then(async () => {
      this.#morning.writeDown(Date.now());
      await this.#collector.pass();
      await this.#look();
    });
    await this.#last;
  }
}

/** Devices that ask, some at a time. */
async function askAll(morning: SchoolMorning, files: readonly string[], stop: AbortSignal): Promise<void> {
  const waiting = [...files];
  const device = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !stop.aborted; file = waiting.shift())
      await morning.ask(file);
  };
  await Promise.all(Array.from({ length: DOWNLOADS_AT_A_TIME }, device));
}

/** Prints the alerts that began, with what to do, and those that are over. */
async function tellAlerts(watch: Watch, stateDir: string, tell: (text: string) => void): Promise<void> {
  const { changes } = await watch.check(undefined);
  if (changes.length === 0) return;
  const firing = (await readFiring(stateDir, { language: "en", nowMs: Date.now() })) ?? [];
  for (const { alert, to } of changes) {
    const shown = firing.find(
      ({ rule, server, part }) => rule === alert.rule && server === alert.server && part === alert.part,
    );
    if (to === "ok") tell(`  Over: ${ruleTitle(alert.rule, "en")}. The alert goes from the page.`);
    else if (shown !== undefined) tell(`  Alert: ${shown.title}. ${shown.what}\n    What to do: ${shown.next}`);
  }
}

/** Hours of a night that are not now, on the clock of this computer. */
function hoursLater(nowMs: number): string {
  const hour = (ahead: number): string => String((new Date(nowMs).getHours() + ahead) % 24).padStart(2, "0");
  return `${hour(14)}:00-${hour(20)}:00`;
}

async function warmCatalogue(
  { precache, stateDir, tags, server }: Settings,
  stop: AbortSignal,
  until?: string,
): Promise<void> {
  await runPrecache({
    options: until === undefined ? precache : { ...precache, until },
    stateDir,
    log: silentLog,
    tags: { ...tags, server },
    openJournal: async () => await openJournal(stateDir, "precache"),
    stop,
    abort: stop,
    exitCodes: { ok: ExitCode.ok, partly: ExitCode.partly, failed: ExitCode.failed },
  });
}

async function today(stateDir: string, timeZone: string) {
  const nowMs = Date.now();
  const span = { fromMs: bucketStart(nowMs, "day", timeZone), toMs: nowMs + 1 };
  return totalSavings(await savingsHistory(stateDir, { ...span, by: "hour", timeZone }));
}

/** What devices, and warming, were given since a moment. */
async function tellRatio(settings: Settings, fromMs: number, tell: (text: string) => void): Promise<void> {
  const { stateDir, timezone: timeZone } = settings;
  const rows = await savingsHistory(stateDir, { fromMs, toMs: Date.now() + 1, by: "all", timeZone });
  const { served, hitRatio } = totalSavings(rows);
  tell(`  Since eight: ${bytesText(served)} served, ${percentText(hitRatio)} of it from the cache.`);
}

interface Compared {
  readonly url: string;
  readonly settings: Settings;
  readonly report: {
    readonly served: number | bigint;
    readonly fromCaches: number | bigint;
    readonly fromApple: number | bigint;
  };
}

/** Today's numbers as the page shows them, as history gives them, and as the report has them. */
async function compare({ url, settings, report }: Compared): Promise<Agreement[]> {
  const html = await (await fetch(url)).text();
  const shown = [...html.matchAll(/<span class="value">([^<]*)</g)].map(([, value = ""]) => value);
  const history = await today(settings.stateDir, settings.timezone);
  return (["served", "fromCaches", "fromApple"] as const).map((name, i) => ({
    name: { served: "served", fromCaches: "from the cache", fromApple: "from Apple" }[name],
    page: shown[i] ?? "",
    history: bytesText(history[name]),
    report: bytesText(report[name]),
  }));
}
