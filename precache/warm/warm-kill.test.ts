import { expect, test } from "vitest";
import { buildRunner } from "../../bench/warm/job.ts";
import { BYTES, killRound } from "../../bench/warm/kill.ts";

test("after kill -9 the next run fetches no finished byte again, and the books know what was finished", async () => {
  const runner = await buildRunner();
  for (const killAfter of [1, 17]) {
    const round = await killRound(runner, killAfter);
    expect(round).toMatchObject({ askedAgain: 0, fetchedAgain: 0, there: 40 });
    expect(round.finished).toBeGreaterThanOrEqual(killAfter);
    expect(round.finished).toBeLessThan(40);
    expect(round.bookedBytes).toBeGreaterThanOrEqual(round.finished * BYTES);
    expect(round.bookedBytes).toBeLessThanOrEqual(40 * BYTES);
    expect(round.bookedInTheEnd).toBe(40 * BYTES);
  }
});
