/**
 * Which device asked: what a client says of itself in its user agent.
 *
 * Clients write these texts, so only what has the shape of an Apple device or system becomes a tag: an invented agent
 * cannot make a series of its own.
 *
 * @module
 */

/** A client as tags. `unknown` where its agent does not say. */
export interface Device {
  readonly family: string;
  readonly model: string;
  readonly os: string;
}

export const UNKNOWN = "unknown";

export const UNKNOWN_DEVICE: Device = { family: UNKNOWN, model: UNKNOWN, os: UNKNOWN };

const MODEL = /\bmodel\/([A-Za-z]{3,18})(\d{1,2},\d{1,2})(?![\w,])/;
const OS =
  /\b(iOS|iPadOS|tvOS|watchOS|visionOS|xrOS|macOS|Mac OS X|OS X|Darwin)[/ ](\d{1,2}(?:[._]\d{1,2}){0,2})(?![\w.])/;
const CONFIGURATOR = /\bConfigurator[/ ]\d/;
/** Our own warming, which asks as a client does. */
const OURS = /(?:^|[\s"(])larder\//;

/** Families by how the identifiers of their models begin. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^iPhone$/, "iPhone"],
  [/^iPad$/, "iPad"],
  [/^iPod$/, "iPod"],
  [/^AppleTV$/, "Apple TV"],
  [/^Watch$/, "Apple Watch"],
  [/^AudioAccessory$/, "HomePod"],
  [/^RealityDevice$/, "Apple Vision"],
  [/^(?:Mac|iMac|iMacPro|Macmini|MacBook|MacBookAir|MacBookPro|MacPro|Xserve|VirtualMac)$/, "Mac"],
];

/** Families by system, where an agent names no model. */
const FAMILY_OF_OS: Readonly<Record<string, string>> = {
  iOS: "iOS device",
  iPadOS: "iPad",
  tvOS: "Apple TV",
  watchOS: "Apple Watch",
  visionOS: "Apple Vision",
  macOS: "Mac",
};

const OS_NAMES: Readonly<Record<string, string>> = { "OS X": "macOS", "Mac OS X": "macOS", xrOS: "visionOS" };

/** The release of macOS behind a Darwin kernel; several releases can share one. */
const MACOS_OF_DARWIN: Readonly<Record<string, string>> = {
  "14.0.0": "10.10",
  "14.1.0": "10.10.2",
  "14.3.0": "10.10.3",
  "14.4.0": "10.10.4",
  "14.5.0": "10.10.5",
  "15.0.0": "10.11",
  "15.2.0": "10.11.2",
  "15.3.0": "10.11.3",
  "15.4.0": "10.11.4",
  "15.5.0": "10.11.5",
  "15.6.0": "10.11.6",
  "16.0.0": "10.12",
  "16.1.0": "10.12.1",
  "16.3.0": "10.12.2",
  "16.4.0": "10.12.3",
  "16.5.0": "10.12.4",
  "16.6.0": "10.12.5",
  "16.7.0": "10.12.6",
  "17.0.0": "10.13",
};

/** The device behind a user agent. */
export function deviceOf(agent: string): Device {
  if (OURS.test(agent)) return { family: "larder", model: UNKNOWN, os: UNKNOWN };
  const [, name = "", number = ""] = MODEL.exec(agent) ?? [];
  const known = FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
  const os = systemOf(agent, known);
  if (known !== undefined) return { family: known, model: name + number, os };
  if (CONFIGURATOR.test(agent)) return { family: "Configurator", model: UNKNOWN, os };
  return { family: FAMILY_OF_OS[os.split(" ", 1)[0] ?? ""] ?? UNKNOWN, model: UNKNOWN, os };
}

/** `iOS 17.1.2`, `macOS 10.12.6`; `unknown` where the agent does not say. */
function systemOf(agent: string, family: string | undefined): string {
  const [, name = "", number = ""] = OS.exec(agent) ?? [];
  if (name === "") return UNKNOWN;
  const version = number.replaceAll("_", ".");
  if (name !== "Darwin") return `${OS_NAMES[name] ?? name} ${version}`;
  // an iPhone has a Darwin kernel too, and its number says nothing of iOS
  if (family !== undefined && family !== "Mac") return UNKNOWN;
  const release = MACOS_OF_DARWIN[version] ?? laterMacos(version);
  return release === undefined ? UNKNOWN : `macOS ${release}`;
}

/** From macOS 11, Darwin 20, each release has a kernel number of its own; macOS 26 came after 15. */
function laterMacos(darwin: string): string | undefined {
  const [major = 0] = darwin.split(".").map(Number);
  if (major >= 25) return String(major + 1);
  if (major >= 20) return String(major - 9);
  return major >= 14 ? `10.${major - 4}` : undefined;
}
