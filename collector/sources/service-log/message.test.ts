import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../../core/testing/runs.ts";
import { deviceOf } from "./device.ts";
import { fileKind } from "./file-kind.ts";
import { logSize } from "./log-size.ts";
import { clientAddress, parseMessage } from "./message.ts";
import { withoutAddresses } from "./points.ts";

const served = (text: string) => parseMessage(`#ASDOW8CvyaXH Served ${text}`);

describe("parseMessage()", () => {
  it("reads what was served, with the unit after the second number alone", () => {
    expect(served("all 530 of 530 bytes; 0 from cache, 530 stored from Internet, 0 from peers")).toEqual({
      type: "served",
      id: "ASDOW8CvyaXH",
      bytes: { sent: 530, fromCache: 0, fromOrigin: 530, fromPeers: 0, fromParents: 0 },
      wanted: 530,
      whole: true,
    });
  });

  it("reads decimal units", () => {
    const text = "all 18.3 MB of 18.3 MB; 13 KB from cache, 18.3 MB stored from Internet, 0 bytes from peers";
    expect(served(text)).toMatchObject({
      bytes: { sent: 18_300_000, fromCache: 13_000, fromOrigin: 18_300_000, fromPeers: 0 },
      whole: true,
    });
  });

  it("counts of a transfer that broke off what was sent, not what was wanted", () => {
    const text =
      "1.5 GB of 6 GB; 1 GB from cache, 0 bytes stored from Internet, 0 bytes from peers, 500 MB from parents";
    expect(served(text)).toMatchObject({
      bytes: { sent: 1_500_000_000, fromCache: 1_000_000_000, fromParents: 500_000_000 },
      wanted: 6_000_000_000,
      whole: false,
    });
  });

  it("takes nothing of a line it half understands", () => {
    expect(served("all 5 KB of 5 KB; 5 KB from cache, 3 KB from the moon")).toBeUndefined();
    expect(served("all 5 furlongs of 5 KB; 5 KB from cache")).toBeUndefined();
  });

  it("reads a request with and without its client", () => {
    expect(
      parseMessage('#juj1UapxWU6Y Received GET request by "com.apple.appstored/1.0" for /itunes-assets/a/b.ipa'),
    ).toEqual({
      type: "request",
      id: "juj1UapxWU6Y",
      method: "GET",
      address: undefined,
      agent: 'by "com.apple.appstored/1.0" for ',
      file: "/itunes-assets/a/b.ipa",
    });
    expect(
      parseMessage(
        "#Gv2SiVDKnjfx Received GET request from 149.166.73.137:56833 by itunesstored/1.0 iOS/10.0.2 model/iPhone7,2 for http://a.b/c.ipa",
      ),
    ).toMatchObject({ address: "149.166.73.137", file: "http://a.b/c.ipa" });
  });

  it.each([
    ["10.0.0.5:1234", "10.0.0.5"],
    ["[2001:db8::1]:1234", "2001:db8::1"],
    ["[fe80::1%en0]:1234", "fe80::1"],
    ["::ffff:10.0.0.5:1234", "10.0.0.5"],
    ["somebody", undefined],
  ])("takes the address of %s", (text, address) => expect(clientAddress(text)).toBe(address));

  it.each([
    ["Built-in Caching Server version 214.2 started", "service-started"],
    ["Registration rejected.", "registration-refused"],
    [
      "Removed all 247.93 GB in 14627 assets (including 99.14 GB in 13177 personal [icloud] assets) from the cache because registration failed",
      "cache-emptied",
    ],
    ["Still not registered, flushing the cache", "cache-emptied"],
    ["Server is suspended pending successful registration. Will re-register in 3300 seconds.", "service-suspended"],
    ["Timed out waiting for /Volumes/Cache", "disk-error"],
  ])("notices %s", (text, kind) => expect(parseMessage(text)).toMatchObject({ type: "notice", kind }));

  it("knows what is of no interest, and does not know the rest", () => {
    expect(parseMessage("#juj1UapxWU6Y ECAssetHandler[0x6c09dfc60]: Asset /a, path /b, extents none")).toEqual({
      type: "known",
    });
    expect(parseMessage("AllowSharedCaching setting = 0")).toEqual({ type: "known" });
    expect(parseMessage("The flux capacitor is warm")).toBeUndefined();
  });

  it("never throws, whatever a line says", () => {
    const pieces = fc.constantFrom(
      "#a ",
      "Received ",
      "GET request ",
      "Served ",
      "all ",
      "5 KB",
      " of ",
      "; ",
      "from ",
      "[",
      "]:1",
      "by ",
      "\u0000",
      "Removed all ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.oneof(pieces, fc.string())).map((parts) => parts.join("")),
        ),
        (text) => {
          parseMessage(text);
          deviceOf(text);
          fileKind(text);
          logSize(text);
        },
      ),
      { numRuns: runs(150) },
    );
  });
});

describe("deviceOf()", () => {
  it.each([
    ["itunesstored/1.0 iOS/10.0.2 model/iPhone7,2 build/14A456 (6; dt:107)", "iPhone", "iPhone7,2", "iOS 10.0.2"],
    ["com.apple.appstored/1.0 iOS/17.1.2 model/iPad13,18 hwp/t8101 (6; dt:1)", "iPad", "iPad13,18", "iOS 17.1.2"],
    ["AppleTV tvOS/17.0 model/AppleTV14,1", "Apple TV", "AppleTV14,1", "tvOS 17.0"],
    ["appstoreagent/1.0 (Macintosh; OS X 10.12.1) AppleWebKit", "Mac", "unknown", "macOS 10.12.1"],
    ["Software%20Update CFNetwork/807 Darwin/16.1.0 (x86_64)", "Mac", "unknown", "macOS 10.12.1"],
    ["softwareupdated CFNetwork/1 Darwin/23.1.0", "Mac", "unknown", "macOS 14"],
    ["MobileAsset/1.1 CFNetwork/1 Darwin/25.0.0", "Mac", "unknown", "macOS 26"],
    ["Configurator/2.3", "Configurator", "unknown", "unknown"],
    ["larder/0.1.0", "larder", "unknown", "unknown"],
    ["com.apple.appstored/1.0", "unknown", "unknown", "unknown"],
    ["iOS/10.0.2", "iOS device", "unknown", "iOS 10.0.2"],
    ["evil/1 model/Toaster9,9 iOS/1234567890", "unknown", "unknown", "unknown"],
  ])("reads %s", (agent, family, model, os) => expect(deviceOf(agent)).toEqual({ family, model, os }));
});

describe("fileKind()", () => {
  it.each([
    ["/a-09f98d6971/pre-thinned756.thinned.signed.dpkg.ipa", "ipa"],
    ["/031-8/com_apple_MobileAsset_CoreSuggestion/6c93.zip?x=1.pkg", "zip"],
    ["[icloud:hvRq3yMBV7JO9hUBRo2p]", "icloud"],
    ["/a/b.exe", "other"],
  ])("of %s", (file, kind) => expect(fileKind(file)).toBe(kind));
});

describe("logSize()", () => {
  it.each([
    ["530", 530],
    ["0", 0],
    ["Zero KB", 0],
    ["1.08 GB", 1_080_000_000],
    ["2.39 TB", 2_390_000_000_000],
    ["1 byte", 1],
    ["12 parsecs", undefined],
  ])("of %s", (text, bytes) => expect(logSize(text)).toBe(bytes));
});

describe("withoutAddresses()", () => {
  it("leaves no address of a computer in a text", () => {
    const text = "at 12:30:05 10.1.2.3 and fe80::1%en0, 2001:db8:0:1::5 wrote /Volumes/Data: No space left on device";
    expect(withoutAddresses(text)).toBe(
      "at 12:30:05 (address) and (address), (address) wrote /Volumes/Data: No space left on device",
    );
  });
});
