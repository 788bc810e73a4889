/**
 * Trials of Apple's commands and of the port of the cache.
 *
 * @module
 */
import { request } from "node:http";
import { ASSET_CACHE_MANAGER, type CacheStatus, type CommandResult, parseStatus } from "../../../core/cache/cache.ts";
import { errorText } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import { parsePlist } from "../../../core/plist/plist.ts";
import { countText, durationText } from "../../../core/words/amounts.ts";
import { DISK_CACHE_NAME, diskCacheServers, parseLocatorJson } from "../../../precache/index.ts";
import { parseSettings } from "../facts/facts.ts";
import { absent, keyPaths, masked, type Trial, type TrialPlace, type TrialResult } from "./trial.ts";

const LOCATOR = "/usr/bin/AssetCacheLocatorUtil";

/** Members of a status that larder knows of, whether it uses them or not. */
const STATUS_MEMBERS =
  /^(Activated|Active|ActualCacheUsed|Alerts|AlertsForPeerFilterRanges|CacheDetails|CacheFree|CacheLimit|CacheStatus|CacheUsed|DataMigration\w+|MaxCachePressureLast1Hour|Parents|Peers|PersonalCache\w+|Port|PrivateAddresses|PublicAddress|Registration\w+|RestrictedMedia|ServerGUID|StartupStatus|TetheratorStatus|TotalBytes\w+)\b/;

export const cacheTrials: readonly Trial[] = [
  {
    id: "status-json",
    asks: "what AssetCacheManagerUtil -j status prints, and how long it takes",
    try: async (world) => {
      const { answer, took } = await timed(world, ASSET_CACHE_MANAGER, ["-j", "status"]);
      if (answer.failure !== undefined) return ofFailure(answer);
      const keys = keyPaths(resultOf(answer.stdout));
      const unknown = keys.filter((key) => !STATUS_MEMBERS.test(key));
      const status = statusOf(answer.stdout);
      const said = [
        `${took}; ${countText(keys.length, "key")}`,
        `not known to larder: ${unknown.join(", ") || "none"}`,
      ];
      if (typeof status === "string") return { verdict: "new", said: [...said, status] };
      return { verdict: unknown.length === 0 ? "known" : "new", said };
    },
  },
  {
    id: "status-text",
    asks: "whether the text of a status says the same as its JSON, in the C locale",
    try: async (world) => {
      const [text, json] = [
        await world.run(ASSET_CACHE_MANAGER, ["status"]),
        await world.run(ASSET_CACHE_MANAGER, ["-j", "status"]),
      ];
      if (text.failure !== undefined) return ofFailure(text);
      const [one, other] = [statusOf(`${text.stdout}\n${text.stderr}`), statusOf(json.stdout)];
      if (typeof one === "string" || typeof other === "string") {
        return { verdict: "new", said: [String(one), ...text.stdout.split("\n").slice(0, 40).map(masked)] };
      }
      const keys = ["activated", "active", "registered", "port", "startup", "cacheStatus", "peerCount"] as const;
      const differ = keys.filter((key) => one[key] !== other[key]);
      return { verdict: differ.length === 0 ? "known" : "new", said: [`differ: ${differ.join(", ") || "nothing"}`] };
    },
  },
  {
    id: "settings-json",
    asks: "which keys AssetCacheManagerUtil -j settings has",
    try: async (world) => {
      const answer = await world.run(ASSET_CACHE_MANAGER, ["-j", "settings"]);
      if (answer.failure !== undefined) return ofFailure(answer);
      const known = parseSettings(answer.stdout) !== undefined;
      return { verdict: known ? "known" : "new", said: [keyPaths(resultOf(answer.stdout)).join(", ") || "no JSON"] };
    },
  },
  {
    id: "locator-json",
    asks: "the whole JSON of AssetCacheLocatorUtil -j: its keys",
    try: async (world) => {
      const { answer, took } = await timed(world, LOCATOR, ["-j"]);
      if (answer.failure !== undefined) return ofFailure(answer);
      const keys = keyPaths(jsonOf(answer.stdout));
      const found = parseLocatorJson(answer.stdout).length;
      const known = keys.some((key) => key.startsWith("results."));
      return {
        verdict: known ? "known" : "new",
        said: [`${took}; ${countText(found, "cache")}`, keys.join(", ") || "no JSON"],
      };
    },
  },
  {
    id: "locator-text",
    asks: "the lines that AssetCacheLocatorUtil prints for people",
    try: async (world) => {
      const answer = await world.run(LOCATOR, [], { timeoutMs: 60_000 });
      if (answer.failure !== undefined) return ofFailure(answer);
      const lines = `${answer.stderr}\n${answer.stdout}`.split("\n").filter((line) => line.trim() !== "");
      return { verdict: "known", said: lines.slice(0, 40).map(masked) };
    },
  },
  {
    id: "disk-cache",
    asks: "which keys diskCache.plist has, and whether this system still writes it",
    try: async (world) => {
      const { stdout } = await world.run("/usr/bin/getconf", ["DARWIN_USER_CACHE_DIR"]);
      const folder = stdout.trim().replace(/\/$/, "");
      if (!folder.startsWith("/")) return absent("this system has no such folder");
      try {
        const { bytes } = await readRegularFile(`${folder}/${DISK_CACHE_NAME}`, 4 * 1024 * 1024);
        const plist = await parsePlist(bytes, DISK_CACHE_NAME);
        const servers = diskCacheServers(plist).length;
        return {
          verdict: servers > 0 ? "known" : "new",
          said: [countText(servers, "cache"), keyPaths(plist).join(", ")],
        };
      } catch (error) {
        return absent(errorText(error));
      }
    },
  },
  {
    id: "cache-port",
    asks: "how the cache answers GET and HEAD on 127.0.0.1, and with which headers",
    try: async (world) => {
      const status = statusOf((await world.run(ASSET_CACHE_MANAGER, ["-j", "status"])).stdout);
      const port = typeof status === "string" || status.active !== true ? undefined : status.port;
      if (!port) return absent("the cache of this computer is not active");
      const said = await Promise.all(["GET", "HEAD"].map(async (method) => await askedWith(method, port)));
      const known = said.some((each) => /: (200|400|503)/.test(each));
      return { verdict: known ? "known" : "new", said };
    },
  },
];

async function askedWith(method: string, port: number): Promise<string> {
  return await new Promise((resolve) => {
    const options = { method, host: "127.0.0.1", port, path: "/", headers: { "max-forwards": "0" }, timeout: 3000 };
    const asked = request({ ...options, agent: false }, (response) => {
      resolve(`${method}: ${response.statusCode}, headers ${Object.keys(response.headers).join(", ") || "none"}`);
      response.destroy();
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", (error) => resolve(`${method}: ${masked(errorText(error))}`));
    asked.end();
  });
}

async function timed({ run }: TrialPlace, program: string, args: readonly string[]) {
  const start = performance.now();
  const answer = await run(program, args, { timeoutMs: 60_000 });
  return { answer, took: `took ${durationText((performance.now() - start) / 1000)}` };
}

export function ofFailure({ failure }: CommandResult): TrialResult {
  return { verdict: failure?.kind === "missing" ? "absent" : "failed", said: [failure?.text ?? ""] };
}

function statusOf(text: string): CacheStatus | string {
  try {
    return parseStatus(text, "status");
  } catch (error) {
    return errorText(error);
  }
}

function resultOf(text: string): unknown {
  const document = jsonOf(text);
  const [first] = Array.isArray(document) ? (document as unknown[]) : [document];
  return (first as { result?: unknown } | undefined)?.result;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.slice(Math.max(0, text.search(/^[[{]/m))));
  } catch {
    return undefined;
  }
}
