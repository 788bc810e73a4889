/**
 * What every catalogue must do: list in our words, say so when it cannot, survive a bad entry, work from the last good copy.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Answering,
  type CatalogServer,
  startCatalogServer,
  status,
} from "../../fixtures/catalogs/catalog-server.ts";
import { createTestContext, listAll, type TestContext } from "../../fixtures/catalogs/context.ts";
import { ASSET_GROUPS, type DeviceCount } from "../words/asset.ts";
import { assetUrl } from "../words/asset-url.ts";
import { openCatalog } from "./catalogs.ts";
import { type CatalogOptions, catalogOptions } from "./options.ts";

/** Texts by path; a path that is not there is answered 404. */
export type Routes = Readonly<Record<string, string>>;

export interface CatalogCase {
  readonly name: string;
  /** Options as an admin writes them, all addresses on the stand-in. */
  readonly options: (origin: string) => Record<string, unknown>;
  readonly devices?: readonly DeviceCount[];
  readonly routes: (origin: string) => Routes;
  /** The same with one entry more that cannot be read. */
  readonly withBadEntry: (origin: string) => Routes;
  /** The same with such entries alone; undefined where every text is fine. */
  readonly onlyBad?: (origin: string) => Routes;
  /** A text that is of the right kind and says nothing this catalogue knows; undefined where every text is fine. */
  readonly foreign: string | undefined;
  /** An empty text is an empty list. */
  readonly emptyIsFine?: boolean;
  /** Addresses it lists, in order. */
  readonly urls: readonly string[];
}

export function catalogContract(test: CatalogCase): void {
  describe(`${test.name}, as every catalogue`, () => {
    let server: CatalogServer;
    let context: TestContext;
    beforeEach(async () => {
      server = await startCatalogServer(status(404));
      serve(server, test.routes(server.origin));
      context = await createTestContext({
        devices: test.devices ?? [],
        hosts: [new URL(server.origin).host, "*.example"],
      });
    });
    afterEach(async () => {
      await server.close();
      await context.close();
    });
    const list = async () =>
      listAll(await openCatalog(catalogOptions.parse(test.options(server.origin)) as CatalogOptions), context);

    it("lists its assets in our words", async () => {
      const assets = await list();
      expect(assets.map((asset) => asset.url)).toEqual(test.urls);
      for (const asset of assets) {
        expect(asset.catalogs).toEqual([test.options("")["kind"]]);
        expect(ASSET_GROUPS).toContain(asset.group);
        expect(assetUrl(asset.url)).toBe(asset.url);
        expect(asset.title).not.toBe("");
        expect(asset.version ?? "1").not.toMatch(/^9\.9\./);
        expect(asset.models.every((model) => /^[A-Za-z]+\d+,\d+$/.test(model))).toBe(true);
        if (asset.digest !== undefined) expect(asset.digest.hex).toMatch(/^[0-9a-f]{32,128}$/);
      }
      expect(context.warnings).toEqual([]);
    });

    it("leaves out an entry that cannot be read, says which, and lists the others", async () => {
      serve(server, test.withBadEntry(server.origin));
      expect((await list()).map((asset) => asset.url)).toEqual(test.urls);
      expect(context.warnings.join()).toMatch(/left out|skipped/);
    });

    const { onlyBad } = test;
    if (onlyBad !== undefined) {
      it("fails when it can read not one entry: that is not an empty list", async () => {
        serve(server, onlyBad(server.origin));
        await expect(list()).rejects.toMatchObject({ code: "CATALOG_BROKEN", message: expect.stringMatching(/entr/) });
      });
    }

    it("logs what it left out in one line, however much that is", async () => {
      serve(server, test.withBadEntry(server.origin));
      await list();
      expect(context.warnings.filter((line) => /left out/.test(line)).length).toBeLessThanOrEqual(1);
    });

    it("goes on from its last good copies when the servers are gone, and says so", async () => {
      const before = await list();
      await server.close();
      expect(await list()).toEqual(before);
      expect(context.warnings.join()).toContain("not current");
    });

    it.each<[string, Answering]>([
      ["403", status(403)],
      ["404", status(404)],
      ["503", status(503)],
      ["HTML", status(200, "<!doctype html><html><head><title>x</title></head><body>Sign in</body></html>")],
      ...(test.emptyIsFine === true ? [] : ([["an empty text", status(200, "")]] as [string, Answering][])),
    ])("fails when the servers answer %s: that is not an empty list", async (_, answer) => {
      server.answer = answer;
      await expect(list()).rejects.toMatchObject({ code: expect.stringMatching(/^CATALOG_/) });
    });

    it("stops when aborted", async () => {
      const stopped = { ...context, signal: AbortSignal.abort(new Error("stopped")) };
      const catalog = await openCatalog(catalogOptions.parse(test.options(server.origin)) as CatalogOptions);
      await expect(listAll(catalog, stopped)).rejects.toThrow();
    });

    const { foreign } = test;
    if (foreign === undefined) return;
    it("fails on a text that says something else, and on one that is too deep", async () => {
      server.answer = status(200, foreign);
      await expect(list()).rejects.toThrow(/^Cannot read /);
      const json = foreign.trimStart().startsWith("{") || foreign.trimStart().startsWith("ey");
      const deep = json
        ? `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`
        : `<plist>${"<array>".repeat(100_000)}${"</array>".repeat(100_000)}</plist>`;
      server.answer = status(200, deep);
      await expect(list()).rejects.toThrow(/more than 64 containers inside each other/);
    });
  });
}

/** Answers by path, with an ETag that changes with the text. */
export function serve(server: CatalogServer, routes: Routes): void {
  server.answer = (request, response) => {
    const body = routes[decodeURIComponent(request.url ?? "")];
    if (body === undefined) response.writeHead(404).end("not here");
    else response.writeHead(200, { etag: `"${body.length}"` }).end(body);
  };
}
