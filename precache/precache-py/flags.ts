/**
 * What precache.py's command line means in our options. Pure.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { PrecacheInput } from "../options.ts";
import { ASSET_GROUPS, type AssetGroup } from "../words/asset.ts";
import type { PrecachePyArguments, PrecachePyFlag } from "./arguments.ts";
import { APPS_NOTE, GROUP_NOTE, PASSWORD_NOTE, type PrecachePyNote } from "./notes.ts";

/** A command line of precache.py in our words. */
export interface PrecachePyRequest {
  readonly action: "run" | "list" | "version" | "help";
  readonly dryRun: boolean;
  readonly debug: boolean;
  /** Groups to show with `list`; empty means all. */
  readonly filterGroups: readonly AssetGroup[];
  /** Goes over the configuration: what is here wins. */
  readonly options: PrecacheInput;
  readonly notes: readonly PrecachePyNote[];
}

/** Flags `-l` did not go together with. */
const NOT_WITH_LIST: readonly PrecachePyFlag[] = [
  "model",
  "ipsw",
  "version",
  "cache-group",
  "cache-ipsw-group",
  "jamfserver",
  "jamfuser",
  "jamfpassword",
  "mdm-server",
  "mdm-user",
  "mdm-password",
];

/**
 * Our options for its flags.
 * @throws LarderError `USAGE` for combinations it refused.
 */
export function fromPrecachePyArguments(flags: PrecachePyArguments): PrecachePyRequest {
  const action = flags.has("help") ? "help" : flags.has("version") ? "version" : flags.has("list") ? "list" : "run";
  const clash = NOT_WITH_LIST.find((flag) => flags.has(flag));
  if (flags.has("list") && clash !== undefined) throw usage(`Cannot combine --${clash} with -l,--list`);
  if (flags.has("mdm") && flags.has("model")) throw usage("Cannot combine --mdm with -m,--model");
  const notes: PrecachePyNote[] = [];
  const groups = groupsOf(flags.get("cache-group") ?? [], "--cache-group", notes);
  const destination = one(flags, "destination") ?? one(flags, "output");
  if (flags.has("apps")) notes.push({ word: "--apps", fate: "changed", said: APPS_NOTE });
  if (flags.has("model")) notes.push({ word: "-m, --model", fate: "changed", said: GROUP_NOTE });
  const firmware = [...(flags.get("ipsw") ?? []), ...(flags.get("cache-ipsw-group") ?? [])];
  const server = one(flags, "cache-server");
  const device = inventoryOf(flags, notes);
  return {
    action,
    dryRun: flags.has("dry-run"),
    debug: flags.has("debug"),
    filterGroups: groupsOf(flags.get("filter-group") ?? [], "--filter-group", notes),
    options: {
      ...(server === undefined ? {} : { servers: [server] }),
      ...splitModels(flags.get("model") ?? []),
      ...(groups.length === 0 ? {} : { groups }),
      ...(flags.has("apps") ? { apps: [...(flags.get("apps") ?? []), ...appNames(flags.get("model") ?? [])] } : {}),
      ...(flags.has("updates") ? { updates: [...(flags.get("updates") ?? [])] } : {}),
      ...(firmware.length === 0 && destination === undefined
        ? {}
        : { firmware: { models: firmware, ...(destination === undefined ? {} : { destination }) } }),
      ...(device === undefined ? {} : { devices: [device] }),
    },
    notes,
  };
}

/** Groups by their old names; `updates` was 1.1.2's word for `sucatalog`. Unknown names are noted, not dropped in silence. */
export function groupsOf(names: readonly string[], word: string, notes: PrecachePyNote[]): AssetGroup[] {
  return names.flatMap((name) => {
    const wanted = name.toLowerCase() === "updates" ? "sucatalog" : name.toLowerCase();
    const group = ASSET_GROUPS.find((known) => known.toLowerCase() === wanted);
    if (group !== undefined) return [group];
    notes.push({ word, fate: "gone", said: `there is no group "${name}"; there are ${ASSET_GROUPS.join(", ")}` });
    return [];
  });
}

/** 1.1.2 took names of apps and of updates among the models. */
function splitModels(words: readonly string[]): PrecacheInput {
  const models = words.filter((word) => /^[A-Za-z]+\d+,\d+$/.test(word) || isFamily(word));
  const updates = words.filter(
    (word) => !models.includes(word) && /^(macOS|OSX|macos)?Upd|^\d{3}-\d{5}$|Upd\w*\d/.test(word),
  );
  const apps = words.filter((word) => !models.includes(word) && !updates.includes(word));
  return {
    ...(models.length === 0 ? {} : { models }),
    ...(updates.length === 0 ? {} : { updates }),
    ...(apps.length === 0 ? {} : { apps }),
  };
}

function appNames(words: readonly string[]): string[] {
  return splitModels(words).apps ?? [];
}

function isFamily(word: string): boolean {
  return /^(AppleTV|AudioAccessory|iPad|iPhone|iPod|Watch|Mac|MacBookPro|MacBookAir|MacBook|Macmini|MacPro|iMac|iMacPro)$/i.test(
    word,
  );
}

type Inventory = NonNullable<PrecacheInput["devices"]>[number];

function inventoryOf(flags: PrecachePyArguments, notes: PrecachePyNote[]): Inventory | undefined {
  const secretFlag = (["jamfpassword", "mdm-password", "mdm-token"] as const).find((flag) => flags.has(flag));
  if (secretFlag !== undefined) notes.push({ word: `--${secretFlag}`, fate: "works", said: PASSWORD_NOTE });
  const jamfServer = one(flags, "jamfserver");
  if (jamfServer !== undefined) {
    notes.push({ word: "--jamfserver", fate: "works", said: "a name of jamfcloud.com, or the whole address" });
    const server = /[./]/.test(jamfServer) ? jamfServer : `https://${jamfServer}.jamfcloud.com`;
    return jamf(server, one(flags, "jamfuser"), one(flags, "jamfpassword"));
  }
  const mdm = one(flags, "mdm")?.toLowerCase();
  if (mdm === undefined) return undefined;
  if (mdm === "jamf") {
    if (flags.has("mdm-token")) throw usage("Cannot use --mdm-token with --mdm jamf");
    return jamf(one(flags, "mdm-server") ?? "", one(flags, "mdm-user"), one(flags, "mdm-password"));
  }
  if (mdm !== "simplemdm")
    throw usage(`Cannot use --mdm "${mdm}": expected jamf or simplemdm; others go in the configuration`);
  if (["mdm-server", "mdm-user", "mdm-password"].some((flag) => flags.has(flag as PrecachePyFlag))) {
    throw usage("Cannot use --mdm-server, --mdm-user or --mdm-password with --mdm simplemdm: it takes --mdm-token");
  }
  return { kind: "simplemdm", token: one(flags, "mdm-token") ?? { env: "LARDER_MDM_TOKEN" } };
}

/** A Jamf account; without a password on the command line it is read from the environment. */
function jamf(server: string, user: string | undefined, password: string | undefined): Inventory {
  if (server === "") throw usage("Cannot ask Jamf: --mdm-server is missing");
  return {
    kind: "jamf",
    server: /^https?:\/\//.test(server) ? server : `https://${server}`,
    ...(user === undefined ? {} : { user }),
    password: password ?? { env: "LARDER_MDM_PASSWORD" },
  };
}

function one(flags: PrecachePyArguments, flag: PrecachePyFlag): string | undefined {
  return flags.get(flag)?.[0];
}

function usage(message: string): LarderError {
  return new LarderError(message, { code: "USAGE", state: "nothing was fetched", next: "larder precache run --help" });
}
