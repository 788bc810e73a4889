/**
 * What larder shows people: the report, the live page, and `/metrics` of its server.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { periodStart } from "../../core/history/history.ts";
import type { Book, Sums } from "./book.ts";
import { livePageDifferences } from "./live-page.ts";
import { LARDER } from "./program.ts";
import type { World } from "./world.ts";

const TO_CLIENTS = /^bytes\.from(cache|peers|parents|origin)\.toclients$/;
const SENT = /^larder_cache_sent_bytes_(total|created)\{(.*)\} (\S+)/;

/** What of a world is needed to see what it shows. */
type Showing = Pick<World, "config" | "plan" | "clock" | "page">;

/** What the page and a report say differently from the book. */
export async function shownDifferences(world: Showing, book: Book): Promise<string[]> {
  return [
    ...(await reportDifferences(world, book.sums())),
    ...(await metricsDifferences(world, book)),
    ...(await livePageDifferences(world.page, book)),
  ];
}

async function reportDifferences({ config, plan, clock }: Showing, truth: Sums): Promise<string[]> {
  const from = new Date(plan.startMs - 3 * 86_400_000).toISOString().slice(0, 10);
  const words = ["report", "--from", from, "--format", "json", "--config", config];
  const env = { ...process.env, ...clock.environment() };
  const { stdout } = await promisify(execFile)(process.execPath, [LARDER, ...words], { env, maxBuffer: 64_000_000 });
  const { total } = JSON.parse(stdout) as { total: { sources: Readonly<Record<string, number>> } };
  const wrong: string[] = [];
  for (const [source, value] of Object.entries(total.sources)) {
    let expected = 0;
    for (const [key, sum] of truth) if (TO_CLIENTS.exec(key.split(" ")[1] ?? "")?.[1] === source) expected += sum;
    if (value !== expected) wrong.push(`report: from ${source} is ${value}, the book says ${expected}`);
  }
  return wrong;
}

/** Counters there count from a moment they name. */
async function metricsDifferences({ page, plan, clock }: Showing, book: Book): Promise<string[]> {
  const url = await page.url();
  if (url === undefined) return ["page: it does not run"];
  const answer = await fetch(`${url}metrics`, { headers: { accept: "application/openmetrics-text" } });
  const samples = (await answer.text()).split("\n").flatMap((line) => {
    const [, kind = "", labels = "", value = ""] = SENT.exec(line) ?? [];
    return kind === "" ? [] : [{ kind, labels, value: Number(value) }];
  });
  const created = new Map(samples.filter(({ kind }) => kind === "created").map(({ labels, value }) => [labels, value]));
  const wrong: string[] = [];
  for (const { labels, value } of samples.filter(({ kind }) => kind === "total")) {
    const label = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const fromMs = (created.get(labels) ?? 0) * 1000;
    const name = `${label("server")} bytes.from${label("source")}.to${label("destination")}`;
    const expected = book.sumsOf((timeMs) => timeMs >= fromMs).get(name) ?? 0;
    if (value !== expected) wrong.push(`page: ${name} is ${value}, the book says ${expected}`);
  }
  const monthMs = periodStart(clock.now(), "month", plan.zone);
  const none = samples.length === 0 && book.sumsOf((timeMs) => timeMs >= monthMs).size > 0;
  return none ? ["page: /metrics has no counters of caches"] : wrong;
}
