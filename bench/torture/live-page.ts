/**
 * The live page: somebody who looks at it all the time, and whether the numbers its pictures are drawn from are those of the
 * book.
 *
 * @module
 */
import type { Book } from "./book.ts";
import type { Program } from "./program.ts";

interface Bucket {
  readonly startMs: number;
  readonly sources: Readonly<Record<string, number>>;
  readonly hasData: boolean;
}

interface Drawn {
  readonly hours: readonly Bucket[];
  readonly report: { readonly by: string; readonly buckets: readonly Bucket[] };
}

const TO_CLIENTS = /^bytes\.from(cache|peers|parents|origin)\.toclients$/;
const DRAWN = /<script type="application\/json" id="charts">(.*?)<\/script>/s;
const ANSWER_MS = 10_000;

/** Asks for the page, and for `/metrics`, where somebody answers: what it has read so far it keeps. */
export async function lookAt(page: Program): Promise<void> {
  const url = await page.url();
  if (url === undefined) return;
  for (const path of ["", "metrics"]) {
    await fetch(`${url}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) })
      .then(async (answer) => await answer.arrayBuffer())
      .catch(() => undefined);
  }
}

/** Days and hours that the page of all caches draws otherwise than the book has them. */
export async function livePageDifferences(page: Program, book: Book): Promise<string[]> {
  const url = await page.url();
  if (url === undefined) return ["live page: it does not run"];
  const text = await (await fetch(url)).text();
  const drawn = DRAWN.exec(text)?.[1];
  if (drawn === undefined) return ["live page: it has no numbers to draw"];
  const { hours, report } = JSON.parse(drawn) as Drawn;
  if (report.by !== "day") return [`live page: its days are drawn by ${report.by}`];
  return [...drawnDifferences("day", report.buckets, book), ...drawnDifferences("hour", hours, book)];
}

function drawnDifferences(what: string, buckets: readonly Bucket[], book: Book): string[] {
  const truth = book.sumsBy((ms) => buckets.findLast(({ startMs }) => startMs <= ms)?.startMs);
  return buckets.flatMap(({ startMs, sources, hasData }) => {
    const expected: Record<string, number> = {};
    for (const [key, sum] of truth.get(startMs) ?? []) {
      const source = TO_CLIENTS.exec(key.split(" ")[1] ?? "")?.[1];
      if (source !== undefined) expected[source] = (expected[source] ?? 0) + sum;
    }
    const at = new Date(startMs).toISOString().slice(0, 16);
    return Object.entries(sources).flatMap(([source, value]) => {
      const sum = expected[source] ?? 0;
      const found = hasData ? value : 0;
      return found === sum ? [] : [`live page: ${what} ${at} from ${source} is ${found}, the book says ${sum}`];
    });
  });
}
