/**
 * What `AssetCacheLocatorUtil` found: its JSON (`-j`, standard output) and its text (standard error).
 *
 * Shapes: precache reference of Apple's tool (macOS 10.12 and later); no complete public sample of the JSON exists, so
 * every member may be missing, null or a word of error, and only what names a server is taken.
 *
 * @module
 */

/** A server the locator knows. */
export interface LocatedServer {
  /** `10.0.0.2:49152`, `[fd00::2]:49152`. */
  readonly hostPort: string;
  readonly guid: string | undefined;
  /** 1 is best; undefined where it does not say. */
  readonly rank: number | undefined;
  readonly favored: boolean;
  readonly healthy: boolean | undefined;
  /** It answered the locator's probe just now. */
  readonly reachable: boolean;
}

type Members = Readonly<Record<string, unknown>>;

const MAX_SERVERS = 500;

/** Servers in the JSON, best first. */
export function parseLocatorJson(text: string): LocatedServer[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return [];
  }
  const results = member(members(root), "results");
  const reachable = new Set(strings(member(members(results), "reachability")));
  const found = ["system", "current user"].flatMap((who) => serversOf(member(members(results), who), reachable));
  const named = new Set(found.map(({ hostPort }) => hostPort));
  const unranked = [...reachable].filter((hostPort) => isHostPort(hostPort) && !named.has(hostPort)).map(bare);
  return bestFirst([...found, ...unranked]);
}

/** Servers in the text, best first; words of macOS 10.12 ("caching servers") and of today ("content caches") alike. */
export function parseLocatorText(text: string): LocatedServer[] {
  const found: LocatedServer[] = [];
  for (const line of text.slice(0, 1_000_000).split(/\r?\n/)) {
    const match = /(?:^|\s)(\[[0-9a-fA-F:.%]+\]:\d{1,5}|[^\s,[\]]+:\d{1,5}), *rank (\d+)(.*)$/.exec(line);
    const hostPort = match?.[1];
    if (match === null || hostPort === undefined || !isHostPort(hostPort)) continue;
    const rest = match[3] ?? "";
    found.push({
      hostPort,
      guid: /guid ([0-9A-F-]{36})/i.exec(rest)?.[1],
      rank: Number(match[2]),
      favored: /(^|[ ,])favored/.test(rest),
      healthy: /unhealthy|not healthy/i.test(rest) ? false : undefined,
      reachable: false,
    });
  }
  return bestFirst(found);
}

function serversOf(who: unknown, reachable: ReadonlySet<string>): LocatedServer[] {
  const parts = members(who);
  return ["refreshed servers", "saved servers"].flatMap((part) =>
    Object.values(members(member(parts, part)))
      .flatMap((list) => (Array.isArray(list) ? list.slice(0, MAX_SERVERS) : []))
      .flatMap((item) => {
        const server = members(item);
        const hostPort = member(server, "hostport");
        if (typeof hostPort !== "string" || !isHostPort(hostPort)) return [];
        const [guid, rank] = [member(server, "guid"), member(server, "rank")];
        const healthy = member(server, "healthy");
        return [
          {
            hostPort,
            guid: typeof guid === "string" ? guid : undefined,
            rank: typeof rank === "number" ? rank : undefined,
            favored: member(server, "favored") === true,
            healthy: typeof healthy === "boolean" ? healthy : undefined,
            reachable: reachable.has(hostPort),
          },
        ];
      }),
  );
}

/** Each server once; reachable before not, then favored, then by rank. */
function bestFirst(found: readonly LocatedServer[]): LocatedServer[] {
  const once = new Map<string, LocatedServer>();
  for (const server of found) if (!once.has(server.hostPort)) once.set(server.hostPort, server);
  return [...once.values()].sort(
    (a, b) =>
      Number(b.reachable) - Number(a.reachable) ||
      Number(b.favored) - Number(a.favored) ||
      (a.rank ?? 1e9) - (b.rank ?? 1e9),
  );
}

function bare(hostPort: string): LocatedServer {
  return { hostPort, guid: undefined, rank: undefined, favored: false, healthy: undefined, reachable: true };
}

/** Whether text is `host:port` with a port that can be asked. */
export function isHostPort(text: string): boolean {
  const port = Number(/:(\d{1,5})$/.exec(text)?.[1] ?? 0);
  return port > 0 && port < 65_536 && URL.canParse(`http://${text}`) && new URL(`http://${text}`).pathname === "/";
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function member(value: Members, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.slice(0, MAX_SERVERS).filter((item) => typeof item === "string") : [];
}
