/**
 * A school with larder as an admin runs it: collector with alerts, receiver and live page as processes, the caches they
 * watch, a database to ship to and somebody to notify.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReportJson } from "../../fixtures/reports/reports.ts";
import { Dice } from "../histories/dice.ts";
import { Book } from "../torture/book.ts";
import { Notified } from "../torture/notified.ts";
import { Program } from "../torture/program.ts";
import { CountingSink } from "./counting-sink.ts";
import { metricsPathOf, SchoolCache, statusPathOf } from "./school-cache.ts";

export interface SoakPlan {
  readonly folder: string;
  readonly startMs: number;
  readonly zone: string;
  /** How likely a minute has something in it. */
  readonly busyShare: (ms: number) => number;
  /** What the programs are started with beside the machine's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** When the collector's passes and the receiver's are due; larder's own by default. */
  readonly schedules?: { readonly collector: string; readonly receiver: string };
  readonly keepDays: number;
  readonly keepMegabytes: number;
}

const ANSWER_MS = 30_000;

export class SoakWorld {
  readonly plan: SoakPlan;
  readonly stateDir: string;
  readonly config: string;
  readonly book: Book;
  readonly sink: CountingSink;
  readonly notified: Notified;
  readonly local: SchoolCache;
  readonly remote: SchoolCache;
  readonly programs: { readonly collector: Program; readonly receiver: Program; readonly page: Program };

  private constructor(plan: SoakPlan, parts: Pick<SoakWorld, "book" | "sink" | "notified" | "local" | "remote">) {
    this.plan = plan;
    this.stateDir = join(plan.folder, "state");
    this.config = join(plan.folder, "larder.json");
    this.book = parts.book;
    this.sink = parts.sink;
    this.notified = parts.notified;
    this.local = parts.local;
    this.remote = parts.remote;
    this.programs = {
      collector: this.#program("collector", ["collect"]),
      receiver: this.#program("receiver", ["receive", "--port", "0", "--json"]),
      page: this.#program("page", ["serve", "--port", "0", "--json"]),
    };
  }

  static async open(plan: SoakPlan): Promise<SoakWorld> {
    const { folder, startMs, busyShare } = plan;
    const book = new Book();
    const common = { book, busyShare, startMs, dice: new Dice(17) };
    const local = { server: "cache1", guid: "3B1F5F2D-7D8E-4B0C-9C51-0D9C0E5E2A10", rowMinutes: 1, folder };
    const remote = { server: "cache2", guid: "0D9C0E5E-7D8E-4B0C-9C51-3C1B5F5D2A10", rowMinutes: 5 };
    return new SoakWorld(plan, {
      book,
      sink: await CountingSink.start(plan.zone),
      notified: await Notified.start(),
      local: await SchoolCache.open({ ...common, ...local }),
      remote: await SchoolCache.open({ ...common, ...remote }),
    });
  }

  /** Starts everything; resolves when receiver and page answer. */
  async start(): Promise<void> {
    this.local.work(this.plan.startMs, this.plan.startMs);
    for (const name of ["collector", "receiver"] as const) {
      writeFileSync(this.#configOf(name), JSON.stringify(this.#settings(this.plan.schedules?.[name])));
    }
    for (const program of Object.values(this.programs)) program.start();
    await Promise.all([this.programs.receiver.url(), this.programs.page.url()]);
  }

  /** Sends a report to the receiver. @throws Error when it does not take it */
  async send(report: ReportJson): Promise<void> {
    const url = await this.programs.receiver.url();
    if (url === undefined) throw new Error("the receiver does not run");
    const answer = await fetch(url, {
      ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(report) },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.arrayBuffer();
    if (answer.status !== 202) throw new Error(`the receiver answered ${answer.status}`);
  }

  /** What ended without having been asked to. */
  ended(): string[] {
    return Object.values(this.programs).flatMap(({ endedItself }) => endedItself);
  }

  async close(): Promise<void> {
    const programs = Object.values(this.programs);
    await Promise.all(programs.map(async (each) => await each.stop()));
    for (const each of programs) each.close();
    this.local.close();
    this.remote.close();
    this.sink.close();
    this.notified.close();
  }

  #configOf(name: string): string {
    return name === "receiver" ? join(this.plan.folder, "receiver.json") : this.config;
  }

  #program(name: string, words: readonly string[]): Program {
    return new Program({
      words: [...words, "--config", this.#configOf(name)],
      log: join(this.plan.folder, `${name}.log`),
      environment: this.plan.environment,
      answers: words.includes("--json"),
    });
  }

  #settings(schedule: string | undefined): unknown {
    const { zone, folder, keepDays, keepMegabytes } = this.plan;
    return {
      server: "cache1",
      stateDir: this.stateDir,
      timezone: zone,
      ...(schedule === undefined ? {} : { schedule, spreadSeconds: 0 }),
      journal: { keepDays, keepMegabytes },
      sources: {
        metricsSqlite: { enabled: false },
        metricsDb: { path: metricsPathOf(folder) },
        managerStatus: { file: statusPathOf(folder) },
      },
      sinks: [{ name: "influx", type: "influx1", url: this.sink.url, database: "cc" }],
      alerts: { notifiers: [{ name: "hook", type: "webhook", url: this.notified.url }] },
    };
  }
}
