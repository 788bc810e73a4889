/**
 * Gathers evidence on this computer. Every question has a time limit; what cannot be answered is evidence too.
 *
 * @module
 */
import { hostname } from "node:os";
import { readRegularFile } from "../../../core/files.ts";
import { VERSION } from "../../../core/version.ts";
import { DISK_CACHE_NAME } from "../../../precache/index.ts";
import { type Evidence, MAX_FILE_BYTES } from "../evidence/evidence.ts";
import { type FileRecord, readFacts } from "../facts/facts.ts";
import { runCommands } from "./commands.ts";
import { lookAtFiles } from "./files.ts";
import { askHosts } from "./hosts.ts";
import { InTime } from "./in-time.ts";
import { askNameServers } from "./name-servers.ts";
import type { Own } from "./own.ts";
import { askCachePorts } from "./ports.ts";
import { realSurroundings, type Surroundings } from "./surroundings.ts";

export { COMMANDS } from "./commands.ts";
export { gatherOwn, type Own } from "./own.ts";
export { realSurroundings, type Surroundings } from "./surroundings.ts";

/** Gathers it all. Never throws for what is wrong with the computer. */
export async function gatherEvidence(own: Own, world: Surroundings = realSurroundings()): Promise<Evidence> {
  const onMac = world.system === "darwin";
  const asked = onMac ? await runCommands(world) : { files: new Map<string, string>(), records: [] };
  const found = new Map<string, Uint8Array>();
  const put = (name: string, value: unknown): void => {
    found.set(
      name,
      Buffer.from(typeof value === "string" ? value : `${JSON.stringify(value, undefined, 1)}\n`, "utf8"),
    );
  };
  for (const [file, printed] of asked.files) put(file, printed);
  if (onMac) put("commands.json", asked.records);
  const remembered = onMac ? await diskCacheFile(world) : undefined;
  if (remembered !== undefined) found.set("disk-cache.plist", remembered);
  if (!onMac) await readResolvConf(world).then((text) => text === undefined || put("resolv.conf", text));
  for (const [name, record] of Object.entries(own.records)) put(name, record);

  // what commands printed says what else to ask
  put("about.json", about(own, { world, part: "client" }));
  const known = await readFacts(found);
  const inTime = new InTime(world.limitMs);
  const caches = { status: known.status, located: known.located ?? [], remembered: known.remembered ?? [] };
  const { resolvers } = known;
  const [files = [], ports = [], hosts = [], txt = []] = await Promise.all([
    onMac ? inTime.ask("files.json", lookAtFiles({ ...own.files, dataPath: known.settings?.dataPath }, world)) : [],
    inTime.ask("ports.json", askCachePorts(caches)),
    onMac ? inTime.ask("hosts.json", askHosts(world.appleHosts)) : [],
    resolvers === undefined || !onMac ? [] : inTime.ask("txt.json", askNameServers(resolvers, world.dnsTimeoutMs)),
  ]);
  const late = [...own.late, ...inTime.late];
  if (late.length > 0) put("late.json", late);
  if (files.length > 0) put("files.json", files);
  if (ports.length > 0) put("ports.json", ports);
  if (hosts.length > 0) put("hosts.json", hosts);
  if (txt.length > 0) put("txt.json", txt);
  const part = own.part ?? partOf(onMac, { activated: known.status?.activated, files, configured: own.configured });
  put("about.json", about(own, { world, part }));
  return found;
}

function about(
  { models, configured }: Own,
  { world, part }: { readonly world: Surroundings; readonly part: string },
): object {
  const { system, nowMs, addresses } = world;
  return {
    ...{ format: 1, larder: VERSION, at: new Date(nowMs()).toISOString() },
    system: system === "darwin" || system === "linux" ? system : "other",
    ...{ part, host: hostname(), node: process.version, user: process.getuid?.() ?? null },
    ...{ models, configured, addresses: addresses() },
  };
}

interface Signs {
  readonly activated: boolean | undefined;
  readonly files: readonly FileRecord[];
  readonly configured: boolean;
}

/** A Mac with larder on it, or with traces of caching, is or should be a cache. */
function partOf(onMac: boolean, { activated, files, configured }: Signs): "cache" | "client" | "server" {
  if (!onMac) return "server";
  const traces = files.some(({ what, code }) => what !== "data-folder" && code !== "ENOENT");
  return activated === true || traces || configured ? "cache" : "client";
}

async function diskCacheFile({ run }: Surroundings): Promise<Uint8Array | undefined> {
  const { stdout, exitCode } = await run("/usr/bin/getconf", ["DARWIN_USER_CACHE_DIR"]);
  const folder = stdout.trim();
  if (exitCode !== 0 || !folder.startsWith("/")) return undefined;
  return await readRegularFile(`${folder.replace(/\/$/, "")}/${DISK_CACHE_NAME}`, MAX_FILE_BYTES).then(
    ({ bytes }) => bytes,
    () => undefined,
  );
}

async function readResolvConf({ resolvConf }: Surroundings): Promise<string | undefined> {
  return await readRegularFile(resolvConf, 64 * 1024).then(
    ({ bytes }) => bytes.toString("utf8"),
    () => undefined,
  );
}
