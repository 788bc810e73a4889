import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { type BisectOutcome, type BisectProgress, bisect, noProgress, type Questions } from "./bisect.ts";

/** What a server makes of one line. */
type Fate = "good" | "bad" | "expired" | "too large" | "crashes it" | "crashes it once";

const EXPIRED = "expired";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface ServerOptions {
  /** Refuses whatever it is asked, the probe too. */
  readonly refusesAll?: boolean;
  /** Takes the good lines of a request with bad ones, and says how many it refused. */
  readonly counts?: boolean;
}

/** A server that knows the fate of each line, and what it was asked. */
class Server implements Questions {
  readonly stored: string[] = [];
  readonly asked: string[][] = [];
  patientQuestions = 0;
  probes = 0;
  readonly #options: ServerOptions;
  readonly #fates: Map<string, Fate>;

  constructor(fates: ReadonlyMap<string, Fate>, options: ServerOptions = {}) {
    this.#fates = new Map(fates);
    this.#options = options;
  }

  async ask(lines: Uint8Array): Promise<BisectOutcome> {
    const asked = decoder.decode(lines).match(/.*\n/g) ?? [];
    this.asked.push(asked);
    const which = (fate: Fate) => asked.filter((line) => this.#fates.get(line) === fate);
    if (this.#options.refusesAll === true) return { outcome: "refused", reason: "no" };
    const [crashing, once] = [which("crashes it"), which("crashes it once")];
    if (crashing.length + once.length > 0) return { outcome: "suspect", reason: "500" };
    if (which("too large").length > 0) return { outcome: "too large", reason: "413" };
    const bad = which("bad");
    const good = which("good");
    if (bad.length > 0 && this.#options.counts !== true) return { outcome: "refused", reason: `bad ${bad[0]}` };
    this.stored.push(...good);
    if (bad.length > 0) return { outcome: "refused", reason: `bad ${bad[0]}`, refusedLines: bad.length };
    return { outcome: "taken", expiredLines: which(EXPIRED).length };
  }

  async askPatiently(lines: Uint8Array): Promise<BisectOutcome> {
    this.patientQuestions++;
    for (const line of decoder.decode(lines).match(/.*\n/g) ?? []) {
      if (this.#fates.get(line) === "crashes it once") this.#fates.set(line, "good");
    }
    return await this.ask(lines);
  }

  async probe(): Promise<boolean> {
    this.probes++;
    return this.#options.refusesAll !== true;
  }
}

interface Search {
  readonly server: Server;
  readonly progress: BisectProgress;
  readonly done: boolean;
}

/** Lines of these fates, of several lengths, and the search for the bad ones. */
async function search(fates: readonly Fate[], options?: ServerOptions): Promise<Search> {
  const server = new Server(new Map(fates.map((fate, i) => [lineOf(i), fate])), options);
  const piece = encoder.encode(fates.map((_, i) => lineOf(i)).join(""));
  const progress = noProgress();
  const done = await bisect(piece, await server.ask(piece), { questions: server, progress });
  return { server, progress, done };
}

const lineOf = (i: number): string => `${"x".repeat((i * 7) % 23)}${i}\n`;
const rejectedOf = ({ rejected }: BisectProgress): string[] => rejected.map(({ line }) => decoder.decode(line));
const linesOf = (fates: readonly Fate[], ...wanted: Fate[]): string[] =>
  fates.flatMap((fate, i) => (wanted.includes(fate) ? [lineOf(i)] : []));

describe("bisect()", () => {
  it("rejects the bad lines and no other, in their order, each with its place and the reason", async () => {
    const { server, progress, done } = await search(["good", "bad", "good", "good", "bad"]);
    expect(done).toBe(true);
    expect(progress).toEqual({
      rejected: [
        { line: encoder.encode(lineOf(1)), index: 1, reason: `bad ${lineOf(1)}` },
        { line: encoder.encode(lineOf(4)), index: 4, reason: `bad ${lineOf(4)}` },
      ],
      settledLines: 5,
      expiredLines: 0,
    });
    expect(server.stored.sort()).toEqual([lineOf(0), lineOf(2), lineOf(3)]);
  });

  it("asks about nothing when all was taken, and counts what was too old", async () => {
    const { server, progress, done } = await search(["good", "expired", "expired"]);
    expect([done, server.asked.length, server.probes]).toEqual([true, 1, 0]);
    expect(progress).toEqual({ rejected: [], settledLines: 3, expiredLines: 2 });
  });

  it("learns nothing about lines from a server that refuses everything: one probe, no question more", async () => {
    const { server, progress, done } = await search(["good", "good"], { refusesAll: true });
    expect([done, server.asked.length, server.probes]).toEqual([false, 1, 1]);
    expect(progress).toEqual(noProgress());
  });

  it("probes before it halves a refused piece, and at the end when nothing else was taken", async () => {
    const { server, done } = await search(["bad"]);
    expect([done, server.probes]).toEqual([true, 2]);
  });

  it("needs no probe where the refusal says that others were taken", async () => {
    const { server, progress, done } = await search(["bad", "good", "bad"], { counts: true });
    expect([done, server.probes]).toEqual([true, 1]);
    expect(rejectedOf(progress)).toEqual([lineOf(0), lineOf(2)]);
  });

  it("rejects a piece at once of which every line was refused by count", async () => {
    const { server, progress, done } = await search(["bad", "bad", "bad", "bad"], { counts: true });
    expect([done, server.asked.length, server.probes]).toEqual([true, 1, 2]);
    expect(progress.rejected.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(progress.settledLines).toBe(4);
  });

  it("takes a half that was refused as a whole, with the places of its lines in the piece", async () => {
    const { progress } = await search(["good", "good", "good", "bad", "bad", "bad"], { counts: true });
    expect(progress.rejected.map(({ index }) => index)).toEqual([3, 4, 5]);
  });

  it("halves what is too large without doubting the server, until one line alone is", async () => {
    const { server, progress, done } = await search(["good", "too large", "good"]);
    expect([done, server.probes]).toEqual([true, 1]);
    expect(progress.rejected).toMatchObject([{ index: 1, reason: "413" }]);
  });

  it("stops at one line that is too large when the probe is refused too", async () => {
    const fates: Fate[] = ["too large", "good"];
    const server = new Server(new Map(fates.map((fate, i) => [lineOf(i), fate])));
    const piece = encoder.encode(lineOf(0) + lineOf(1));
    server.probe = async () => false;
    const progress = noProgress();
    const first = await server.ask(piece);
    expect(await bisect(piece, first, { questions: server, progress })).toBe(false);
    expect(progress).toEqual(noProgress());
    expect(server.asked.length).toBe(2);
  });

  it("asks again, patiently, about a line that was refused by a server that blamed itself", async () => {
    const { server, progress, done } = await search(["good", "crashes it once", "good", "crashes it"]);
    expect([done, server.patientQuestions]).toEqual([true, 2]);
    expect(progress.rejected).toMatchObject([{ index: 3, reason: "500" }]);
    expect(server.stored.sort()).toEqual([lineOf(0), lineOf(1), lineOf(2)].sort());
    expect(progress.settledLines).toBe(4);
  });

  it("does not ask patiently about a line that was refused as such", async () => {
    const { server } = await search(["good", "bad", "good"]);
    expect(server.patientQuestions).toBe(0);
  });

  it.each([
    [32, 2],
    [33, 3],
  ])(
    "asks whether the server takes any line at all after 32 bad ones in a row: %i bad, %i probes",
    async (bad, probes) => {
      const { server, progress, done } = await search(Array<Fate>(bad).fill("bad"));
      expect([done, server.probes, progress.rejected.length]).toEqual([true, probes, bad]);
    },
  );

  it("stops in the middle when the server takes nothing any more, and keeps what is settled", async () => {
    const fates = ["good", ...Array<Fate>(40).fill("bad"), "good"] as Fate[];
    const server = new Server(new Map(fates.map((fate, i) => [lineOf(i), fate])));
    const piece = encoder.encode(fates.map((_, i) => lineOf(i)).join(""));
    server.probe = async () => ++server.probes === 1;
    const progress = noProgress();
    const first = await server.ask(piece);
    expect(await bisect(piece, first, { questions: server, progress })).toBe(false);
    expect(progress).toEqual({ rejected: [], settledLines: 1, expiredLines: 0 });
    expect(server.stored).toEqual([lineOf(0)]);
    expect(server.asked.at(-1)).toEqual([lineOf(32)]);
  });

  it("keeps what is settled when a question throws", async () => {
    const server = new Server(
      new Map([
        [lineOf(0), "good"],
        [lineOf(1), "bad"],
      ] as const),
    );
    const piece = encoder.encode(lineOf(0) + lineOf(1));
    const first = await server.ask(piece);
    const progress = noProgress();
    const questions: Questions = {
      ask: async (lines) => {
        if (server.stored.length > 0) throw new Error("the network is gone");
        return await server.ask(lines);
      },
      askPatiently: (lines) => server.askPatiently(lines),
      probe: () => server.probe(),
    };
    await expect(bisect(piece, first, { questions, progress })).rejects.toThrow("the network is gone");
    expect(progress).toEqual({ rejected: [], settledLines: 1, expiredLines: 0 });
  });

  it("takes a refusal that counts as proof that the server takes others", async () => {
    const lines = ["a\n", "b\n", "c\n", "d\n", "e\n"];
    const server = new Server(new Map(lines.map((line) => [line, line === "e\n" ? "good" : "bad"])));
    const ask = async (asked: Uint8Array): Promise<BisectOutcome> => {
      if (server.asked.at(-1)?.join("") === "d\ne\n") throw new Error("the network is gone");
      const answer = await server.ask(asked);
      return asked.length === 4 && asked[0] === 0x64 ? { outcome: "refused", reason: "d", refusedLines: 1 } : answer;
    };
    const piece = encoder.encode(lines.join(""));
    const progress = noProgress();
    const questions: Questions = { ask, askPatiently: ask, probe: () => server.probe() };
    await expect(bisect(piece, await ask(piece), { questions, progress })).rejects.toThrow("the network is gone");
    expect(rejectedOf(progress)).toEqual(["a\n", "b\n", "c\n"]);
    expect(progress.settledLines).toBe(3);
  });

  it("counts an empty line as one", async () => {
    const progress = noProgress();
    const questions = new Server(new Map());
    expect(await bisect(encoder.encode("\nx\n"), { outcome: "taken", expiredLines: 0 }, { questions, progress })).toBe(
      true,
    );
    expect(progress.settledLines).toBe(2);
  });

  it("settles every line of any piece once: good ones stored, bad ones rejected, old ones counted", async () => {
    const fate = fc.constantFrom<Fate>("good", "good", "bad", "expired", "too large", "crashes it", "crashes it once");
    const options = fc.record({ counts: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 1, maxLength: 80 }), options, async (fates, how) => {
        const { server, progress, done } = await search(fates, how);
        expect(done).toBe(true);
        expect(rejectedOf(progress)).toEqual(linesOf(fates, "bad", "too large", "crashes it"));
        expect(progress.rejected.every(({ line, index }) => decoder.decode(line) === lineOf(index))).toBe(true);
        expect(new Set(server.stored)).toEqual(new Set(linesOf(fates, "good", "crashes it once")));
        expect(progress.settledLines).toBe(fates.length);
      }),
      { numRuns: runs(60) },
    );
  });
});
