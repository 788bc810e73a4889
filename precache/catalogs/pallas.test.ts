import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CatalogServer, startCatalogServer, status } from "../../fixtures/catalogs/catalog-server.ts";
import { createTestContext, listAll, type TestContext } from "../../fixtures/catalogs/context.ts";
import { pallasAsset, token } from "../../fixtures/catalogs/texts.ts";
import { mergeAssets } from "../plan/merge.ts";
import type { DeviceCount } from "../words/asset.ts";
import { openCatalog } from "./catalogs.ts";
import { type CatalogOptions, catalogOptions } from "./options.ts";

interface Asked {
  readonly HWModelStr: string;
  readonly ProductType: string;
  readonly ProductVersion: string;
  readonly BuildVersion: string;
  readonly AssetType: string;
  readonly AssetAudience: string;
  readonly Nonce: string;
}

/** Boards by model, as AppleDB lists them. */
const BOARDS = [
  { key: "iPad13,16", identifier: ["iPad13,16"], board: ["J407AP"] },
  { key: "AppleTV14,1-wifi", identifier: ["AppleTV14,1"], board: ["J255AP", "J256AP"] },
  { key: "MacBookPro16,1", identifier: ["MacBookPro16,1"], board: ["J230AP"] },
  { key: "Macmini8,1", identifier: ["Macmini8,1"], board: "J174ap" },
  { key: "Mac14,8", identifier: ["Mac14,8"], board: "J180dAP" },
  { key: "Watch", identifier: [], board: [] },
];

let server: CatalogServer;
let context: TestContext;
let asked: Asked[];
let answer: (question: Asked) => { status?: number; text: string };
beforeEach(async () => {
  asked = [];
  answer = () => ({ text: token({ Assets: [pallasAsset()] }) });
  server = await startCatalogServer((request, response, body) => {
    if (request.method === "GET") {
      response.end(JSON.stringify(BOARDS));
      return;
    }
    const question = JSON.parse(body) as Asked;
    asked.push(question);
    const { status: code = 200, text } = answer(question);
    response.writeHead(code).end(text);
  });
  context = await createTestContext();
});
afterEach(async () => {
  await server.close();
  await context.close();
});

const device = (model: string, os?: string, build?: string, board?: string): DeviceCount => ({
  model,
  os,
  build,
  count: 1,
  ...(board === undefined ? {} : { board }),
});

async function list(devices: readonly DeviceCount[], more: Record<string, unknown> = {}) {
  const options = {
    kind: "pallas",
    url: `${server.origin}/v2/assets`,
    boardsUrl: `${server.origin}/main.json`,
    ...more,
  };
  return listAll(await openCatalog(catalogOptions.parse(options) as CatalogOptions), { ...context, devices });
}

describe("the questions", () => {
  it("are one for each board, model, version and build, in Apple's words", async () => {
    await list([
      device("iPad13,16", "26.0", "23A341"),
      { ...device("iPad13,16", "26.0", "23A341"), count: 40 },
      device("iPad13,16", "18.7", "22H20", "J408AP"),
      device("AppleTV14,1", "26.0", "23J353"),
      device("Mac14,8"),
    ]);
    expect(
      asked.map((q) => [q.ProductType, q.HWModelStr, q.ProductVersion, q.BuildVersion, q.AssetType.slice(22)]).sort(),
    ).toEqual([
      ["AppleTV14,1", "J255AP", "26.0", "23J353", "SoftwareUpdate"],
      ["AppleTV14,1", "J256AP", "26.0", "23J353", "SoftwareUpdate"],
      ["Mac14,8", "J180dAP", "26.0", "0", "MacSoftwareUpdate"],
      ["iPad13,16", "J407AP", "26.0", "23A341", "SoftwareUpdate"],
      ["iPad13,16", "J408AP", "18.7", "22H20", "SoftwareUpdate"],
    ]);
    const audiences = new Map(asked.map((q) => [q.ProductType, q.AssetAudience]));
    expect(audiences.get("iPad13,16")).toBe("01c1d682-6e8f-4908-b724-5501fe3f5e5c");
    expect(audiences.get("AppleTV14,1")).toBe("356d9da0-eee4-4c6c-bbe5-99b60eadddf0");
    expect(audiences.get("Mac14,8")).toBe("60b55e25-a8ed-4f45-826c-c1495a4ccc65");
    expect(new Set(asked.map((q) => q.Nonce)).size).toBe(asked.length);
    expect(asked[0]).toMatchObject({ ClientVersion: 2, CompatibilityVersion: 20, Supervised: false });
  });

  it("name Macs with a T2 chip by their board in capitals, and correct what tables have wrong", async () => {
    await list([device("MacBookPro16,1", "15.7", "24G222"), device("Macmini8,1", "15.7", "24G222")]);
    expect(asked.map((q) => q.HWModelStr).sort()).toEqual(["J152FAP", "J174AP"]);
  });

  it("take the admin's boards and audiences first, and leave out what nobody knows", async () => {
    await list([device("iPad13,16"), device("iPad99,1"), device("Toaster")], {
      boards: { "iPad13,16": "J1AP" },
      audiences: { iPad: "beta-audience" },
    });
    expect(asked.map((q) => [q.HWModelStr, q.AssetAudience])).toEqual([["J1AP", "beta-audience"]]);
    expect(context.warnings.join()).toMatch(/nobody knows|no table knows the board.*iPad99,1/);
    expect(context.warnings.join()).toMatch(/nobody knows such a model.*"Toaster"/);
  });

  it("are asked for every model of a family or group, and for the most devices first when there are too many", async () => {
    await list([device("Mac")]);
    expect(asked.map((q) => q.ProductType).sort()).toEqual(["Mac14,8", "MacBookPro16,1", "Macmini8,1"]);
    asked = [];
    const many = { ...device("Mac14,8", "26.0", "25A354"), count: 90 };
    await list([device("iPad"), many, device("AppleTV14,1")], { maxRequests: 1 });
    expect(asked.map((q) => q.ProductType)).toEqual(["Mac14,8"]);
    expect(context.warnings.join()).toContain("the rarest are left out");
  });

  it("are asked again only when the answer is old", async () => {
    const kept = await createTestContext({ freshMs: 1e9, devices: [device("iPad13,16", "26.0", "23A341", "J407AP")] });
    const catalog = await openCatalog(
      catalogOptions.parse({ kind: "pallas", url: `${server.origin}/a` }) as CatalogOptions,
    );
    const first = await listAll(catalog, kept);
    expect(await listAll(catalog, kept)).toEqual(first);
    expect(asked).toHaveLength(1);
    await kept.close();
  });

  it("include background improvements when wanted", async () => {
    await list([device("iPad13,16", "26.0", "23A341")], { improvements: true });
    expect(asked.map((q) => q.AssetType.slice(22)).sort()).toEqual(["SoftwareUpdate", "SplatSoftwareUpdate"]);
  });
});

describe("the answers", () => {
  const delta = (from: string) =>
    pallasAsset({ OSVersion: "26.1", PrerequisiteBuild: from, __RelativePath: `from-${from}.aea`, _DownloadSize: 45 });

  it("give a device its own delta and the full image; one file for two models is one asset", async () => {
    answer = () => ({ text: token({ Assets: [delta("23A341"), delta("22H20"), pallasAsset()] }) });
    const devices = [device("iPad13,16", "26.0", "23A341", "A1AP"), device("iPad13,17", "26.0", "23A341", "A2AP")];
    const assets = mergeAssets(await list(devices));
    expect(assets.map((a) => [a.url.split("/").at(-1), a.fromBuilds[0], a.version, a.models])).toEqual([
      ["from-23A341.aea", "23A341", "26.1", ["iPad13,16", "iPad13,17"]],
      ["full.aea", undefined, "26.1", ["iPad13,16", "iPad13,17"]],
    ]);
    expect(assets[0]).toMatchObject({ group: "iPad", title: "iPadOS 26.1 for iPad13,16 from 23A341", sizeBytes: 45 });
  });

  it("that refuse one kind of device do not cost the others; that refuse all are an error in Apple's words", async () => {
    const refusal = { status: 404, text: token({ Status: 404, Message: "AssetType not found" }) };
    answer = (q) => (q.ProductType === "iPad13,17" ? refusal : { text: token({ Assets: [pallasAsset()] }) });
    const devices = [device("iPad13,16", "26.0", "23A341", "A1AP"), device("iPad13,17", "26.0", "23A341", "A2AP")];
    expect(await list(devices)).toHaveLength(1);
    expect(context.warnings.join()).toContain("answered 404 (AssetType not found)");
    answer = () => refusal;
    await expect(list([device("iPad13,18", "26.0", "23A1", "A1AP")])).rejects.toThrow(/AssetType not found/);
  });

  it("come under the right one of a model's boards, and the others cost nothing and are not told", async () => {
    const refusal = { status: 404, text: token({ Status: 404, Message: "AssetType not found" }) };
    answer = (q) => (q.HWModelStr === "J255AP" ? refusal : { text: token({ Assets: [pallasAsset()] }) });
    expect(await list([device("AppleTV14,1", "26.0", "23J353")])).toHaveLength(1);
    expect(asked.map((q) => q.HWModelStr).sort()).toEqual(["J255AP", "J256AP"]);
    expect(context.warnings).toEqual([]);
  });

  it("that could not be fetched for a kind of device are missing, and that is reported", async () => {
    answer = (q) =>
      q.ProductType === "iPad13,17" ? { status: 503, text: "" } : { text: token({ Assets: [pallasAsset()] }) };
    const devices = [device("iPad13,16", "26.0", "23A341", "A1AP"), device("iPad13,17", "26.0", "23A341", "A2AP")];
    expect(await list(devices)).toHaveLength(1);
    expect(context.warnings.join()).toMatch(/^the updates of 1 of 2 kinds of devices: .*answered 503/);
  });

  it.each([
    ["no token", "not.a.token!"],
    ["a token of something else", `x.${Buffer.from("[1,").toString("base64url")}.y`],
    ["HTML", "<html></html>"],
  ])("that are %s are errors", async (_, text) => {
    answer = () => ({ text });
    await expect(list([device("iPad13,16", "26.0", "23A1", "A1AP")])).rejects.toMatchObject({ code: "CATALOG_BROKEN" });
  });

  it("ask nobody when there are no devices", async () => {
    expect(await list([])).toEqual([]);
    server.answer = status(500);
    expect(server.asked).toEqual([]);
  });
});

describe("Apple's certificate", () => {
  const openssl = hasOpenssl();
  if (!openssl) process.stderr.write("pallas: openssl is not there to make a certificate; one test skipped\n");

  it.skipIf(!openssl)("is trusted when its PEM file is named, and only then", async () => {
    const folder = mkdtempSync(join(tmpdir(), "larder-ca-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "ca.pem")];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"].concat([
        "-subj",
        "/CN=gdmf.example",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        key,
        "-out",
        cert,
      ]),
      { stdio: "ignore" },
    );
    const https = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      response.end(token({ Assets: [pallasAsset()] }));
    });
    await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(https.address() as AddressInfo).port}/v2/assets`;
    const devices = [device("iPad13,16", "26.0", "23A341", "J407AP")];
    await expect(list(devices, { url })).rejects.toThrow(/self-signed certificate/);
    expect(await list(devices, { url, caFile: cert })).toHaveLength(1);
    const none = join(folder, "none.pem");
    writeFileSync(none, "no certificate");
    const others = [device("iPad13,16", "26.0", "23A340", "J407AP")];
    await expect(list(others, { url, caFile: none })).rejects.toMatchObject({ code: "CATALOG_UNREACHABLE" });
    await expect(list(others, { url, caFile: none })).rejects.toThrow(/certificate/);
    await expect(list(others, { url, caFile: join(folder, "missing") })).rejects.toThrow(/missing/);
    https.closeAllConnections();
    https.close();
    rmSync(folder, { recursive: true });
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
