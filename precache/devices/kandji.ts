/**
 * Kandji, now Iru: devices by offset. The list gives marketing names, versions and builds; the identifier is in each
 * device's details.
 *
 * @module
 */

import type { Shape } from "../untrusted/untrusted.ts";
import { DeviceCounter, type DeviceFacts } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { bearer, InventoryClient, inventorySource, reveal } from "./inventory-client.ts";
import type { DeviceOptionsOf } from "./options.ts";
import { identityOf, Pages } from "./pages.ts";

const PAGE = 300;

/** The device source behind `kind: "kandji"`. With `details` every device is asked for: slow, but exact. */
export function kandjiSource(options: DeviceOptionsOf<"kandji">): DeviceSource {
  return inventorySource("kandji", (context) => count(options, context));
}

async function count(options: DeviceOptionsOf<"kandji">, context: DeviceContext) {
  const signedIn = bearer(await reveal(options.token, "token of Kandji", context));
  const { base, caFile } = options;
  const client = new InventoryClient({ name: "Kandji", base, caFile, context, signIn: async () => signedIn });
  const tally = new DeviceCounter();
  const pages = new Pages(client, context);
  for (;;) {
    const { answer } = await client.ask(`devices?limit=${PAGE}&offset=${pages.count}`);
    if (!answer.isList) throw client.broken("its answer is not a list of devices");
    const devices = answer.items();
    // A short page need not be the last: how many devices a page may hold at most is not documented.
    if (devices.length === 0) return await tally.finish("kandji", context);
    pages.turn(devices.length, identityOf(devices.map((device) => device.get("device_id").optionalId())));
    for (const device of devices) {
      const details = options.details ? await detailsOf(device, client) : undefined;
      tally.addRecord(() => factsOf(device, details));
    }
  }
}

async function detailsOf(device: Shape, client: InventoryClient): Promise<Shape> {
  return (await client.ask(`devices/${encodeURIComponent(device.get("device_id").text())}/details`)).answer;
}

/** `supplemental_build_version` is the build, in the list and in the details; `system_version` is `14.4.1 (23E224)`. */
function factsOf(device: Shape, details: Shape | undefined): DeviceFacts {
  const general = details?.get("general");
  const text = (key: string) => device.get(key).optionalText() ?? general?.get(key).optionalText();
  return {
    model: details?.get("hardware_overview").get("model_identifier").optionalText() ?? text("model"),
    os: general?.get("system_version").optionalText() ?? text("os_version"),
    build: text("supplemental_build_version") ?? text("build_version"),
  };
}
