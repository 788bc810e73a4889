/**
 * Which device sources there are. A source's code is loaded when it is asked for.
 *
 * @module
 */

import type { DeviceSource } from "./device-source.ts";
import type { DeviceOptions, DeviceOptionsOf, DeviceSourceKind } from "./options.ts";

export { type ModelNames, readModelNames } from "./model-names.ts";

/** How each kind is opened. */
const DEVICE_SOURCES: {
  readonly [Kind in DeviceSourceKind]: (options: DeviceOptionsOf<Kind>) => Promise<DeviceSource>;
} = {
  jamf: async (options) => (await import("./jamf.ts")).jamfSource(options),
  simplemdm: async (options) => (await import("./simplemdm.ts")).simplemdmSource(options),
  kandji: async (options) => (await import("./kandji.ts")).kandjiSource(options),
  mosyle: async (options) => (await import("./mosyle.ts")).mosyleSource(options),
  meraki: async (options) => (await import("./meraki.ts")).merakiSource(options),
  intune: async (options) => (await import("./intune.ts")).intuneSource(options),
  csv: async (options) => (await import("./csv.ts")).csvSource(options),
  "by-hand": async (options) => (await import("./by-hand.ts")).byHandSource(options),
};

/** The device source the options choose. It asks nobody yet. */
export function openDeviceSource(options: DeviceOptions): Promise<DeviceSource> {
  const open = DEVICE_SOURCES[options.kind] as (options: DeviceOptions) => Promise<DeviceSource>;
  return open(options);
}
