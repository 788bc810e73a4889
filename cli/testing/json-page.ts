/**
 * docs/json.md as the tests read it: the keys of every command's answer.
 *
 * @module
 */

/** Keys of one part: what may be left out is optional. */
export interface PromisedKey {
  readonly path: string;
  readonly optional: boolean;
}

/** The keys of each heading, those of shared parts included where a row or a sentence links to one. */
export function promisedKeys(page: string): Map<string, PromisedKey[]> {
  const sections = page.split(/^### /m).slice(1);
  const bodies = new Map(sections.map((text) => [anchorOf(text.split("\n")[0] ?? ""), text]));
  return new Map([...bodies.keys()].map((name) => [name, keysBelow(name, bodies)]));
}

/** `` `larder config init` `` is `larder-config-init`. */
export function anchorOf(heading: string): string {
  return heading.trim().replaceAll("`", "").toLowerCase().replaceAll(" ", "-");
}

function keysBelow(name: string, bodies: ReadonlyMap<string, string>): PromisedKey[] {
  const lines = (bodies.get(name) ?? "").split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, key, what = ""] = /^\| `([^`]+)` \|(.*)\|$/.exec(line) ?? [];
    const shared = [...(key === undefined ? line : what).matchAll(/\]\(#([\w-]+)\)/g)].flatMap(([, link = ""]) =>
      bodies.has(link) ? keysBelow(link, bodies) : [],
    );
    if (key === undefined) return shared;
    const optional = key.endsWith("?");
    const path = optional ? key.slice(0, -1) : key;
    return [{ path, optional }, ...shared.map((each) => ({ ...each, path: `${path}.${each.path}` }))];
  });
}

/** What of an answer's keys the page does not promise, and what it promises that is not there. */
export function brokenPromises(promised: readonly PromisedKey[], seen: ReadonlySet<string>): string[] {
  const all = promised.map(({ path }) => patternOf(path));
  const parents = promised.flatMap(({ path }) => path.split(".").map((_, i, parts) => parts.slice(0, i + 1).join(".")));
  const known = [...all, ...parents.map(patternOf), ...parents.map((path) => patternOf(path.replace(/\[\]$/, "")))];
  const unpromised = [...seen].filter((key) => !known.some((pattern) => pattern.test(key)));
  const missing = promised.filter(({ path, optional }, i) => {
    if (optional || path.includes("<")) return false;
    const above = path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
    // nothing is known of what lies in a list that was empty and in a part that was null
    const shown = above === "" || [...seen].some((key) => key.startsWith(`${above}.`));
    return shown && ![...seen].some((key) => all[i]?.test(key) === true || key === path.replace(/\[\]$/, ""));
  });
  return [
    ...unpromised.map((key) => `not in docs/json.md: ${key}`),
    ...missing.map(({ path }) => `not in the answer: ${path}`),
  ];
}

/** `tags.<tag>` is any tag, also one with points in its name. */
function patternOf(path: string): RegExp {
  const parts = path.split(/<\w+>/).map((part) => part.replaceAll(/[.[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`);
}
