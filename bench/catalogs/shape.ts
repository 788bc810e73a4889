/**
 * What reading entries of a catalogue with `Shape` costs beside the same with zod: 20,000 entries as a feed of firmware has
 * them, each read on its own, because one bad entry costs itself alone.
 *
 *     npx tsx bench/catalogs/shape.ts [rounds, default 21]
 *
 * Both in one process, in turn; the ratio is of neighbouring rounds: least, median, most.
 */
import * as z from "zod";
import { Shape } from "../../precache/untrusted/untrusted.ts";
import { median, spread } from "../measure.ts";

const ROUNDS = Number(process.argv[2] ?? 21);

const entries = Array.from({ length: 20_000 }, (_, i) => ({
  identifier: `iPad${i % 16},${i % 9}`,
  version: `26.${i % 7}`,
  buildid: `23A${i}`,
  url: `https://updates.cdn-apple.com/a/${i}.ipsw`,
  filesize: 5_000_000_000 + i,
  releasedate: "2026-09-15T17:00:00Z",
  signed: true,
  sha1sum: "0123456789abcdef",
  md5sum: "0123456789abcdef",
  notes: { en: "text", de: "Text" },
}));

const schema = z.object({
  version: z.string(),
  buildid: z.string(),
  url: z.string(),
  filesize: z.number().int().min(0).optional(),
});

function withShape(): number {
  let sum = 0;
  for (const entry of new Shape(entries, "bench").items()) {
    sum += entry.get("version").text().length + entry.get("buildid").text().length + entry.get("url").text().length;
    sum += entry.get("filesize").optionalCount() ?? 0;
  }
  return sum;
}

function withZod(): number {
  let sum = 0;
  for (const entry of entries) {
    const { success, data } = schema.safeParse(entry);
    if (success) sum += data.version.length + data.buildid.length + data.url.length + (data.filesize ?? 0);
  }
  return sum;
}

function timed(work: () => number): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

if (withShape() !== withZod()) throw new Error("the two read different sums");
const rounds = Array.from({ length: ROUNDS }, () => ({ shape: timed(withShape), zod: timed(withZod) }));
console.log(
  `Shape ${median(rounds.map(({ shape }) => shape)).toFixed(1)} ms, zod ${median(rounds.map(({ zod }) => zod)).toFixed(1)} ms for 20,000 entries`,
);
console.log(`Shape / zod: ${spread(rounds.map(({ shape, zod }) => shape / zod))}`);
