/**
 * What kind of file was asked for, from the end of its address.
 *
 * @module
 */

export const OTHER_KIND = "other";

/** Kinds by the end of a path; a client can invent addresses, so no other becomes a tag. */
const KINDS: ReadonlySet<string> = new Set([
  "pkg",
  "ipa",
  "ipsw",
  "zip",
  "epub",
  "dmg",
  "aea",
  "mobileconfig",
  "m4a",
  "m4v",
  "movpkg",
]);

/** `pkg`, `ipa`, `ipsw`, `zip`, `epub` and the like; `icloud` for personal content; `other`. */
export function fileKind(address: string): string {
  if (address.includes("[icloud")) return "icloud";
  const [path = ""] = address.split("?", 1);
  const end = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  if (end === "mpkg") return "pkg";
  return KINDS.has(end) ? end : OTHER_KIND;
}
