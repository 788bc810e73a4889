/**
 * The faults that befall a world: what each does, and how it ends.
 *
 * @module
 */
import type { World } from "./world.ts";

export interface Fault {
  /** For how many ticks it lasts at most; 0 for what strikes and is over. */
  readonly mostTicks: number;
  begin(world: World): Promise<void> | void;
  end?(world: World): Promise<void> | void;
}

const HOUR_MS = 3_600_000;

export const FAULTS = {
  "collector killed": { mostTicks: 0, begin: async ({ collector }) => await collector.kill() },
  "collector away": down("collector", 8),
  "receiver killed": { mostTicks: 0, begin: async ({ receiver }) => await receiver.kill() },
  "receiver away": down("receiver", 8),
  "page killed": { mostTicks: 0, begin: async ({ page }) => await page.kill() },
  "collector stopped": { mostTicks: 0, begin: async ({ collector }) => await collector.stop() },
  "InfluxDB crashes": { mostTicks: 0, begin: async ({ engines }) => await engines.influx.restart() },
  "VictoriaMetrics crashes": { mostTicks: 0, begin: async ({ engines }) => await engines.victoria.restart() },
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
  "clock set 3 h ahead": { mostTicks: 0, begin: ({ clock }) => clock.set(3 * HOUR_MS) },
  "clock set 2 h back": { mostTicks: 0, begin: ({ clock }) => clock.set(-2 * HOUR_MS) },
  "clock set 2 days ahead, and put right": {
    mostTicks: 3,
    begin: ({ clock }) => clock.set(48 * HOUR_MS),
    end: ({ clock }) => clock.set(-48 * HOUR_MS),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

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

function gate(which: "influx" | "victoria", state: "cut" | "deaf" | "mute"): Fault {
  return {
    mostTicks: 8,
    begin: ({ gates }) => gates[which].become(state),
    end: ({ gates }) => gates[which].become("open"),
  };
}
