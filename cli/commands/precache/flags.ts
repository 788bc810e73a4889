/**
 * What a command line of `larder precache` says, as a layer of the settings. Pure.
 *
 * @module
 */
import type { Layer } from "../../../core/config/config.ts";
import { LarderError } from "../../../core/errors.ts";
import { requestLayer } from "../../../precache/index.ts";
import type { PrecacheInput } from "../../../precache/options.ts";
import { MDM_PASSWORD_VARIABLE, MDM_TOKEN_VARIABLE } from "../../variables.ts";

/** Flags as commander parses them; each command has some of them. */
export interface PrecacheFlags {
  readonly config?: string;
  readonly stateDir?: string;
  readonly precacheConfig?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly logLevel?: string;
  readonly model?: readonly string[];
  readonly group?: readonly string[];
  readonly apps?: readonly string[];
  readonly updates?: readonly string[];
  readonly ipsw?: readonly string[];
  readonly destination?: string;
  readonly urls?: string;
  readonly planFile?: string;
  readonly mdm?: string;
  readonly mdmServer?: string;
  readonly mdmUser?: string;
  readonly mdmPassword?: string;
  readonly mdmToken?: string;
  readonly mdmPasswordFile?: string;
  readonly mdmTokenFile?: string;
  readonly os?: readonly string[];
  readonly newestOnly?: boolean;
  readonly betas?: boolean;
  readonly deltas?: string;
  readonly exclude?: readonly string[];
  readonly cacheServer?: readonly string[];
  readonly budget?: string;
  readonly room?: string;
  readonly concurrency?: string;
  readonly bandwidth?: string;
  readonly until?: string;
  readonly splay?: string;
}

/** The flag that sets a key. */
const FLAG_OF: Readonly<Record<string, string>> = {
  models: "--model",
  groups: "--group",
  apps: "--apps",
  updates: "--updates",
  "firmware.models": "--ipsw",
  "firmware.destination": "--destination",
  devices: "--mdm",
  os: "--os",
  newestOnly: "--newest-only",
  betas: "--betas",
  deltas: "--deltas",
  exclude: "--exclude",
  servers: "--cache-server",
  budget: "--budget",
  room: "--room",
  concurrency: "--concurrency",
  bandwidth: "--bandwidth",
  until: "--until",
  splay: "--splay",
};

/** The layer of the flags; their values are checked where all settings are. */
export function layerOfFlags(flags: PrecacheFlags): Layer {
  const lists = [flags.urls && "--urls", flags.planFile && "--plan-file"].filter((flag) => flag !== undefined);
  const names = { ...FLAG_OF, ...(lists.length === 0 ? {} : { catalogs: lists.join(", ") }) };
  return {
    kind: "flag",
    name: "command line",
    names: Object.fromEntries(Object.entries(names).map(([key, flag]) => [`precache.${key}`, flag])),
    ...requestLayer(optionsOfFlags(flags)),
  };
}

/** Only the flags that were given, as the room's options. */
export function optionsOfFlags(flags: PrecacheFlags): PrecacheInput {
  const { ipsw, destination } = flags;
  const lists = [
    ...(flags.urls === undefined ? [] : [{ kind: "url-list" as const, url: flags.urls }]),
    ...(flags.planFile === undefined ? [] : [{ kind: "plan-file" as const, url: flags.planFile }]),
  ];
  const said = {
    models: flags.model,
    groups: flags.group,
    apps: flags.apps,
    updates: flags.updates,
    firmware: ipsw === undefined && destination === undefined ? undefined : { models: ipsw, destination },
    catalogs: lists.length === 0 ? undefined : lists,
    devices: flags.mdm === undefined ? undefined : [inventoryOf(flags)],
    os: flags.os,
    newestOnly: flags.newestOnly,
    betas: flags.betas,
    deltas: flags.deltas,
    exclude: flags.exclude,
    servers: flags.cacheServer,
    budget: flags.budget,
    room: flags.room,
    concurrency: flags.concurrency === undefined ? undefined : Number(flags.concurrency),
    bandwidth: flags.bandwidth,
    until: flags.until,
    splay: flags.splay,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as PrecacheInput;
}

/** The inventory the flags name; a secret comes from the line, a file or the environment, in this order. */
function inventoryOf(flags: PrecacheFlags): object {
  const { mdm, mdmServer, mdmUser } = flags;
  const password = secret(flags.mdmPassword, flags.mdmPasswordFile, MDM_PASSWORD_VARIABLE);
  const token = secret(flags.mdmToken, flags.mdmTokenFile, MDM_TOKEN_VARIABLE);
  if (mdm === "jamf") return { kind: mdm, server: mdmServer ?? "", user: mdmUser, password };
  return { kind: mdm, token };
}

function secret(text: string | undefined, file: string | undefined, env: string): unknown {
  return text ?? (file === undefined ? { env } : { file });
}

/** The flags of an inventory, each with the kinds that use it. */
const MDM_FLAGS: readonly [key: keyof PrecacheFlags, flag: string, kind: string][] = [
  ["mdmServer", "--mdm-server", "jamf"],
  ["mdmUser", "--mdm-user", "jamf"],
  ["mdmPassword", "--mdm-password", "jamf"],
  ["mdmPasswordFile", "--mdm-password-file", "jamf"],
  ["mdmToken", "--mdm-token", "simplemdm"],
  ["mdmTokenFile", "--mdm-token-file", "simplemdm"],
];

/**
 * A flag that describes an inventory does nothing without `--mdm`, or for an inventory of another kind.
 * @throws LarderError `USAGE` that names the flag; a secret is not repeated.
 */
export function refuseIdleMdmFlags(flags: PrecacheFlags): void {
  const { mdm } = flags;
  // a kind that neither of them is for is refused with the rest of the settings
  if (mdm !== undefined && MDM_FLAGS.every(([, , kind]) => kind !== mdm)) return;
  const idle = MDM_FLAGS.find(([key, , kind]) => flags[key] !== undefined && kind !== mdm);
  if (idle === undefined) return;
  const [, flag, kind] = idle;
  throw new LarderError(
    mdm === undefined
      ? `Cannot use ${flag} without --mdm`
      : `Cannot use ${flag} with --mdm ${mdm}: it belongs to ${kind}`,
    {
      code: "USAGE",
      state: "nothing was fetched",
      next: mdm === undefined ? `add --mdm ${kind}, or leave ${flag} out` : `leave ${flag} out, or give --mdm ${kind}`,
    },
  );
}

/** Warnings about secrets on the command line: named, never repeated. */
export function secretWarnings(flags: PrecacheFlags): string[] {
  const names = [flags.mdmPassword && "--mdm-password", flags.mdmToken && "--mdm-token"];
  return names.flatMap((name) =>
    name === undefined || name === ""
      ? []
      : [`${name}: every user of this computer can see it; use ${name}-file, or the environment`],
  );
}
