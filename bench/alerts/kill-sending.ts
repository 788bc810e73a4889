/**
 * kill -9 at any moment of sending: no notice is lost, and at most one is repeated at each death, under the same name.
 *
 *     npx tsx bench/alerts/kill-sending.ts [rounds, default 50]
 *
 * Each round sends 18 notices to two receivers from a state folder of its own, by processes that die at a request, before or
 * after its answer, or some time after their start; the last lives.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { bundleSender, type Death, sendKilled } from "../../alerts/testing/killed.ts";
import { chance } from "../../fixtures/fleet/index.ts";

const ROUNDS = Number(process.argv[2] ?? 50);
const PLACES = 18;
const DEATHS = 3;

const script = await bundleSender();
let [kills, lost, repeats, tooMany] = [0, 0, 0, 0];
for (let round = 0; round < ROUNDS; round++) {
  const deaths = Array.from({ length: DEATHS }, (_, i): Death => {
    const luck = (key: number): number => chance(11, round, i, key);
    if (luck(1) < 0.3) return { afterMs: 100 + luck(2) * 600 };
    return { request: 1 + Math.floor(luck(3) * 8), answered: luck(4) < 0.5 };
  });
  const { hook, phone } = await sendKilled(script, PLACES, deaths);
  kills += DEATHS;
  for (const counts of [hook, phone]) {
    lost += PLACES - counts.size;
    const again = [...counts.values()].reduce((sum, n) => sum + n - 1, 0);
    repeats += again;
    if (again > DEATHS) tooMany++;
  }
}
await rm(script, { force: true });
console.log(
  `${kills} kills: ${lost} notices lost, ${repeats} repeated under the same name, ${tooMany} times more than one at a death`,
);
process.exitCode = lost + tooMany === 0 ? 0 : 1;
