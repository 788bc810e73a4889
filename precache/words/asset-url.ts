/**
 * Which addresses can be an asset, and when two addresses are the same file.
 *
 * @module
 */

const MAX_LENGTH = 4096;

/** Addresses that need no second look: a name in small letters, and a path without anything special. */
const PLAIN = /^https?:\/\/(?!xn--|[^/]*\.xn--)(?:[a-z][a-z0-9-]*\.)+[a-z]+\/[\w./~+-]*$/;

/** The address when it is an http(s) address a cache could be asked for, exactly as written; else undefined. */
export function assetUrl(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (PLAIN.test(text)) return text;
  if (!/^https?:\/\/[^\s/@?#]+\//i.test(text) || /[\s\p{Cc}#]/u.test(text)) return undefined;
  return URL.canParse(text) ? text : undefined;
}

/**
 * What makes two addresses one file: host, path and query. The scheme is not part of it: Apple's older catalogues write
 * `http://` for the very files the newer ones write with `https://`. Nor is a usual port.
 */
export function assetKey(url: string): string {
  const rest = url.slice(url.indexOf("://") + 3);
  const slash = rest.indexOf("/");
  const host = rest.slice(0, slash).toLowerCase();
  const usual = host.endsWith(":80") ? 3 : host.endsWith(":443") ? 4 : 0;
  return (usual === 0 ? host : host.slice(0, -usual)) + rest.slice(slash);
}
