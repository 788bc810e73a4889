/**
 * Jamf Pro: mobile devices and computers, by its Pro API, page by page, or by the Classic API of older servers.
 *
 * Signed in as an API client (client credentials) or with an account. A token runs out after minutes, so it is renewed
 * when the server refuses it, on whichever page that is.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { DeviceOptionsOf } from "../options-devices.ts";
import type { Shape } from "../shape.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { basic, bearer, InventoryClient, inventorySource } from "./inventory-client.ts";
import { readSecret } from "./secret.ts";
import { type DeviceFacts, Tally } from "./tally.ts";

type JamfOptions = DeviceOptionsOf<"jamf">;

const MOBILE = "api/v2/mobile-devices/detail?section=GENERAL&section=HARDWARE";
const COMPUTERS = "api/v1/computers-inventory?section=GENERAL&section=HARDWARE&section=OPERATING_SYSTEM";

/** The device source behind `kind: "jamf"`. */
export function jamfSource(options: JamfOptions): DeviceSource {
  return inventorySource("jamf", (context) => count(options, context));
}

async function count(options: JamfOptions, context: DeviceContext) {
  const tally = new Tally();
  const client = createClient(options, context);
  const mobile = options.include.includes("mobile");
  const computers = options.include.includes("computers");
  if (options.api === "classic") {
    if (mobile) await countClassic(client, "mobiledevices", "mobile_devices", tally);
    if (computers) await countClassic(client, "computers/subset/basic", "computers", tally);
  } else {
    if (mobile) await countPages(client, MOBILE, options.pageSize, mobileFacts, tally);
    if (computers) await countPages(client, COMPUTERS, options.pageSize, computerFacts, tally);
  }
  return tally.finish("jamf", context);
}

function createClient(options: JamfOptions, context: DeviceContext): InventoryClient {
  const server = /^https?:\/\//.test(options.server) ? options.server : `https://${options.server}`;
  let token: Promise<string> | undefined;
  const client: InventoryClient = new InventoryClient({
    name: "Jamf",
    base: server.endsWith("/") ? server : `${server}/`,
    context,
    signIn: async (renew) => {
      if (renew || token === undefined) token = fetchToken(client, options);
      return bearer(await token);
    },
  });
  return client;
}

async function fetchToken(client: InventoryClient, options: JamfOptions): Promise<string> {
  if (options.clientId !== undefined && options.clientSecret !== undefined) {
    const secret = await readSecret(options.clientSecret, "Jamf");
    const form = { client_id: options.clientId, client_secret: secret, grant_type: "client_credentials" };
    const { answer } = await client.ask("api/oauth/token", {
      method: "POST",
      signed: false,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    });
    return answer.get("access_token").text();
  }
  if (options.user !== undefined && options.password !== undefined) {
    const headers = basic(options.user, await readSecret(options.password, "Jamf"));
    const { answer } = await client.ask("api/v1/auth/token", { method: "POST", signed: false, headers });
    return answer.get("token").text();
  }
  throw new LarderError("Cannot sign in to Jamf: neither clientId and clientSecret nor user and password are given", {
    code: "DEVICES_DENIED",
    next: "create an API client in Jamf that may read computers and mobile devices",
  });
}

async function countPages(
  client: InventoryClient,
  path: string,
  pageSize: number,
  facts: (device: Shape) => DeviceFacts,
  tally: Tally,
): Promise<void> {
  let seen = 0;
  for (let page = 0; ; page += 1) {
    const { answer } = await client.ask(`${path}&page=${page}&page-size=${pageSize}&sort=id:asc`);
    const devices = answer.expectOneOf("results").get("results").items();
    const total = answer.get("totalCount").optionalCount() ?? 0;
    for (const device of devices) tally.addRecord(() => facts(device));
    seen += devices.length;
    if (seen >= total) return;
    if (devices.length === 0) throw client.broken(`it announced ${total} devices and sent ${seen}`);
  }
}

async function countClassic(client: InventoryClient, path: string, key: string, tally: Tally): Promise<void> {
  const { answer } = await client.ask(`JSSResource/${path}`);
  for (const device of answer.expectOneOf(key).get(key).items()) {
    tally.addRecord(() => ({
      model: device.get("model_identifier").optionalText() ?? device.get("model").optionalText(),
    }));
  }
}

function mobileFacts(device: Shape): DeviceFacts {
  const general = device.get("general");
  const hardware = device.get("hardware");
  return {
    model: hardware.get("modelIdentifier").optionalText() ?? device.get("modelIdentifier").optionalText(),
    os: general.get("osVersion").optionalText(),
    build: general.get("osBuild").optionalText(),
    board: device.get("softwareUpdateDeviceId").optionalText() ?? general.get("softwareUpdateDeviceId").optionalText(),
  };
}

function computerFacts(device: Shape): DeviceFacts {
  const system = device.get("operatingSystem");
  return {
    model: device.get("hardware").get("modelIdentifier").optionalText(),
    os: system.get("version").optionalText(),
    build: system.get("build").optionalText(),
    board: system.get("softwareUpdateDeviceId").optionalText(),
  };
}
