/**
 * Which macOS a full installer brings, by what the catalogue itself says of it.
 *
 * Title, version and build are in a text of their own, which may be unavailable. The catalogue names the packages of an
 * installer (`InstallAssistantPackageIdentifiers`), and their names hold the macOS: `com.apple.pkg.InstallAssistant.macOSVentura`.
 *
 * @module
 */

/** What is known of an installer without its title. */
export interface MacosFamily {
  /** `macOS Ventura`. */
  readonly name: string;
  /** `13`; undefined for a name we do not know. */
  readonly major: string | undefined;
  /** Whether it is one for testers. */
  readonly seed: boolean;
}

const MAJORS: Readonly<Record<string, string>> = {
  bigsur: "11",
  monterey: "12",
  ventura: "13",
  sonoma: "14",
  sequoia: "15",
  tahoe: "26",
};

/** The macOS in a package's identifier; undefined when none is in it. */
export function macosFamily(identifier: string | undefined): MacosFamily | undefined {
  const found = /^com\.apple\.pkg\.InstallAssistant\.((?:\w+\.)*)macOS([A-Za-z0-9]+)$/.exec(identifier ?? "");
  if (found === null) return undefined;
  const [, before = "", word = ""] = found;
  const seed = /seed|beta/i.test(before + word);
  const plain = word.replace(/(?:seed|beta)\d*$/i, "");
  const number = /^(?:10)?(\d\d)(?=\D|$)/.exec(plain)?.[1];
  const name = plain.replace(/^\d+/, "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  const major = MAJORS[name.replaceAll(" ", "").toLowerCase()] ?? (number === "16" ? "11" : number);
  return { name: `macOS ${name === "" ? (major ?? plain) : name}`, major, seed };
}
