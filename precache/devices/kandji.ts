/**
 * Kandji, now Iru: devices by offset. The list gives marketing names; the identifier stands in each device's details.
 *
 * @module
 */
import type { DeviceOptionsOf } from "../options-devices.ts";
import type { Shape } from "../shape.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { bearer, InventoryClient, inventorySource } from "./inventory-client.ts";
import { readSecret } from "./secret.ts";
import { Tally } from "./tally.ts";

const PAGE = 300;
const MOST = 1_000_000;

/** The device source behind `kind: "kandji"`. With `details` every device is asked for: slow, but exact. */
export function kandjiSource(options: DeviceOptionsOf<"kandji">): DeviceSource {
  return inventorySource("kandji", (context) => count(options, context));
}

async function count(options: DeviceOptionsOf<"kandji">, context: DeviceContext) {
  const signedIn = bearer(await readSecret(options.token, "Kandji"));
  const client = new InventoryClient({ name: "Kandji", base: options.base, context, signIn: async () => signedIn });
  const tally = new Tally();
  for (let offset = 0; offset < MOST; ) {
    const { answer } = await client.ask(`devices?limit=${PAGE}&offset=${offset}`);
    if (!answer.isList) throw client.broken("its answer is no list of devices");
    const devices = answer.items();
    // A short page need not be the last: how many devices a page may hold at most is not documented.
    if (devices.length === 0) return tally.finish("kandji", context);
    for (const device of devices) {
      const model = options.details ? await modelOf(device, client) : undefined;
      tally.addRecord(() => ({
        model: model ?? device.get("model").optionalText(),
        os: device.get("os_version").optionalText(),
        build: device.get("build_version").optionalText(),
      }));
    }
    offset += devices.length;
  }
  throw client.broken("its pages do not end");
}

async function modelOf(device: Shape, client: InventoryClient): Promise<string | undefined> {
  const { answer } = await client.ask(`devices/${encodeURIComponent(device.get("device_id").text())}/details`);
  return answer.get("hardware_overview").get("model_identifier").optionalText();
}
