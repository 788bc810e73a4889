import { describe, expect, it } from "vitest";
import { addressFault, hostsOf } from "./outside-address.ts";

const none = { hosts: [] };
const fault = (text: string) => addressFault(text, none);

describe("addressFault()", () => {
  it("takes what Apple serves, by http and https, exactly as its catalogues write it", () => {
    for (const url of [
      "http://swcdn.apple.com/content/downloads/1/InstallAssistant.pkg",
      "https://updates.cdn-apple.com/2025/x.ipsw",
      "https://swdist.apple.com/a%20b.dist?x=1&y",
      "HTTP://SWCDN.APPLE.COM/content/good1.pkg",
      "http://swcdn.apple.com:80/x",
      "https://assets.itunes.com/x",
    ]) {
      expect([url, fault(url)]).toEqual([url, undefined]);
    }
  });

  it("refuses this computer and the inner network, however the number is written", () => {
    for (const host of [
      "127.0.0.1",
      "127.1",
      "0x7f.1",
      "2130706433",
      "0177.0.0.1",
      "localhost",
      "sub.localhost",
      "router",
      "cache.local",
      "nas.lan",
      "10.0.0.2",
      "172.31.255.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "0",
      "255.255.255.255",
      "[::1]",
      "[::]",
      "[fe80::1]",
      "[fd00::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:10.0.0.1]",
      "[::127.0.0.1]",
      "[64:ff9b::7f00:1]",
      "[2002:7f00:1::]",
    ]) {
      for (const port of ["", ":22"]) {
        const url = `http://${host}${port}/admin/x.pkg`;
        expect([url, fault(url)]).toEqual([url, expect.stringContaining("is inside this network")]);
      }
    }
  });

  it("refuses every other host, whatever its name resembles", () => {
    for (const host of [
      "example.com",
      "swcdn.apple.com.evil.example",
      "notapple.com",
      "evil-cdn-apple.com",
      "xn--pple-43d.com",
      "8.8.8.8",
      "[2001:4860:4860::8888]",
      "swcdn.apple.com.",
    ]) {
      expect([host, fault(`https://${host}/x`)]).toEqual([host, expect.stringContaining("is not a host of Apple's")]);
    }
    expect(fault("http://swcdn.apple.com:22/x")).toContain("port");
  });

  it("refuses what is not a plain http address: files, users, fragments, control characters, a source of its own", () => {
    for (const url of [
      "file:///etc/passwd",
      "ftp://swcdn.apple.com/x",
      "javascript:alert(1)",
      "//swcdn.apple.com/x",
      "/etc/passwd",
      "swcdn.apple.com/x",
      "http://swcdn.apple.com",
      "http:///x",
      "http://u:p@swcdn.apple.com/x",
      "http://swcdn.apple.com@evil.example/x",
      "http://@swcdn.apple.com/x",
      "http://evil.example\\@swcdn.apple.com/x",
      "http://swcdn.apple.com/x#f",
      "http://swcdn.apple.com/x y",
      "http://swcdn.apple.com/\u001b]0;x\u0007",
      "http://swcdn.apple.com/\u202egkp.x",
      "http://swcdn.apple.com/x?source=evil.example",
      "http://swcdn.apple.com/x?a=1&sourceScheme=http",
      `http://swcdn.apple.com/${"x".repeat(5000)}`,
      "",
    ]) {
      expect([url, fault(url)]).toEqual([url, expect.any(String)]);
    }
  });

  it("takes the hosts an admin named, each with its port, and nothing beside them", () => {
    const hosts = hostsOf(["http://10.0.0.5:8080/list", "https://Mirror.example.org/x/", "/etc/list", "file:///x"]);
    expect(hosts).toEqual(["10.0.0.5:8080", "mirror.example.org"]);
    expect(addressFault("http://10.0.0.5:8080/x.pkg", { hosts })).toBeUndefined();
    expect(addressFault("http://10.0.0.5/x.pkg", { hosts })).toContain("inside");
    expect(addressFault("http://10.0.0.5:22/x.pkg", { hosts })).toContain("inside");
    expect(addressFault("https://mirror.example.org/x.pkg", { hosts })).toBeUndefined();
    expect(addressFault("https://a.mirror.example.org/x.pkg", { hosts })).toContain("not a host");
    const wild = ["*.example.org", "*.0.0.1"];
    expect(addressFault("https://a.example.org/x", { hosts: wild })).toBeUndefined();
    expect(addressFault("https://example.org/x", { hosts: wild })).toContain("not a host");
    expect(addressFault("http://127.0.0.1/x", { hosts: wild })).toContain("inside");
  });

  it("lets a text name files of this computer only when it is one", () => {
    const from = (foundIn: string, text: string) => addressFault(text, { hosts: [], foundIn });
    for (const local of ["file:///etc/passwd", "/dev/zero", "FILE:/etc/hostname", "catalogs/1.dist"]) {
      expect([local, from("https://swscan.apple.com/index.sucatalog", local)]).toEqual([
        local,
        "a text from the network names a file of this computer",
      ]);
      expect([local, from("/srv/mirror/index.sucatalog", local)]).toEqual([local, undefined]);
      expect([local, from("file:///srv/index.sucatalog", local)]).toEqual([local, undefined]);
    }
    expect(from("/srv/index.sucatalog", "http://169.254.169.254/x")).toContain("inside");
  });
});
