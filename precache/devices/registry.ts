/**
 * Which device sources there are. A source's code is loaded when it is asked for.
 *
 * @module
 */
import type { DeviceOptions } from "../options-devices.ts";
import type { DeviceSource } from "./device-source.ts";

/** The device source the options choose. It asks nobody yet. */
export async function openDeviceSource(options: DeviceOptions): Promise<DeviceSource> {
  switch (options.kind) {
    case "by-hand":
      return (await import("./by-hand.ts")).byHandSource(options);
    default:
      throw new Error(`no device source "${options.kind}"`);
  }
}
