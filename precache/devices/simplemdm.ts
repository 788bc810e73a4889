/**
 * SimpleMDM: devices a hundred at a time, each page asked for by the last id of the one before.
 *
 * @module
 */

import { DeviceCounter } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { basic, InventoryClient, inventorySource, reveal } from "./inventory-client.ts";
import type { DeviceOptionsOf } from "./options.ts";
import { identityOf, Pages } from "./pages.ts";

/** The device source behind `kind: "simplemdm"`. The key is the user of HTTP Basic; there is no password. */
export function simplemdmSource(options: DeviceOptionsOf<"simplemdm">): DeviceSource {
  return inventorySource("simplemdm", (context) => count(options, context));
}

async function count(options: DeviceOptionsOf<"simplemdm">, context: DeviceContext) {
  const signedIn = basic(await reveal(options.token, "API key of SimpleMDM", context), "");
  const { base, caFile } = options;
  const client = new InventoryClient({ name: "SimpleMDM", base, caFile, context, signIn: async () => signedIn });
  const tally = new DeviceCounter();
  const pages = new Pages(client, context);
  let after = "";
  for (;;) {
    const { answer } = await client.ask(
      `devices?limit=100${after === "" ? "" : `&starting_after=${encodeURIComponent(after)}`}`,
    );
    const devices = answer.expectOneOf("data").get("data").items();
    pages.turn(devices.length, identityOf(devices.map((device) => device.get("id").optionalId())));
    for (const device of devices) {
      const attributes = device.get("attributes");
      tally.addRecord(() => ({
        model: attributes.get("product_name").optionalText(),
        os: attributes.get("os_version").optionalText(),
        build: attributes.get("build_version").optionalText(),
      }));
    }
    if (answer.get("has_more").optionalFlag() !== true) return await tally.finish("simplemdm", context);
    const last = devices.at(-1)?.get("id").optionalId() ?? "";
    if (last === "" || last === after) throw client.broken("it announces more devices and does not send them");
    after = last;
  }
}
