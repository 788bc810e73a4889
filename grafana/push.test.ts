import { afterEach, describe, expect, it } from "vitest";
import { type FakeGrafana, startGrafana } from "../fixtures/grafana/server.ts";
import { differences } from "./api/json-diff.ts";
import { DEFAULT_INSTALLATION } from "./installation.ts";
import { push } from "./push.ts";

let grafana: FakeGrafana | undefined;

afterEach(async () => {
  await grafana?.stop();
  grafana = undefined;
});

const GENERATIONS = [
  { versions: ["v1", "v2", "v1beta1"], api: "dashboard.grafana.app/v1" },
  { versions: ["v1beta1", "v0alpha1"], api: "dashboard.grafana.app/v1beta1" },
  { versions: [], api: "api/dashboards" },
];

describe.each(GENERATIONS)("push() through $api", ({ versions, api }) => {
  const options = (url: string, dryRun = false) => ({ url, token: "glsa_test", dryRun });

  it("creates the folder and all boards, then finds nothing to do", async () => {
    grafana = await startGrafana({ versions });
    const first = await push(DEFAULT_INSTALLATION, options(grafana.url));
    expect(first.api).toBe(api);
    expect(first.changes.map(({ action }) => action)).toEqual(["create", "create", "create", "create", "create"]);
    expect([...grafana.boards.keys()].sort()).toEqual([
      "larder-fleet",
      "larder-savings",
      "larder-site",
      "larder-warming",
    ]);
    expect([...grafana.folders]).toEqual([["larder-folder", "larder"]]);

    const before = grafana.requests.length;
    const second = await push(DEFAULT_INSTALLATION, options(grafana.url));
    expect(second.changes.map(({ action }) => action)).toEqual(["keep", "keep", "keep", "keep", "keep"]);
    expect(grafana.requests.slice(before).every((request) => request.startsWith("GET "))).toBe(true);
  });

  it("changes only what differs and says what", async () => {
    grafana = await startGrafana({ versions });
    await push(DEFAULT_INSTALLATION, options(grafana.url));
    const board = grafana.boards.get("larder-fleet");
    if (board !== undefined) board.spec["title"] = "Renamed in the browser";
    const dry = await push(DEFAULT_INSTALLATION, options(grafana.url, true));
    expect(dry.changes.filter(({ action }) => action !== "keep")).toMatchObject([
      { uid: "larder-fleet", action: "change", differences: ['title: "Renamed in the browser" -> "larder / Fleet"'] },
    ]);
    expect(grafana.boards.get("larder-fleet")?.spec["title"]).toBe("Renamed in the browser");
    await push(DEFAULT_INSTALLATION, options(grafana.url));
    expect(grafana.boards.get("larder-fleet")?.spec["title"]).toBe("larder / Fleet");
    expect(grafana.boards.get("larder-site")?.version).toBe(1);
  });

  it("brings a board back into its folder", async () => {
    grafana = await startGrafana({ versions });
    await push(DEFAULT_INSTALLATION, options(grafana.url));
    const board = grafana.boards.get("larder-site");
    if (board !== undefined) board.folderUid = "elsewhere";
    const report = await push(DEFAULT_INSTALLATION, options(grafana.url));
    expect(report.changes.find(({ uid }) => uid === "larder-site")).toMatchObject({
      action: "change",
      differences: ["folder: elsewhere -> larder-folder"],
    });
    expect(grafana.boards.get("larder-site")?.folderUid).toBe("larder-folder");
  });

  it("writes nothing in a dry run", async () => {
    grafana = await startGrafana({ versions });
    const report = await push(DEFAULT_INSTALLATION, options(grafana.url, true));
    expect(report.changes.every(({ action }) => action === "create")).toBe(true);
    expect(grafana.requests.every((request) => request.startsWith("GET "))).toBe(true);
  });

  it("says which step to take when the token is refused, and never shows the token", async () => {
    grafana = await startGrafana({ versions, token: "glsa_other" });
    const failure = await push(DEFAULT_INSTALLATION, options(grafana.url)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "GRAFANA_DENIED", next: expect.stringContaining("Editor") });
    expect(String(failure)).not.toContain("glsa_test");
  });

  it("stops at a refusal and goes on from there the next time", async () => {
    grafana = await startGrafana({ versions });
    await push({ ...DEFAULT_INSTALLATION }, options(grafana.url));
    grafana.boards.delete("larder-warming");
    grafana.failNextWrite(503);
    await expect(push(DEFAULT_INSTALLATION, options(grafana.url))).rejects.toMatchObject({
      code: "GRAFANA_REFUSED",
      retryable: true,
    });
    const report = await push(DEFAULT_INSTALLATION, options(grafana.url));
    expect(report.changes.filter(({ action }) => action === "create").map(({ uid }) => uid)).toEqual([
      "larder-warming",
    ]);
  });
});

it("push() takes the older API when the token may not list the newer ones", async () => {
  grafana = await startGrafana({ versions: ["v1"], hidesApis: true });
  const report = await push(DEFAULT_INSTALLATION, { url: grafana.url, token: "glsa_test", dryRun: false });
  expect(report.api).toBe("api/dashboards");
});

describe("differences()", () => {
  it("leaves alone what the server adds or leaves out when empty", () => {
    expect(differences({ a: 1, links: [], hide: false }, { a: 1, preload: true, id: 9 })).toEqual([]);
  });

  it("names the place of a change, of something missing and of something too many", () => {
    expect(differences({ a: { b: [1, 2] } }, { a: { b: [1] } })).toEqual(["a.b[1]: missing"]);
    expect(differences({ a: [1] }, { a: [1, { x: 1 }] })).toEqual(['a[1]: {"x":1} is too many']);
    expect(differences({ a: "new", c: 0 }, { a: "old" })).toEqual(['a: "old" -> "new"', "c: nothing -> 0"]);
  });
});
