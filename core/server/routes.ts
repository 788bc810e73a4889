/**
 * Which route a request goes to. Nothing of a path ever reaches the file system.
 *
 * @module
 */
import { type Reply, type Route, refusal } from "./exchange.ts";

export interface Found {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The route of a method and a raw path, or the answer when there is none: 400, 404 or 405. */
export function findRoute(routes: readonly Route[], method: string, rawPath: string): Found | Reply {
  const parts = partsOf(rawPath);
  if (parts === undefined) return refusal(400, "This path cannot be read.");
  const fitting = routes.flatMap((route) => {
    const parameters = matched(route.path.split("/").slice(1), parts);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  if (fitting.length === 0) return refusal(404, "There is nothing here.");
  const wanted = method === "HEAD" ? "GET" : method;
  const found = fitting.find(({ route }) => route.method === wanted);
  if (found !== undefined) return found;
  const allowed = [...new Set(fitting.map(({ route }) => route.method))].join(", ");
  return refusal(405, `This address takes ${allowed}.`, { allow: allowed });
}

function partsOf(rawPath: string): string[] | undefined {
  if (!rawPath.startsWith("/")) return undefined;
  try {
    const parts = rawPath.slice(1).split("/").map(decodeURIComponent);
    return parts.some((part) => part === "." || part === "..") ? undefined : parts;
  } catch {
    return undefined;
  }
}

function matched(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const open = pattern.at(-1) === "*";
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? parts.length < fixed.length : parts.length !== fixed.length) return undefined;
  const parameters: Record<string, string> = open ? { rest: parts.slice(fixed.length).join("/") } : {};
  for (const [i, name] of fixed.entries()) {
    const part = parts[i] ?? "";
    if (name.startsWith(":")) parameters[name.slice(1)] = part;
    else if (name !== part) return undefined;
  }
  return parameters;
}
