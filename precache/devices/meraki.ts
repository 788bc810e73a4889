/**
 * Meraki Systems Manager: devices of each network, page by page by the Link header.
 *
 * @module
 */

import { DeviceCounter } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { InventoryClient, inventorySource, reveal } from "./inventory-client.ts";
import type { DeviceOptionsOf } from "./options.ts";
import { Pages } from "./pages.ts";

const FIELDS = ["osVersion", "osBuild", "systemModel"].map((field) => `fields[]=${field}`).join("&");

/** The device source behind `kind: "meraki"`. */
export function merakiSource(options: DeviceOptionsOf<"meraki">): DeviceSource {
  return inventorySource("meraki", (context) => count(options, context));
}

async function count(options: DeviceOptionsOf<"meraki">, context: DeviceContext) {
  const signedIn = { "x-cisco-meraki-api-key": await reveal(options.apiKey, "API key of Meraki", context) };
  const { base, caFile } = options;
  const client = new InventoryClient({ name: "Meraki", base, caFile, context, signIn: async () => signedIn });
  const tally = new DeviceCounter();
  for (const network of options.networks) await countNetwork(client, network, tally, new Pages(client, context));
  return tally.finish("meraki", context);
}

async function countNetwork(
  client: InventoryClient,
  network: string,
  tally: DeviceCounter,
  pages: Pages,
): Promise<void> {
  let next: string | undefined = `networks/${encodeURIComponent(network)}/sm/devices?perPage=1000&${FIELDS}`;
  while (next !== undefined) {
    const { answer, headers } = await client.ask(next);
    // The older form of the answer wraps the list.
    const devices = answer.isList ? answer : answer.expectOneOf("devices").get("devices");
    pages.turn(devices.items().length, next);
    for (const device of devices.items()) {
      tally.addRecord(() => ({
        model: device.get("systemModel").optionalText(),
        os: device.get("osVersion").optionalText() ?? device.get("osName").optionalText(),
        build: device.get("osBuild").optionalText(),
      }));
    }
    next = nextLink(headers["link"]);
  }
}

/** The address marked `rel=next` in a Link header (RFC 8288), quoted or not. */
export function nextLink(header: string | undefined): string | undefined {
  for (const part of (header ?? "").split(/,\s*(?=<)/)) {
    const [, address, parameters] = /^<([^>]*)>(.*)$/.exec(part.trim()) ?? [];
    if (address !== undefined && /;\s*rel="?next"?(?:\s*;|\s*$)/i.test(parameters ?? "")) return address;
  }
  return undefined;
}
