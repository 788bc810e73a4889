import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ProxyEnvironment, proxyFor, proxyRules } from "./proxy.ts";

function proxied(url: string, environment: ProxyEnvironment): string | undefined {
  return proxyFor(new URL(url), proxyRules(environment))?.place;
}

describe("proxyRules()", () => {
  it("goes by the scheme, lower case first, all_proxy last", () => {
    const all = {
      http_proxy: "http://a:1",
      HTTP_PROXY: "http://b:1",
      HTTPS_PROXY: "http://c:1",
      all_proxy: "http://d:1",
    };
    expect(proxied("http://x.test/", all)).toBe("http://a:1");
    expect(proxied("https://x.test/", all)).toBe("http://c:1");
    expect(proxied("https://x.test/", { all_proxy: "d:1" })).toBe("http://d:1");
    expect(proxied("http://x.test/", { http_proxy: "", HTTP_PROXY: "http://b:1" })).toBe("http://b:1");
    expect(proxied("http://x.test/", { https_proxy: "http://c:1" })).toBeUndefined();
  });

  it("lets a setting win over the variables", () => {
    const rules = proxyRules(
      { http_proxy: "http://a:1", no_proxy: "x.test" },
      { address: "s:3", from: "network.proxy" },
      "y.test",
    );
    expect(proxyFor(new URL("https://x.test/"), rules)?.place).toBe("http://s:3");
    expect(proxyFor(new URL("https://y.test/"), rules)).toBeUndefined();
  });

  it("keeps a login out of what is said of it", () => {
    const proxy = proxyFor(new URL("http://x.test/"), proxyRules({ http_proxy: "http://me:secret@a:1" }));
    expect(proxy).toEqual({ href: "http://me:secret@a:1/", place: "http://a:1", from: "http_proxy" });
  });

  it("refuses what is not a proxy, without showing it", () => {
    for (const address of ["socks5://u:secret@a:1", "http://", "ftp://a", "http://u:secret@a:99999"]) {
      const attempt = () => proxyRules({ https_proxy: address });
      expect(attempt).toThrow(/https_proxy/);
      expect(attempt).not.toThrow(/secret/);
    }
  });
});

describe("no_proxy", () => {
  it.each([
    ["*", "http://x.test/", true],
    ["x.test", "http://x.test/", true],
    ["x.test", "http://a.x.test/", true],
    ["x.test", "http://notx.test/", false],
    [".x.test", "http://a.x.test/", true],
    ["*.x.test", "http://a.x.test/", true],
    ["X.Test", "http://x.test/", true],
    ["x.test:8086", "http://x.test:8086/", true],
    ["x.test:8086", "http://x.test/", false],
    ["x.test:80", "http://x.test/", true],
    ["10.0.0.0/8", "http://10.1.2.3/", true],
    ["10.0.0.0/8", "http://11.1.2.3/", false],
    ["10.1.2.3", "http://10.1.2.3:8086/", true],
    ["2.3", "http://10.1.2.3/", false],
    ["fd00::/8", "http://[fd12::1]:8086/", true],
    ["[fd12::1]:8086", "http://[fd12::1]:8086/", true],
    ["a.test, x.test other.test", "http://x.test/", true],
    ["10.0.0.0/99", "http://10.1.2.3/", false],
  ])("%s and %s: straight %s", (no_proxy, url, straight) => {
    expect(proxied(url, { http_proxy: "http://a:1", no_proxy }) === undefined).toBe(straight);
  });

  it("is never needed for this machine", () => {
    for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "a.localhost"]) {
      expect(proxied(`http://${host}:8086/`, { http_proxy: "http://a:1" })).toBeUndefined();
    }
  });

  it("breaks nothing, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string(), (no_proxy) => {
        proxied("http://x.test/", { http_proxy: "http://a:1", no_proxy });
        proxied("http://[fd12::1]/", { http_proxy: "http://a:1", no_proxy });
      }),
    );
  });
});
