/**
 * One seed: its world is played, and what it left is compared with the book.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { differences } from "./compare.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { noticeDifferences } from "./notices.ts";
import type { Planned, Schedule } from "./schedule.ts";
import { trialDifferences } from "./trial.ts";
import { TICK_MS, World } from "./world.ts";

export interface Played {
  readonly wrong: readonly string[];
  /** Where everything of a world that went wrong is kept. */
  readonly folder: string;
}

/** Real time in which everything has caught up, once all faults are over. */
const CATCH_UP_MS = 60_000;
/** And how many passes: on a busy machine one takes long. */
const CATCH_UP_LOOKS = 30;

/**
 * Plays a world. Its folder is removed when nothing is wrong.
 * @param then looks at one in which everything is right, before it is gone; without it, the alerts are tried once more
 */
export async function play(schedule: Schedule, then?: (world: World) => Promise<void>): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), `torture-${schedule.seed}-`));
  const world = await World.open(schedule, folder);
  let wrong: string[] = [];
  try {
    await befall(world, schedule);
    wrong = [...world.laterFormat.wrong, ...(await world.warming.finish())];
    wrong.push(...(await settle(world)));
    wrong.push(...noticeDifferences(schedule, world.notified.notices));
    // last, for it is busy again
    if (then === undefined) wrong.push(...(await trialDifferences(world)));
    if (wrong.length > 0) await keepAnswers(world, folder);
    else await then?.(world);
  } catch (error) {
    wrong = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  } finally {
    await world.close(wrong.length > 0);
  }
  // what ships beside a receiver ends after its pass, and may still write a file
  if (wrong.length === 0) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  return { wrong, folder };
}

/** Everything happens as planned, and then nothing bad any more. */
async function befall(world: World, { minutes, faults }: Schedule): Promise<void> {
  const end = async (tick: number): Promise<void> => {
    for (const each of faults) if (each.to === tick && each.to > each.from) await faultOf(each).end?.(world);
  };
  await world.start();
  for (const [tick, passing] of minutes.entries()) {
    world.startAll();
    await end(tick);
    const struck = faults.filter(({ from }) => from === tick).map((each) => strike(world, each));
    await Promise.all([world.tick(passing), ...struck]);
  }
  await end(minutes.length);
  world.startAll();
}

async function strike(world: World, planned: Planned): Promise<void> {
  await sleep(planned.at * TICK_MS);
  await faultOf(planned).begin(world);
  if (planned.to === planned.from) await faultOf(planned).end?.(world);
}

function faultOf({ fault }: Planned): Fault {
  return FAULTS[fault];
}

/** What the engines have, which are gone when somebody looks. */
async function keepAnswers({ engines, plan, database, notified }: World, folder: string): Promise<void> {
  const raw = await engines.victoria.rawSeries(`{world="${plan.seed}"}`);
  const series = await engines.influx.query(database, "SELECT * FROM /.*/");
  const answers = { "victoria.json": raw, "influx.json": series, "notices.json": notified.notices };
  for (const [name, answer] of Object.entries(answers)) await writeFile(join(folder, name), JSON.stringify(answer));
}

/** Time passes in peace until every number is right, or long enough. */
async function settle(world: World): Promise<string[]> {
  const until = Date.now() + CATCH_UP_MS;
  const untilLook = world.notified.looks + CATCH_UP_LOOKS;
  // the hours of the rows are over, and the days
  await world.tick(130, false);
  await world.tick(61);
  await world.tick(130, false);
  const aheadMs = Math.max(0, world.book.newestMs - world.clock.now());
  await world.tick(27 * 60 + aheadMs / 60_000, false);
  for (;;) {
    world.startAll();
    await world.send();
    const looks = await world.looked();
    const last = !looks || (Date.now() > until && world.notified.looks > untilLook);
    const waiting = world.local.waiting + world.remote.waiting;
    const wrong = waiting > 0 ? [`${waiting} reports are not taken`] : await differences(world, !last);
    if (wrong.length === 0 || last) return wrong;
    await world.tick(1, false);
  }
}
