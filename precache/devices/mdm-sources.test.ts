import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import {
  intune,
  type JamfServer,
  jamf,
  jamfServer,
  kandji,
  meraki,
  mosyle,
  simplemdm,
} from "../../fixtures/mdm/kinds.ts";
import { type MdmKind, startMdm } from "../../fixtures/mdm/mdm-server.ts";
import { hasOpenssl, ownCertificate } from "../../fixtures/network/certificate.ts";
import { deviceContext, deviceSourceContract, expectedCounts, sorted } from "./device-source.contract.ts";
import type { DeviceSource } from "./device-source.ts";
import { intuneSource } from "./intune.ts";
import type { InventoryClient } from "./inventory-client.ts";
import { jamfSource } from "./jamf.ts";
import { kandjiSource } from "./kandji.ts";
import { merakiSource, nextLink } from "./meraki.ts";
import { mosyleSource } from "./mosyle.ts";
import { deviceOptions } from "./options.ts";
import { Pages } from "./pages.ts";
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
  tells: all,
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

  const openJamf = (server: string) =>
    jamfSource(parsed({ kind: "jamf", server, user: "admin", password: "pass:word" }));
  const openIntune = (origin: string) =>
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
  const openSimple = (origin: string) =>
    simplemdmSource(parsed({ kind: "simplemdm", base: `${origin}/api/v1/`, token: "k" }));

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
    expect(sorted(counts)).toEqual(expectedCounts(all));
    expect(asked.filter((line) => line.endsWith("/details"))).toHaveLength(310);
  });

  it("a next page on another server is not asked for: the token would go there", async () => {
    const evil: MdmKind = {
      ...intune,
      answer: () => ({ body: { value: [], "@odata.nextLink": "https://elsewhere.example/steal" } }),
    };
    await expect(ask(evil, "x", openIntune)).rejects.toThrow(/another server, "https:\/\/elsewhere.example"/);
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
    await expect(ask(short, "k", openJamf)).rejects.toThrow(/announced 5 devices and sent 0/);
  });

  it.each<[string, JamfServer, string]>([
    ["all versions", {}, "v4"],
    ["a server of today without the old ones", { versions: [4] }, "v4"],
    ["a server of last year", { versions: [1, 2] }, "v2"],
    ["an old server", { versions: [1] }, "v1"],
  ])("Jamf's newest inventory is asked, and an older one where that is not there: %s", async (_, what, version) => {
    const { counts, asked } = await ask(jamfServer(what), "k", openJamf);
    expect(sorted(counts)).toEqual(expectedCounts({ ...all, board: true }));
    expect(asked.at(-1)).toContain(`/api/${version}/computers-inventory`);
    const missed = asked.filter((line) => line.includes("computers-inventory") && !line.includes(`/${version}/`));
    expect(missed.length).toBe(4 - Number(version.slice(1)));
  });

  it("Jamf without any inventory of computers is an error, not an empty one", async () => {
    await expect(ask(jamfServer({ versions: [] }), "k", openJamf)).rejects.toThrow(/it answered 404/);
  });

  it.each<[string, JamfServer]>([
    ["leaves out the sum", { total: () => undefined }],
    ["sends null for the sum", { total: () => null }],
    ["sends smaller pages than it is asked for, and no sum", { total: () => undefined, cap: 7 }],
    ["sends smaller pages than it is asked for", { cap: 7 }],
  ])("Jamf that %s is read to its end", async (_, what) => {
    const { counts } = await ask(jamfServer(what), "k", openJamf);
    expect(sorted(counts)).toEqual(expectedCounts({ ...all, board: true }));
  });

  it("Jamf that announces more than can be is an error at once", async () => {
    await expect(ask(jamfServer({ total: () => 1e9, cap: 1 }), "k", openJamf)).rejects.toThrow(/announces 1000000000/);
  });

  it.each<[string, MdmKind, (origin: string) => DeviceSource]>([
    ["jamf", jamfServer({ cap: 20 }), openJamf],
    ["simplemdm", simplemdm, openSimple],
    ["kandji", kandji, (origin) => kandjiSource(parsed({ kind: "kandji", base: `${origin}/api/v1/`, token: "k" }))],
    [
      "mosyle",
      mosyle(1),
      (origin) =>
        mosyleSource(
          parsed({
            kind: "mosyle",
            base: `${origin}/v2/`,
            accessToken: "school-key",
            email: "it@school.example",
            password: "pw",
          }),
        ),
    ],
    [
      "meraki",
      meraki,
      (origin) => merakiSource(parsed({ kind: "meraki", base: `${origin}/api/v1/`, apiKey: "k", networks: ["N_1"] })),
    ],
    ["intune", intune, openIntune],
  ])("%s whose pages go in a circle is noticed", async (_, kind, open) => {
    // the third page is the second again, and so on
    const pages: ReturnType<MdmKind["answer"]>[] = [];
    const circle: MdmKind = {
      ...kind,
      answer: (request, origin) => {
        const answer = kind.answer(request, origin);
        if ((answer.status ?? 200) !== 200) return answer;
        pages.push(pages.length < 3 ? answer : (pages[1 + (pages.length % 2)] as typeof answer));
        return pages.at(-1) as typeof answer;
      },
    };
    await expect(ask(circle, "k", open)).rejects.toThrow(/its pages do not end/);
    expect(pages.length).toBeLessThan(8);
  });

  it("pages that are all new and never end are given up after so many", () => {
    const said: string[] = [];
    const broken = (problem: string) => new Error(problem);
    const pages = new Pages({ broken } as unknown as InventoryClient, { say: (text) => void said.push(text) });
    expect(() => {
      for (let page = 0; ; page += 1) pages.turn(1, `${page}`);
    }).toThrow("20001 devices on 20001 pages so far");
    expect(said).toHaveLength(4);
  });

  it("one answer of 500 costs nothing, and a long wait is reported", async () => {
    let failed = false;
    const flaky: MdmKind = {
      ...simplemdm,
      answer: (request, origin) => {
        if (failed || !request.url.searchParams.has("starting_after")) return simplemdm.answer(request, origin);
        failed = true;
        return { status: 500, body: {}, headers: { "retry-after": "86400" } };
      },
    };
    const server = await startMdm(flaky, { key: "k" });
    const { context, waits, said } = deviceContext();
    expect(sorted(await openSimple(server.origin).count(context))).toEqual(expectedCounts(all));
    expect([waits, said]).toEqual([[600_000], ["SimpleMDM answered 500; it is asked again in 10 min"]]);
    await server.close();
  });

  it.each(["0", "-5", "1.5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])(
    "Retry-After: %s is not permission to ask at once",
    async (retryAfter) => {
      const server = await startMdm(simplemdm, { key: "k", busyEvery: 2, retryAfter });
      const { context, waits } = deviceContext();
      await openSimple(server.origin).count(context);
      expect(Math.min(...waits)).toBe(1000);
      await server.close();
    },
  );

  it.skipIf(!hasOpenssl())(
    "a server of one's own authority is trusted by caFile, and else refused once, with what to do",
    async () => {
      const certificate = ownCertificate("IP:127.0.0.1");
      const body = JSON.stringify({ has_more: false, data: [{ id: 1, attributes: { product_name: "iPad6,8" } }] });
      const server = createServer(certificate, (_, response) => response.end(body));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/`;
      const { context, waits } = deviceContext();
      const source = (more: object) => simplemdmSource(parsed({ kind: "simplemdm", base, token: "k", ...more }));
      await expect(source({}).count(context)).rejects.toMatchObject({
        code: "DEVICES_BROKEN",
        next: expect.stringContaining("caFile"),
      });
      expect(waits).toEqual([]);
      expect(await source({ caFile: certificate.file }).count(context)).toMatchObject([{ model: "iPad6,8", count: 1 }]);
      server.close();
      certificate.remove();
    },
  );

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

  it("nextLink() reads the Link header, quoted or not, wherever next is", () => {
    expect(nextLink('<https://a/?x=1,2>; rel="first", <https://a/?n=2>; rel="next"')).toBe("https://a/?n=2");
    expect(nextLink("<https://a/n>; rel=next, <https://a/l>; rel=last")).toBe("https://a/n");
    expect(nextLink("<https://a/p>; rel=prev")).toBeUndefined();
    expect(nextLink(undefined)).toBeUndefined();
  });
});
