/**
 * Mosyle: devices by system and page. The token of a sign-in comes in a header of the answer.
 *
 * @module
 */
import { excerpt, hideFromNowOn } from "../../core/revealed.ts";
import type { Shape } from "../untrusted/untrusted.ts";
import { DeviceCounter } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { InventoryClient, inventorySource, reveal } from "./inventory-client.ts";
import type { DeviceOptionsOf } from "./options.ts";
import { identityOf, Pages } from "./pages.ts";

type MosyleOptions = DeviceOptionsOf<"mosyle">;

/** What is asked of each device: no more than what is counted. */
const COLUMNS = ["device_model", "osversion", "build_version", "device_udid"];

/** The device source behind `kind: "mosyle"`. */
export function mosyleSource(options: MosyleOptions): DeviceSource {
  return inventorySource("mosyle", (context) => count(options, context));
}

async function count(options: MosyleOptions, context: DeviceContext) {
  const accessToken = await reveal(options.accessToken, "access token of Mosyle", context);
  const client = createClient(options, accessToken, context);
  const tally = new DeviceCounter();
  for (const system of options.systems)
    await countSystem({ client, accessToken, system, tally, pages: new Pages(client, context) });
  return tally.finish("mosyle", context);
}

function createClient(options: MosyleOptions, accessToken: string, context: DeviceContext): InventoryClient {
  let token: Promise<string> | undefined;
  const client: InventoryClient = new InventoryClient({
    name: "Mosyle",
    base: options.base,
    caFile: options.caFile,
    context,
    signIn: async (renew) => {
      if (renew || token === undefined) token = fetchToken({ client, options, accessToken, context });
      return { authorization: await token };
    },
  });
  return client;
}

interface SignIn {
  readonly client: InventoryClient;
  readonly options: MosyleOptions;
  readonly accessToken: string;
  readonly context: DeviceContext;
}

async function fetchToken({ client, options, accessToken, context }: SignIn): Promise<string> {
  const password = await reveal(options.password, "password of Mosyle", context);
  const body = JSON.stringify({ accessToken, email: options.email, password });
  const headers = { "content-type": "application/json" };
  const reply = await client.ask("login", { method: "POST", signed: false, headers, body });
  const token = reply.headers["authorization"];
  if (token === undefined) throw client.broken("its sign-in sent no Authorization header");
  hideFromNowOn(token);
  return token;
}

interface SystemList {
  readonly client: InventoryClient;
  readonly accessToken: string;
  readonly system: string;
  readonly tally: DeviceCounter;
  readonly pages: Pages;
}

/**
 * Pages are documented from 0 and used from 1; some servers take both for the first. Pages are asked from 0 on, and the
 * second is dropped when it is the first again.
 */
async function countSystem({ client, accessToken, system, tally, pages }: SystemList): Promise<void> {
  let first = "";
  for (let page = 0; ; page += 1) {
    const request = { accessToken, options: { os: system, page, specific_columns: COLUMNS } };
    const headers = { "content-type": "application/json" };
    const { answer } = await client.ask("listdevices", { method: "POST", headers, body: JSON.stringify(request) });
    const devices = devicesOf(answer, client);
    if (devices.length === 0) return;
    const identity = identityOf(devices.map((device) => device.get("device_udid").optionalId()));
    if (page === 1 && identity !== "" && identity === first) continue;
    if (page === 0) first = identity;
    pages.turn(devices.length, identity);
    for (const device of devices) countDevice(device, tally);
  }
}

function countDevice(device: Shape, tally: DeviceCounter): void {
  tally.addRecord(() => ({
    model: device.get("device_model").optionalText(),
    os: device.get("osversion").optionalText(),
    build: device.get("build_version").optionalText(),
  }));
}

/** The devices of a page; none when the server says that there are no more. */
function devicesOf(answer: Shape, client: InventoryClient): Shape[] {
  const response = answer.get("response");
  const inside = response.isList ? response.items()[0] : response;
  const status = inside?.get("status").optionalText() ?? answer.get("status").optionalText();
  if (status === "DEVICES_NOTFOUND") return [];
  if (inside === undefined || inside.get("devices").missing) {
    throw client.broken(`it answered ${status === undefined ? "without devices" : `"${excerpt(status, 60)}"`}`);
  }
  return inside.get("devices").items();
}
