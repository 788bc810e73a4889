/**
 * Mail addresses: what is one, how it is stored, and when two are the same.
 *
 * Shape after RFC 5321 and 5322 (dot-atom or quoted local part, host name or address literal, their lengths), stricter
 * where an alert would silently never arrive: the domain needs a dot unless it is `localhost`, and the local part is
 * ASCII. Compared as mail systems do: the domain without regard to case and to its form (Unicode or `xn--`), the local
 * part without regard to case or needless quotes. Dots and `+tags` differ, as only some providers ignore them.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";

/** An address as it is stored, and what it is compared by. */
export interface MailAddress {
  readonly text: string;
  readonly key: string;
}

/** Why a text is not an address. */
export interface AddressProblem {
  readonly problem: string;
}

const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
const MAX_ADDRESS = 254;
const EDGES = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u;
const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads one address as people write them: bare, `<in brackets>`, `Name <in brackets>`, `mailto:`, with stray quotes,
 * spaces or a list's comma around it.
 */
export function parseAddress(raw: string): MailAddress | AddressProblem {
  const text = unwrap(raw);
  if (text === "") return { problem: "the address is missing" };
  if (text.length > 4 * MAX_ADDRESS) return { problem: `it is longer than the ${MAX_ADDRESS} characters mail allows` };
  if (INVISIBLE.test(text)) return { problem: "it holds an invisible or unreadable character" };
  const at = text.lastIndexOf("@");
  if (at < 0) return { problem: "there is no @" };
  const local = plainLocal(text.slice(0, at));
  const problem = localProblem(local);
  if (problem !== undefined) return { problem };
  const domain = parseDomain(text.slice(at + 1));
  if ("problem" in domain) return domain;
  const address = `${local}@${domain.text}`;
  if (address.length > MAX_ADDRESS) return { problem: `it is longer than the ${MAX_ADDRESS} characters mail allows` };
  return { text: address, key: `${local.toLowerCase()}@${domain.key}` };
}

/** What an address is compared by; also for texts in a database that are not addresses, which then equal only themselves. */
export function addressKey(raw: string): string {
  const address = parseAddress(raw);
  return "key" in address ? address.key : raw.replaceAll(EDGES, "").toLowerCase();
}

function unwrap(raw: string): string {
  let text = raw.normalize("NFC").replaceAll(EDGES, "");
  text = text.replace(/[\s,;]+$/, "");
  text = /^[^<>]*<([^<>]*)>$/.exec(text)?.[1] ?? text;
  text = /^(["'])(.*@.*)\1$/.exec(text)?.[2] ?? text;
  text = text.replace(/^mailto:/i, "").replaceAll(EDGES, "");
  return text;
}

/** `"bob"@…` and `bob@…` are the same mailbox: quotes that are not needed go. */
function plainLocal(local: string): string {
  if (!QUOTED.test(local)) return local;
  const inner = local.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  return isDotAtom(inner) ? inner : local;
}

function isDotAtom(text: string): boolean {
  return text.split(".").every((part) => ATOM.test(part));
}

function localProblem(local: string): string | undefined {
  if (local === "") return "there is nothing before the @";
  if (local.length > MAX_LOCAL) return `more than ${MAX_LOCAL} characters before the @`;
  if (isDotAtom(local) || QUOTED.test(local)) return undefined;
  if (/\s/.test(local)) return "there is a space in it";
  if (local.includes("@")) return "there is more than one @";
  if (/[,;]/.test(local)) return "it holds more than one address";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is ASCII
  if (/[^\x00-\x7f]/.test(local))
    return "the part before the @ has letters outside ASCII, which the server's mailer cannot send to";
  if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) return "a dot is in the wrong place";
  return "the part before the @ has a character that is not allowed";
}

function parseDomain(raw: string): MailAddress | AddressProblem {
  if (raw === "") return { problem: "there is nothing after the @" };
  if (raw.startsWith("[")) return parseLiteral(raw);
  if (/\s/.test(raw)) return { problem: "there is a space in it" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is ASCII
  const ascii = /^[\x00-\x7f]*$/.test(raw);
  // only what is not ASCII goes through the URL rules: they would turn 1.2.3 into an IP address
  if (!ascii && /[^a-z0-9.\u0080-\u{10ffff}-]/iu.test(raw))
    return { problem: "the domain holds a character no host name has" };
  const text = ascii ? raw : domainToASCII(raw);
  const labels = text.toLowerCase().split(".");
  const problem = domainProblem(text, labels);
  return problem === undefined ? { text, key: labels.join(".") } : { problem };
}

function domainProblem(text: string, labels: readonly string[]): string | undefined {
  if (text === "") return "the domain is not a host name";
  if (text.length > MAX_DOMAIN) return `the domain is longer than ${MAX_DOMAIN} characters`;
  if (labels.includes("")) return "a dot is in the wrong place";
  if (labels.some((label) => label.length > 63)) return "a part of the domain is longer than 63 characters";
  if (!labels.every((label) => LABEL.test(label))) return "the domain holds a character no host name has";
  if (labels.length === 1) return labels[0] === "localhost" ? undefined : "the domain has no dot";
  const last = labels.at(-1) ?? "";
  if (/^\d+$/.test(last)) return "the domain ends in a number";
  if (last.length < 2) return "the domain ends in a single letter";
  return undefined;
}

/** `[192.0.2.1]` and `[IPv6:2001:db8::1]`. */
function parseLiteral(raw: string): MailAddress | AddressProblem {
  const inner = /^\[(?<six>IPv6:)?(?<host>[^\]]*)\]$/i.exec(raw)?.groups;
  const host = inner?.["host"] ?? "";
  const right = inner?.["six"] === undefined ? isIPv4(host) : isIPv6(host) && !host.includes("%");
  return right ? { text: raw, key: raw.toLowerCase() } : { problem: "the address in brackets is not an IP address" };
}
