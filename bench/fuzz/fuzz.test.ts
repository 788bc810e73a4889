/**
 * Every target on the inputs that once showed a fault, and on a few new ones, the same every time; and that the harness
 * notices faults at all.
 */
import { describe, expect, it } from "vitest";
import { runs, THOROUGH } from "../../core/testing/runs.ts";
import { keptInputs } from "./found.ts";
import { type Fault, judge } from "./judge.ts";
import { fuzzRound } from "./round.ts";
import { loadTargets } from "./targets/targets.ts";
import { targets as planted } from "./testing/planted.ts";
import { type WatchedOptions, watchedRound } from "./watched-round.ts";

/** Enough where the code that is reached counts. */
const MOST = 2500;
const EXECUTIONS = 4;

describe("keeps its promise on kept inputs and on new ones:", async () => {
  it.each((await loadTargets()).map(({ target }) => ({ name: target.name, target })))("$name", async ({ target }) => {
    for (const { file, input } of keptInputs(target.name)) expect(await judge(target, input), file).toBeUndefined();
    const most = runs(target.shortRound ?? EXECUTIONS);
    await fuzzRound(target, {
      seed: 1,
      // what they are read as is for other tests
      trySeeds: false,
      more: (executions) => executions < most,
      onFault: (input, { what }) => expect.fail(`${what}: ${Buffer.from(input).toString("base64").slice(0, 2000)}`),
    });
  });
});

const plantedTarget = (name: string) => planted.find((each) => each.name === name) ?? expect.fail(name);
const ANSWERED = { key: expect.any(String) as string, what: expect.any(String) as string };

it.each([
  ["planted/type-error", "TypeError bench/fuzz/testing/planted.ts Object.run"],
  ["planted/pollution", "pollution"],
  ["planted/prototype", "prototype"],
  ["planted/not-the-same", "NotTheSame bench/fuzz/testing/planted.ts Object.run"],
  ["planted/slow", "slow"],
  ["planted/long-message", "long message X"],
])("notices %s", async (name, key) => {
  const target = plantedTarget(name);
  expect(await judge(target, Buffer.from("bad"))).toEqual({ ...ANSWERED, key });
  expect(await judge(target, Buffer.from("good"))).toBeUndefined();
  expect("polluted" in {}).toBe(false);
});

describe.runIf(THOROUGH)("a watched round", () => {
  const url = new URL("testing/planted.ts", import.meta.url).href;
  const faultsOf = async (
    name: string,
    limits: Pick<WatchedOptions, "hangMs" | "memoryMiB" | "seconds" | "executions">,
  ) => {
    const faults = new Map<string, string>();
    const onFault = (input: Uint8Array, { key }: Fault) => faults.set(key, Buffer.from(input).toString());
    await watchedRound({ url, name, seed: 1, onFault, ...limits });
    return faults;
  };

  it("ends what hangs", async () => {
    expect([...(await faultsOf("planted/hang", { hangMs: 500, seconds: 0.1 })).keys()]).toEqual(["hang"]);
  });

  it("ends what takes all memory", async () => {
    expect([...(await faultsOf("planted/memory", { memoryMiB: 64, seconds: 0.1 })).keys()]).toEqual(["memory"]);
  });

  it("finds by the code that is reached what chance alone does not, and makes it small", async () => {
    const faults = await faultsOf("planted/deep", { seconds: 60, executions: MOST });
    expect(faults).toEqual(new Map([["TypeError bench/fuzz/testing/planted.ts Object.run", "FUZ"]]));
    const onFault = () => expect.fail("chance found it");
    await fuzzRound(plantedTarget("planted/deep"), { seed: 1, more: (executions) => executions < MOST, onFault });
  });
});
