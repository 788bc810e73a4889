import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { CommandResult, RunCommand } from "../../core/cache/cache.ts";
import { errorCode } from "../../core/errors.ts";
import { type Discovery, discover, targetByHand } from "./discover.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function cache(status = 200): Promise<{ hostPort: string; probes: unknown[] }> {
  const probes: unknown[] = [];
  const server = createServer((request, response) => {
    probes.push(request.headers["max-forwards"]);
    response.writeHead(status, { "accept-ranges": "bytes", "content-length": "0" }).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { hostPort: `localhost:${(server.address() as AddressInfo).port}`, probes };
}

const gone: CommandResult = {
  exitCode: undefined,
  stdout: "",
  stderr: "",
  failure: { kind: "missing", text: "the command is not on this computer" },
};
const said = (stdout: string, stderr = ""): CommandResult => ({ exitCode: 0, stdout, stderr, failure: undefined });

/** A Mac on which these commands exist and the others do not. */
function mac(answers: Readonly<Record<string, CommandResult>>): RunCommand {
  return async (command, args) => answers[[command, ...args].join(" ")] ?? gone;
}

const noPlist = async (): Promise<unknown> => undefined;
const outcomes = (found: Discovery): string[] => found.steps.map(({ way, outcome }) => `${way}: ${outcome}`);

describe("discover()", () => {
  it("takes this computer's own cache when it is active", async () => {
    const { hostPort, probes } = await cache();
    const port = Number(hostPort.split(":")[1]);
    const status = {
      result: { Active: true, Port: port, CacheStatus: "OK", CacheFree: 5_000, Peers: [], Parents: [] },
    };
    const found = await discover([], {
      run: mac({
        "AssetCacheManagerUtil -j status": said(JSON.stringify(status)),
        "AssetCacheManagerUtil -j settings": said('{"result":{"DataPath":"/Data"}}'),
      }),
      readPlist: noPlist,
    });
    expect(found.targets).toEqual([{ name: "localhost", url: `http://${hostPort}`, role: "cache" }]);
    expect(found.status?.freeBytes).toBe(5_000);
    expect(found.dataPath).toBe("/Data");
    expect(outcomes(found)).toEqual(["status: chosen"]);
    expect(probes).toEqual(["0"]);
  });

  it("passes over a server that does not answer and goes on to the next way", async () => {
    const { hostPort } = await cache();
    const broken = await cache(503);
    const json = { results: { reachability: [broken.hostPort], system: null } };
    const found = await discover([], {
      run: mac({
        "AssetCacheLocatorUtil -j": said(JSON.stringify(json)),
        AssetCacheLocatorUtil: said(
          "",
          `2026-08-21 12:25:09.440 AssetCacheLocatorUtil[1:2] ${hostPort}, rank 1, favored`,
        ),
      }),
      readPlist: noPlist,
    });
    expect(found.targets.map(({ url }) => url)).toEqual([`http://${hostPort}`]);
    expect(outcomes(found)).toEqual([
      "status: nothing",
      "settings: nothing",
      "locator: passed over",
      "locator text: chosen",
    ]);
  });

  it("reads the port of the settings, and what the locator remembers on disk", async () => {
    const one = await cache();
    const port = Number(one.hostPort.split(":")[1]);
    const settings = await discover([], {
      run: mac({}),
      readPlist: async (path) =>
        path.includes("com.apple.AssetCache.plist") ? { LastPort: port, Port: 0 } : undefined,
    });
    expect(outcomes(settings)).toEqual(["status: nothing", "settings: chosen"]);
    const disk = await discover([], {
      run: mac({ "getconf DARWIN_USER_CACHE_DIR": said("/var/folders/x/C/\n") }),
      readPlist: async (path) =>
        path === "/var/folders/x/C/com.apple.AssetCacheLocatorService/diskCache.plist"
          ? { cache: [{ servers: [{ localAddressAndPort: one.hostPort }] }] }
          : undefined,
    });
    expect(disk.targets.map(({ url }) => url)).toEqual([`http://${one.hostPort}`]);
    expect(disk.steps.at(-1)).toMatchObject({ way: "disk cache", outcome: "chosen" });
  });

  it("tries nothing else when a cache is given by hand", async () => {
    const found = await discover([targetByHand("http://cache.example.org:49152")], {
      run: mac({}),
      probe: () => Promise.reject(new Error("asked")),
      readPlist: () => Promise.reject(new Error("read")),
    });
    expect(found.targets[0]?.url).toBe("http://cache.example.org:49152");
    expect(outcomes(found)).toEqual(["by hand: chosen", "status: not tried"]);
  });

  it("finds nothing off a Mac, and says of every way why", async () => {
    const found = await discover([], { run: mac({}), readPlist: noPlist });
    expect(found.targets).toEqual([]);
    expect(found.steps).toHaveLength(5);
    expect(found.steps.every(({ outcome, said: text }) => outcome === "nothing" && text !== "")).toBe(true);
  });

  it("survives answers that are not what they should be", async () => {
    for (const text of ["", "null", "[]", "{", '{"result":3}', '{"results":{"system":{"saved servers":[1,null]}}}']) {
      const found = await discover([], {
        run: async () => said(text, text),
        readPlist: () => Promise.reject(new Error("broken")),
      });
      expect(found.targets).toEqual([]);
    }
  });
});

describe("targetByHand()", () => {
  it.each([
    ["http://10.0.0.2:49152", "10.0.0.2", "http://10.0.0.2:49152"],
    ["cache.example.org:49152", "cache.example.org", "http://cache.example.org:49152"],
    ["library=10.0.0.2:49152/", "library", "http://10.0.0.2:49152"],
    ["http://[fd00::2]:49152", "[fd00::2]", "http://[fd00::2]:49152"],
  ])("reads %s", (text, name, url) => {
    expect(targetByHand(text)).toEqual({ name, url, role: "cache" });
  });

  it.each(["https://10.0.0.2:49152", "10.0.0.2", "http://10.0.0.2:99999", "http://user:pw@h:1", "ftp://h:1", ""])(
    "refuses %s",
    (text) => {
      try {
        targetByHand(text);
        expect.unreachable();
      } catch (error) {
        expect(errorCode(error)).toBe("CONFIG_SERVER");
        expect(String(error)).not.toContain("pw");
      }
    },
  );
});
