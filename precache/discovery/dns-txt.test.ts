import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type NameServer, startNameServer } from "../../fixtures/network/name-server.ts";
import { createLookUp } from "./dns-look-up.ts";
import { parseTxt, rangeText, readLocatorRecords } from "./dns-txt.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
const servers: NameServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function nameServer(records: Readonly<Record<string, string>>): Promise<string> {
  const server = await startNameServer(records);
  servers.push(server);
  return server.address;
}

describe("parseTxt()", () => {
  const text = "prs=17.53.22.2-17.53.22.254,93.184.216.119";
  const packed = "prn=\x24\x11\x35\x16\x02\x11\x35\x16\xfe\x14\x5d\xb8\xd8\x77";

  it.each([
    ["text", text],
    ["text behind its length", `\x2a${text}`],
    ["packed", packed],
    ["packed behind its length", `\x12${packed}`],
  ])("reads Apple's example as %s", (_name, value) => {
    const entry = parseTxt(bytes(value));
    expect(entry?.ranges.map(rangeText)).toEqual(["17.53.22.2-17.53.22.254", "93.184.216.119"]);
    expect(entry?.more).toBe(false);
  });

  it("knows both marks of more", () => {
    expect(parseTxt(bytes("fss=10.0.0.1,more"))).toMatchObject({
      key: "fss",
      more: true,
      ranges: [{ first: "10.0.0.1" }],
    });
    expect(parseTxt(bytes("fsn=\x14\x0a\x00\x00\x01\x2b"))).toMatchObject({ key: "fsn", more: true });
  });

  it("stops at an unknown tag and at a short rest", () => {
    expect(parseTxt(bytes("prn=\x14\x0a\x00\x00\x01\x99\x01"))?.ranges).toHaveLength(1);
    expect(parseTxt(bytes("prn=\x16\x0a\x00"))?.ranges).toEqual([]);
  });

  it("takes back every packed IPv4 and IPv6 range", () => {
    const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const entry = fc.oneof(
      v4.map((a) => ({ tag: 0x14, parts: [a] })),
      fc.tuple(v4, v4).map((parts) => ({ tag: 0x24, parts })),
      v6.map((a) => ({ tag: 0x16, parts: [a] })),
      fc.tuple(v6, v6).map((parts) => ({ tag: 0x26, parts })),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 9 }), (entries) => {
        const value = Buffer.concat(entries.flatMap(({ tag, parts }) => [Buffer.from([tag]), ...parts]));
        const found = parseTxt(Buffer.concat([bytes("prn="), value]));
        expect(found?.ranges).toHaveLength(entries.length);
        entries.forEach(({ tag, parts }, i) => {
          if ((tag & 15) === 4) expect(found?.ranges[i]?.first).toBe(parts[0]?.join("."));
        });
      }),
    );
  });

  it("never throws on any bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("", "prs=", "prn=", "fss=", "fsn="),
        (rest, head) => {
          parseTxt(Buffer.concat([bytes(head), rest]));
        },
      ),
    );
  });
});

describe("readLocatorRecords()", () => {
  it("follows the chain over a real name server, bytes and all, while it says more", async () => {
    const server = await nameServer({
      "_aaplcache._tcp.example.org": "prs=203.0.113.1,10.149.248.1-10.149.249.255,more",
      "_aaplcache1._tcp.example.org": "fsn=\x24\x0a\xff\x00\x01\x0a\xff\x00\xfe\x2b",
      "_aaplcache2._tcp.example.org": "fss=10.1.0.0-10.1.0.9",
      "_aaplcache3._tcp.example.org": "fss=10.9.9.9",
    });
    const found = await readLocatorRecords("example.org", createLookUp([server]));
    expect(found.names).toHaveLength(3);
    expect(found.publicRanges.map(rangeText)).toEqual(["203.0.113.1", "10.149.248.1-10.149.249.255"]);
    expect(found.favoredRanges.map(rangeText)).toEqual(["10.255.0.1-10.255.0.254", "10.1.0.0-10.1.0.9"]);
    expect(found.warnings).toHaveLength(1);
  });

  it("asks at most 25 names", async () => {
    let asked = 0;
    const found = await readLocatorRecords("example.org", async () => {
      asked++;
      return [bytes("fss=10.0.0.1,more")];
    });
    expect([asked, found.names.length]).toEqual([25, 25]);
  });
});
