/**
 * Whether somebody is still notified, once, after all that befell a world: a cache is suspended and a database cut off, and
 * both are put right.
 *
 * @module
 */
import { withoutGraver } from "./notices.ts";
import type { World } from "./world.ts";

/** Minutes from look to look: looks half an hour apart say nothing of what lay between them. */
const MINUTES = 12;
/** What has to last five minutes, or a quarter of an hour, does so in a few. */
const MOST_LOOKS = 25;
/** Each by any of these rules. */
const PLANTED: readonly (readonly [what: string, rules: RegExp, part?: string])[] = [
  ["a suspended cache", /^(suspended|unregistered|off)$/],
  ["a database that is cut off", /^sink-behind$/, "influx"],
];

/** What nobody was notified of, or more than once. */
export async function trialDifferences(world: World): Promise<string[]> {
  const { local, gates, notified } = world;
  const before = new Set(notified.notices.map(({ incident }) => incident));
  const count = (type: string, rules: RegExp, part = ""): number =>
    withoutGraver(notified.notices).filter(
      (each) => each.type === type && rules.test(each.rule) && each.parts.includes(part) && !before.has(each.incident),
    ).length;
  const all = (type: string) => (): boolean => PLANTED.every(([, rules, part]) => count(type, rules, part) > 0);
  local.cache.suspend();
  gates.influx.become("cut");
  await until(world, all("alert.firing"));
  local.cache.resume();
  gates.influx.become("open");
  await until(world, all("alert.recovered"));
  return PLANTED.flatMap(([what, rules, part]) => {
    const [firing, over] = [count("alert.firing", rules, part), count("alert.recovered", rules, part)];
    return firing === 1 && over === 1
      ? []
      : [`notices: ${what} was reported ${firing} times, and as over ${over} times`];
  });
}

async function until(world: World, done: () => boolean): Promise<void> {
  for (let look = 0; look < MOST_LOOKS && !done(); look++) {
    world.startAll();
    await world.tick(MINUTES);
    if (!(await world.looked())) return;
  }
}
