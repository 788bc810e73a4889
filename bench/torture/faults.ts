/**
 * The faults that befall a world: what each does, and how it ends.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { hasReadAll } from "./compare.ts";
import type { World } from "./world.ts";

export interface Fault {
  /** For how many ticks it lasts at most; 0 for what strikes and is over. */
  readonly mostTicks: number;
  begin(world: World): Promise<void> | void;
  end?(world: World): Promise<void> | void;
}

const HOUR_MS = 3_600_000;
const A_PASS_MS = 1500;
/** A pass waits for the disk some dozen times. */
const SLOW_MS = 300;

export const FAULTS = {
  "collector killed": { mostTicks: 0, begin: async ({ collector }) => await collector.kill() },
  "collector away": down("collector", 8),
  "receiver killed": { mostTicks: 0, begin: async ({ receiver }) => await receiver.kill() },
  "receiver away": down("receiver", 8),
  "page killed": { mostTicks: 0, begin: async ({ page }) => await page.kill() },
  "collector stopped": { mostTicks: 0, begin: async ({ collector }) => await collector.stop() },
  "InfluxDB crashes": { mostTicks: 0, begin: async (world) => await world.alone(world.engines.influx.restart) },
  "VictoriaMetrics crashes": {
    mostTicks: 0,
    begin: async (world) => await world.alone(async () => await crashVictoria(world)),
  },
  "InfluxDB cut off": gate("influx", "cut"),
  "InfluxDB takes and never answers": gate("influx", "deaf"),
  "answers of InfluxDB lost": gate("influx", "mute"),
  "VictoriaMetrics cut off": gate("victoria", "cut"),
  "VictoriaMetrics takes and never answers": gate("victoria", "deaf"),
  "answers of VictoriaMetrics lost": gate("victoria", "mute"),
  "nobody to notify": {
    mostTicks: 6,
    begin: ({ notified }) => {
      notified.reachable = false;
    },
    end: ({ notified }) => {
      notified.reachable = true;
    },
  },
  "collector frozen": frozen("collector"),
  "receiver frozen": frozen("receiver"),
  "warming killed": {
    mostTicks: 8,
    begin: ({ warming }) => warming.begin(),
    end: async ({ warming }) => await warming.again(),
  },
  "disk full": { mostTicks: 4, begin: ({ disk }) => disk?.fill(), end: ({ disk }) => disk?.empty() },
  "slow disk": {
    mostTicks: 8,
    begin: ({ slowDisk }) => slowDisk.become(SLOW_MS),
    end: ({ slowDisk }) => slowDisk.become(0),
  },
  "log rotated": { mostTicks: 0, begin: ({ local }) => local.rotateLog() },
  "settings changed": {
    mostTicks: 0,
    async begin(world) {
      await world.changeSettings();
    },
  },
  "database replaced": {
    mostTicks: 0,
    async begin(world) {
      // what was not read would be gone with the old one, as on a real Mac
      if (!world.laterFormat.isThere && (await hasReadAll(world))) await world.local.replaceDatabase();
    },
  },
  "macOS Server upgraded": {
    mostTicks: 0,
    async begin(world) {
      if (!world.local.isServer) return;
      await world.local.upgradeMacOs();
      await world.changeSettings();
    },
  },
  "larder upgraded and put back": {
    mostTicks: 8,
    begin: async (world) => await world.alone(async () => await world.changeBuild(true)),
    end: async (world) => await world.alone(async () => await world.changeBuild(false)),
  },
  "state of a later larder": {
    mostTicks: 3,
    begin: async (world) => await world.alone(async () => await bringLaterFormat(world)),
    end: ({ laterFormat }) => laterFormat.unstamp(),
  },
  "cache wiped": { mostTicks: 0, begin: ({ local }) => local.cache.wipe() },
  "clock set 3 h ahead": { mostTicks: 0, begin: ({ clock }) => clock.set(3 * HOUR_MS) },
  "clock set 2 h back": { mostTicks: 0, begin: ({ clock }) => clock.set(-2 * HOUR_MS) },
  "clock set 2 days ahead, and put right": {
    mostTicks: 3,
    begin: ({ clock }) => clock.set(48 * HOUR_MS),
    end: ({ clock }) => clock.set(-48 * HOUR_MS),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

async function crashVictoria({ engines, gates }: World): Promise<void> {
  // what it took hours ago by the clock of the world it would have written to its disk by now
  gates.victoria.become("cut");
  await engines.victoria.flushToDisk();
  gates.victoria.become("open");
  await sleep(A_PASS_MS);
  await engines.victoria.restart();
}

async function bringLaterFormat({ laterFormat, collector, receiver }: World): Promise<void> {
  if (!laterFormat.stamp()) return;
  await Promise.all([collector.stop(), receiver.stop()]);
  // what ships beside a receiver that was killed ends after its pass
  await sleep(A_PASS_MS);
  laterFormat.remember();
}

function down(which: "collector" | "receiver", mostTicks: number): Fault {
  return {
    mostTicks,
    begin: async (world) => {
      world.away.add(which);
      await world[which].kill();
    },
    end: ({ away }) => void away.delete(which),
  };
}

function frozen(which: "collector" | "receiver"): Fault {
  return { mostTicks: 5, begin: (world) => world[which].freeze(), end: (world) => world[which].wake() };
}

function gate(which: "influx" | "victoria", state: "cut" | "deaf" | "mute"): Fault {
  return {
    mostTicks: 8,
    begin: ({ gates }) => gates[which].become(state),
    end: ({ gates }) => gates[which].become("open"),
  };
}
