/**
 * The options of every device source: one object a source, chosen by `kind`.
 *
 * A secret is the text itself, or where to read it: `{ "env": "JAMF_SECRET" }` or `{ "file": "/etc/larder/jamf" }`.
 *
 * @module
 */
import * as z from "zod";
import { secretSchema, withFlatSecrets } from "../../core/config/config.ts";

const caFile = z
  .string()
  .min(1)
  .optional()
  .describe("PEM file of a certificate authority to trust beside the system's");

const base = (usual: string) =>
  z.string().min(1).default(usual).describe("Address of its API; another for a proxy or a test");

const jamfOptions = z.strictObject({
  kind: z.literal("jamf"),
  caFile,
  server: z.string().min(1).describe("https://example.jamfcloud.com; host[:port] is taken as https"),
  clientId: z.string().optional().describe("API client that may read computers and mobile devices: the way to prefer"),
  clientSecret: secretSchema().optional().describe("Its secret"),
  user: z.string().optional().describe("Account instead, for servers before 10.49"),
  password: secretSchema().optional().describe("Its password"),
  api: z.enum(["pro", "classic"]).default("pro").describe("classic asks the old API: models without OS and build"),
  include: z
    .array(z.enum(["mobile", "computers"]))
    .min(1)
    .default(["mobile", "computers"])
    .describe("Which devices"),
  pageSize: z.int().min(1).max(2000).default(200).describe("Devices asked for at once"),
});

const simplemdmOptions = z.strictObject({
  kind: z.literal("simplemdm"),
  caFile,
  base: base("https://a.simplemdm.com/api/v1/"),
  token: secretSchema().describe("API key that may read devices"),
});

const kandjiOptions = z.strictObject({
  kind: z.literal("kandji"),
  caFile,
  base: z.string().min(1).describe("https://<subdomain>.api.kandji.io/api/v1/"),
  token: secretSchema().describe("API token that may read devices"),
  details: z
    .boolean()
    .default(false)
    .describe("Ask each device for its identifier; else the marketing name is looked up"),
});

const mosyleOptions = z.strictObject({
  kind: z.literal("mosyle"),
  caFile,
  base: base("https://managerapi.mosyle.com/v2/"),
  accessToken: secretSchema().describe("Access token of the integration"),
  email: z.string().min(1).describe("Administrator who signs in"),
  password: secretSchema().describe("Their password"),
  systems: z
    .array(z.enum(["ios", "mac", "tvos", "visionos"]))
    .min(1)
    .default(["ios", "mac", "tvos"])
    .describe("Which devices"),
});

const merakiOptions = z.strictObject({
  kind: z.literal("meraki"),
  caFile,
  base: base("https://api.meraki.com/api/v1/"),
  apiKey: secretSchema().describe("API key that may read the networks' devices"),
  networks: z.array(z.string().min(1)).min(1).describe("Ids of the networks that have Systems Manager"),
});

const intuneOptions = z.strictObject({
  kind: z.literal("intune"),
  caFile,
  base: base("https://graph.microsoft.com/v1.0/"),
  loginBase: base("https://login.microsoftonline.com/"),
  tenant: z.string().min(1).describe("Id or domain of the tenant"),
  clientId: z.string().min(1).describe("Registered app that may read managed devices"),
  clientSecret: secretSchema().describe("Its secret"),
});

const csvOptions = z.strictObject({
  kind: z.literal("csv"),
  path: z.string().min(1).describe("Columns model, os, build, board, count; only model is needed"),
});

const byHandOptions = z.strictObject({
  kind: z.literal("by-hand"),
  models: z.array(z.string().min(1)).min(1).describe("iPad6,8 exactly; iPad for the whole family"),
});

/** One device source, whichever kind. */
export const deviceOptions = withFlatSecrets(
  z.discriminatedUnion("kind", [
    jamfOptions,
    simplemdmOptions,
    kandjiOptions,
    mosyleOptions,
    merakiOptions,
    intuneOptions,
    csvOptions,
    byHandOptions,
  ]),
);

export type DeviceOptions = z.output<typeof deviceOptions>;
export type DeviceSourceKind = DeviceOptions["kind"];
/** The options of one kind, defaults filled in. */
export type DeviceOptionsOf<Kind extends DeviceSourceKind> = Extract<DeviceOptions, { kind: Kind }>;
