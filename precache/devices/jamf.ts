/**
 * Jamf Pro: mobile devices and computers, by its Pro API, page by page, or by the Classic API of older servers.
 *
 * Signed in as an API client (client credentials) or with an account. A token runs out after minutes, so it is renewed
 * when the server refuses it, on whichever page that is.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Shape } from "../untrusted/untrusted.ts";
import { DeviceCounter, type DeviceFacts } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { basic, bearer, InventoryClient, inventorySource, reveal } from "./inventory-client.ts";
import type { DeviceOptionsOf } from "./options.ts";
import { identityOf, MOST_DEVICES, Pages } from "./pages.ts";

type JamfOptions = DeviceOptionsOf<"jamf">;

/** The newest first: older ones are withdrawn from newer servers, newer ones are not on older servers. */
const MOBILE = ["api/v2/mobile-devices/detail"];
const COMPUTERS = [4, 3, 2, 1].map((version) => `api/v${version}/computers-inventory`);
const MOBILE_SECTIONS = "section=GENERAL&section=HARDWARE";
const COMPUTER_SECTIONS = `${MOBILE_SECTIONS}&section=OPERATING_SYSTEM`;

/** The device source behind `kind: "jamf"`. */
export function jamfSource(options: JamfOptions): DeviceSource {
  return inventorySource("jamf", (context) => count(options, context));
}

async function count(options: JamfOptions, context: DeviceContext) {
  const tally = new DeviceCounter();
  const client = createClient(options, context);
  const mobile = options.include.includes("mobile");
  const computers = options.include.includes("computers");
  if (options.api === "classic") {
    if (mobile) await countClassic(client, "mobiledevices", "mobile_devices", tally);
    if (computers) await countClassic(client, "computers/subset/basic", "computers", tally);
  } else {
    const { pageSize } = options;
    const shared = { client, context, pageSize, tally };
    if (mobile) await countPages({ ...shared, paths: MOBILE, sections: MOBILE_SECTIONS, facts: mobileFacts });
    if (computers) await countPages({ ...shared, paths: COMPUTERS, sections: COMPUTER_SECTIONS, facts: computerFacts });
  }
  return tally.finish("jamf", context);
}

function createClient(options: JamfOptions, context: DeviceContext): InventoryClient {
  const server = /^https?:\/\//.test(options.server) ? options.server : `https://${options.server}`;
  let token: Promise<string> | undefined;
  const client: InventoryClient = new InventoryClient({
    name: "Jamf",
    base: server.endsWith("/") ? server : `${server}/`,
    caFile: options.caFile,
    context,
    signIn: async (renew) => {
      if (renew || token === undefined) token = fetchToken(client, options, context);
      return bearer(await token);
    },
  });
  return client;
}

async function fetchToken(client: InventoryClient, options: JamfOptions, context: DeviceContext): Promise<string> {
  if (options.clientId !== undefined && options.clientSecret !== undefined) {
    const secret = await reveal(options.clientSecret, "client secret of Jamf", context);
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
    const headers = basic(options.user, await reveal(options.password, "password of Jamf", context));
    const { answer } = await client.ask("api/v1/auth/token", { method: "POST", signed: false, headers });
    return answer.get("token").text();
  }
  throw new LarderError("Cannot sign in to Jamf: neither clientId and clientSecret nor user and password are given", {
    code: "DEVICES_DENIED",
    next: "create an API client in Jamf that may read computers and mobile devices",
  });
}

interface PagedList {
  readonly client: InventoryClient;
  readonly context: DeviceContext;
  /** Where the list may be; the first that is there is read. */
  readonly paths: readonly string[];
  readonly sections: string;
  readonly pageSize: number;
  readonly facts: (device: Shape) => DeviceFacts;
  readonly tally: DeviceCounter;
}

/** Reads on to the total that is announced; where none is, to an empty page. */
async function countPages({ client, context, paths, sections, pageSize, facts, tally }: PagedList): Promise<void> {
  const pages = new Pages(client, context);
  let candidates = paths;
  for (let page = 0; ; page += 1) {
    const query = `${sections}&page=${page}&page-size=${pageSize}&sort=id:asc`;
    const { answer, index } = await client.askFirst(candidates.map((path) => `${path}?${query}`));
    candidates = candidates.slice(index, index + 1);
    const devices = answer.expectOneOf("results").get("results").items();
    const total = answer.get("totalCount").optionalCount();
    if (total !== undefined && total > MOST_DEVICES) throw client.broken(`it announces ${total} devices`);
    for (const device of devices) tally.addRecord(() => facts(device));
    pages.turn(devices.length, identityOf(devices.map(idOf)));
    if (total === undefined ? devices.length === 0 : pages.count >= total) return;
    if (devices.length === 0) throw client.broken(`it announced ${total} devices and sent ${pages.count}`);
  }
}

function idOf(device: Shape): string | undefined {
  return device.get("id").optionalId() ?? device.get("mobileDeviceId").optionalId();
}

async function countClassic(client: InventoryClient, path: string, key: string, tally: DeviceCounter): Promise<void> {
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
