/**
 * Intune: managed devices by Microsoft Graph, page by page by `@odata.nextLink`; Apple's only.
 *
 * @module
 */

import { DeviceCounter } from "./device-counter.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";
import { bearer, InventoryClient, inventorySource, reveal } from "./inventory-client.ts";
import type { DeviceOptionsOf } from "./options.ts";
import { Pages } from "./pages.ts";

type IntuneOptions = DeviceOptionsOf<"intune">;

const FIRST_PAGE = "deviceManagement/managedDevices?$select=model,osVersion,operatingSystem,manufacturer";
const APPLE = /^(?:iOS|iPadOS|macOS|tvOS|watchOS|visionOS)/i;

/** The device source behind `kind: "intune"`. The application needs DeviceManagementManagedDevices.Read.All. */
export function intuneSource(options: IntuneOptions): DeviceSource {
  return inventorySource("intune", (context) => count(options, context));
}

async function count(options: IntuneOptions, context: DeviceContext) {
  const client = createClient(options, context);
  const tally = new DeviceCounter();
  const pages = new Pages(client, context);
  let next: string | undefined = FIRST_PAGE;
  while (next !== undefined) {
    const { answer } = await client.ask(next);
    const devices = answer.expectOneOf("value").get("value").items();
    // the fields asked for do not identify a device, so the page's address has to
    pages.turn(devices.length, next);
    for (const device of devices) {
      if (!APPLE.test(String(device.get("operatingSystem").optionalText()))) continue;
      tally.addRecord(() => ({
        model: device.get("model").optionalText(),
        os: device.get("osVersion").optionalText(),
      }));
    }
    next = answer.get("@odata.nextLink").optionalText();
  }
  return tally.finish("intune", context);
}

function createClient(options: IntuneOptions, context: DeviceContext): InventoryClient {
  let token: Promise<string> | undefined;
  return new InventoryClient({
    name: "Intune",
    base: options.base,
    caFile: options.caFile,
    context,
    signIn: async (renew) => {
      if (renew || token === undefined) token = fetchToken(options, context);
      return bearer(await token);
    },
  });
}

/** A token for the application itself (client credentials), from Microsoft's sign-in server. */
async function fetchToken(options: IntuneOptions, context: DeviceContext): Promise<string> {
  const { loginBase: base, caFile } = options;
  const login = new InventoryClient({ name: "Intune", base, caFile, context, signIn: async () => ({}) });
  const form = {
    client_id: options.clientId,
    client_secret: await reveal(options.clientSecret, "client secret of Intune", context),
    grant_type: "client_credentials",
    scope: `${new URL(options.base).origin}/.default`,
  };
  const { answer } = await login.ask(`${encodeURIComponent(options.tenant)}/oauth2/v2.0/token`, {
    method: "POST",
    signed: false,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
  return answer.get("access_token").text();
}
