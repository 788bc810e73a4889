/**
 * The declarations that make a cache of macOS 27 send its reports. Pure.
 *
 * A declaration replaces the whole configuration of the cache: what it leaves out goes back to Apple's default, whatever
 * was set by hand. So it holds everything that is set now, and our keys besides.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { LarderError } from "../../../core/errors.ts";
import type { CacheSettings } from "./cache-settings.ts";

export { type CacheSettings, parseCacheSettings, SETTING_KEYS } from "./cache-settings.ts";

/** `no-cert`: as the system trusts it. `signedByCACert`: signed by the certificate given. `specificServerCert`: that one itself. */
export const SECURITY_CONFIGS = ["no-cert", "signedByCACert", "specificServerCert"] as const;
export type SecurityConfig = (typeof SECURITY_CONFIGS)[number];

export interface ReportsWanted {
  /** Where reports go: `https://larder.example.org:8771/metrics/TOKEN`. */
  readonly target: string;
  /** Seconds between two reports. Apple's default is 300. */
  readonly interval: number;
  /** Seconds between two status reports to the MDM; 0 for none. */
  readonly statusInterval: number;
  readonly security: SecurityConfig;
  /** Where Macs get the certificate `security` speaks of. */
  readonly certificateUrl?: string | undefined;
}

/** A declaration, as an MDM sends it. */
export interface Declaration {
  readonly Type: string;
  readonly Identifier: string;
  readonly ServerToken: string;
  readonly Payload: Readonly<Record<string, unknown>>;
}

const CONFIGURATION = "org.larder.content-cache";
const CERTIFICATE = `${CONFIGURATION}.certificate`;

/**
 * The keys about reports.
 * @throws LarderError `RECEIVE_DECLARATION` for a value Apple does not take
 */
export function reportKeys(wanted: ReportsWanted): Readonly<Record<string, unknown>> {
  const { target, interval, statusInterval, security, certificateUrl } = wanted;
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw wrong("target", "an http or https address");
  if (!isBetween(interval, 60, 86_400)) throw wrong("interval", "60 to 86400 seconds");
  if (statusInterval !== 0 && !isBetween(statusInterval, 300, 86_400))
    throw wrong("status-interval", "0, or 300 to 86400 seconds");
  if ((certificateUrl === undefined) !== (security === "no-cert"))
    throw wrong("certificate-url", "an address with signedByCACert and specificServerCert, and none with no-cert");
  if (certificateUrl !== undefined && !URL.canParse(certificateUrl)) throw wrong("certificate-url", "an address");
  if (security !== "no-cert" && url.protocol === "http:") throw wrong("security", "no-cert where the target is http");
  return {
    ManagementStatusTarget: target,
    ManagementReportingInterval: interval,
    ManagementSecurityConfig: security,
    ...(certificateUrl === undefined ? {} : { ManagementStatusCertificateReference: CERTIFICATE }),
    DeclarativeStatusInterval: statusInterval,
  };
}

/**
 * The declarations: the configuration, what activates it, and the certificate where one is wanted.
 * @throws LarderError `RECEIVE_DECLARATION` for a value Apple does not take
 */
export function declarations(settings: CacheSettings, wanted: ReportsWanted): readonly Declaration[] {
  const configuration = declaration("com.apple.configuration.content-cache.settings", CONFIGURATION, {
    ...settings.kept,
    ...reportKeys(wanted),
  });
  const activation = declaration("com.apple.activation.simple", `${CONFIGURATION}.activation`, {
    StandardConfigurations: [CONFIGURATION],
  });
  const { certificateUrl } = wanted;
  if (certificateUrl === undefined) return [configuration, activation];
  const reference = { DataURL: certificateUrl, ContentType: "application/pem" };
  const asset = declaration("com.apple.asset.credential.certificate", CERTIFICATE, {
    Reference: reference,
    Authentication: { Type: "None" },
  });
  return [asset, configuration, activation];
}

/** Its token changes when it does, so that Macs see that it is new. */
function declaration(type: string, identifier: string, payload: Declaration["Payload"]): Declaration {
  const token = createHash("sha256")
    .update(JSON.stringify([type, payload]))
    .digest("hex")
    .slice(0, 32);
  return { Type: type, Identifier: identifier, ServerToken: token, Payload: payload };
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function wrong(flag: string, expected: string): LarderError {
  return new LarderError(`Cannot make a declaration with this --${flag}: expected ${expected}`, {
    code: "RECEIVE_DECLARATION",
    state: "nothing was printed",
    next: "docs/receive.md says what each flag is for",
  });
}
