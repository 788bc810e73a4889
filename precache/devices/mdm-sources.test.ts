import { describe, expect, it } from "vitest";
import { intune, jamf, kandji, meraki, mosyle, simplemdm } from "../../fixtures/mdm/kinds.ts";
import { type MdmKind, startMdm } from "../../fixtures/mdm/mdm-server.ts";
import { deviceOptions } from "../options-devices.ts";
import { deviceContext, deviceSourceContract, expectedCounts, sorted } from "./device-source.contract.ts";
import type { DeviceSource } from "./device-source.ts";
import { intuneSource } from "./intune.ts";
import { jamfSource } from "./jamf.ts";
import { kandjiSource } from "./kandji.ts";
import { merakiSource, nextLink } from "./meraki.ts";
import { mosyleSource } from "./mosyle.ts";
import { simplemdmSource } from "./simplemdm.ts";

/** Options as the configuration would give them. */
function parsed<Kind extends string>(options: { kind: Kind } & Record<string, unknown>) {
  return deviceOptions.parse(options) as never;
}

const all = { os: true, build: true, board: false };

deviceSourceContract({
  name: "Jamf Pro with an API client",
  kind: jamf,
  open: (server, clientSecret) =>
    jamfSource(parsed({ kind: "jamf", server, clientId: "reader", clientSecret, pageSize: 40 })),
  secret: "s3cret&=",
  renews: true,
  tells: { ...all, board: true },
});
deviceSourceContract({
  name: "Jamf Pro with an account",
  kind: jamf,
  open: (server, password) => jamfSource(parsed({ kind: "jamf", server, user: "admin", password, pageSize: 100 })),
  secret: "pass:word",
  renews: true,
  tells: { ...all, board: true },
});
deviceSourceContract({
  name: "SimpleMDM",
  kind: simplemdm,
  key: "simple-key",
  open: (origin, token) => simplemdmSource(parsed({ kind: "simplemdm", base: `${origin}/api/v1/`, token })),
  secret: "simple-key",
  renews: false,
  tells: all,
});
deviceSourceContract({
  name: "Kandji",
  kind: kandji,
  key: "kandji-key",
  open: (origin, token) => kandjiSource(parsed({ kind: "kandji", base: `${origin}/api/v1/`, token })),
  secret: "kandji-key",
  renews: false,
  tells: { ...all, build: false },
});
for (const firstPage of [0, 1] as const) {
  deviceSourceContract({
    name: `Mosyle with pages from ${firstPage}`,
    kind: mosyle(firstPage),
    open: (origin, password) =>
      mosyleSource(
        parsed({
          kind: "mosyle",
          base: `${origin}/v2/`,
          accessToken: "school-key",
          email: "it@school.example",
          password,
        }),
      ),
    secret: "pw",
    renews: true,
    tells: { ...all, build: false },
  });
}
deviceSourceContract({
  name: "Meraki",
  kind: meraki,
  key: "meraki-key",
  open: (origin, apiKey) =>
    merakiSource(parsed({ kind: "meraki", base: `${origin}/api/v1/`, apiKey, networks: ["N_1"] })),
  secret: "meraki-key",
  renews: false,
  tells: all,
});
deviceSourceContract({
  name: "Intune",
  kind: intune,
  open: (origin, clientSecret) =>
    intuneSource(
      parsed({
        kind: "intune",
        base: `${origin}/v1.0/`,
        loginBase: `${origin}/`,
        tenant: "tenant-1",
        clientId: "app",
        clientSecret,
      }),
    ),
  secret: "graph-secret",
  renews: true,
  tells: { ...all, build: false },
});

describe("what only one of them does", () => {
  const ask = async (kind: MdmKind, key: string, open: (origin: string) => DeviceSource) => {
    const server = await startMdm(kind, { key });
    try {
      return { counts: await open(server.origin).count(deviceContext().context), asked: server.asked };
    } finally {
      await server.close();
    }
  };

  it("Jamf Classic gives models alone", async () => {
    const { counts } = await ask(jamf, "x", (server) =>
      jamfSource(parsed({ kind: "jamf", server, api: "classic", user: "admin", password: "pass:word" })),
    );
    expect(sorted(counts)).toEqual(expectedCounts({ os: false, build: false, board: false }));
  });

  it("Kandji's details give the exact model", async () => {
    const { counts, asked } = await ask(kandji, "k", (origin) =>
      kandjiSource(parsed({ kind: "kandji", base: `${origin}/api/v1/`, token: "k", details: true })),
    );
    expect(sorted(counts)).toEqual(expectedCounts({ ...all, build: false }));
    expect(asked.filter((line) => line.endsWith("/details"))).toHaveLength(310);
  });

  it("a next page on another server is not asked for: the token would go there", async () => {
    const evil: MdmKind = {
      ...intune,
      answer: () => ({ body: { value: [], "@odata.nextLink": "https://elsewhere.example/steal" } }),
    };
    const open = (origin: string) =>
      intuneSource(
        parsed({
          kind: "intune",
          base: `${origin}/v1.0/`,
          loginBase: `${origin}/`,
          tenant: "tenant-1",
          clientId: "a",
          clientSecret: "graph-secret",
        }),
      );
    await expect(ask(evil, "x", open)).rejects.toThrow(/another server, "https:\/\/elsewhere.example"/);
  });

  it("pages that never end, and answers of another kind, are errors", async () => {
    const endless: MdmKind = {
      ...simplemdm,
      answer: () => ({ body: { data: [{ id: 1, attributes: {} }], has_more: true } }),
    };
    const open = (origin: string) =>
      simplemdmSource(parsed({ kind: "simplemdm", base: `${origin}/api/v1/`, token: "k" }));
    await expect(ask(endless, "k", open)).rejects.toMatchObject({ code: "DEVICES_BROKEN" });
    const html: MdmKind = { ...simplemdm, answer: () => ({ body: "<html>" }) };
    await expect(ask(html, "k", open)).rejects.toThrow(/expected one of the keys data/);
    const short: MdmKind = { ...jamf, answer: () => ({ body: { totalCount: 5, results: [] } }) };
    const openJamf = (server: string) =>
      jamfSource(parsed({ kind: "jamf", server, user: "admin", password: "pass:word" }));
    await expect(ask(short, "k", openJamf)).rejects.toThrow(/announced 5 devices and sent 0/);
  });

  it("a record of the wrong shape is left out and said, the others count", async () => {
    const odd: MdmKind = {
      ...simplemdm,
      answer: () => ({
        body: {
          has_more: false,
          data: [
            { id: 1, attributes: { product_name: 7 } },
            { id: 2, attributes: { product_name: "iPad6,8", os_version: null } },
            { id: 3, attributes: "none" },
            "device",
          ],
        },
      }),
    };
    const server = await startMdm(odd, { key: "k" });
    const { context, logged } = deviceContext();
    const source = simplemdmSource(parsed({ kind: "simplemdm", base: `${server.origin}/api/v1/`, token: "k" }));
    expect(await source.count(context)).toEqual([{ model: "iPad6,8", os: undefined, build: undefined, count: 1 }]);
    expect(logged.join()).toContain('"devices":3');
    await server.close();
  });

  it("nextLink() reads the Link header, quoted or not, wherever next stands", () => {
    expect(nextLink('<https://a/?x=1,2>; rel="first", <https://a/?n=2>; rel="next"')).toBe("https://a/?n=2");
    expect(nextLink("<https://a/n>; rel=next, <https://a/l>; rel=last")).toBe("https://a/n");
    expect(nextLink("<https://a/p>; rel=prev")).toBeUndefined();
    expect(nextLink(undefined)).toBeUndefined();
  });
});
