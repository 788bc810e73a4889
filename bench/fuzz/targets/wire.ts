/** What comes over the network as bytes: requests to our servers, packets of name servers, answers of those we notify. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { pagerduty } from "../../../alerts/notify/pagerduty.ts";
import { slack } from "../../../alerts/notify/slack.ts";
import { teams } from "../../../alerts/notify/teams.ts";
import { webhook } from "../../../alerts/notify/webhook.ts";
import { NO_SITES, openReceiver } from "../../../collector/receiver/receiver.ts";
import { LarderError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { hideFromNowOn } from "../../../core/revealed.ts";
import { unsynced } from "../../../core/testing/unsynced-disk.ts";
import { reportBody } from "../../../fixtures/reports/reports.ts";
import { openApi } from "../../../grafana/api/api.ts";
import { askTxt } from "../../../precache/discovery/dns-look-up.ts";
import { readLocatorRecords } from "../../../precache/discovery/dns-txt.ts";
import { openLive } from "../../../report/live/live.ts";
import { wordsOf } from "../../../report/words.ts";
import { answer, asAnswer, fuzzFolder } from "../edges.ts";
import { json, texts } from "../seeds.ts";
import type { Target } from "../target.ts";
import { asPacket, asRequest, TOKEN, txtPacket } from "../wire.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");
const DOMAIN = "example.org";

async function receiverRoutes() {
  const stateDir = mkdtempSync(join(fuzzFolder(), "receiver-"));
  const own = { stateDir, server: "head", tags: {}, sites: () => NO_SITES, log: silentLog, nowMs: () => NOW };
  return (await openReceiver({ ...own, disk: unsynced })).routes;
}

async function liveRoutes() {
  const live = openLive({
    ...{ stateDir: mkdtempSync(join(fuzzFolder(), "live-")), timeZone: "Europe/Berlin", server: "cache01" },
    ...{ words: wordsOf("en"), worth: { currency: "EUR", pricePerGB: undefined, lineMbits: undefined } },
    readHealth: async () => ({ findings: [], sinks: [] }),
    readAlerts: async () => [],
    findingsOf: () => [],
    // the look of an open feed; nobody is to wait for it
    clock: { now: () => NOW, sleep: async () => await new Promise((resolve) => setTimeout(resolve, 1000).unref()) },
  });
  return live.routes;
}

const post = (path: string, body: Buffer, more = ""): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${more}Content-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);
const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const BEARER = `Authorization: Bearer ${TOKEN}\r\n`;

const HTTP_WORDS = [
  ...["\r\n", "\r\n\r\n", " HTTP/1.1", " HTTP/1.0", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"],
  ...["Expect: 100-continue\r\n", "Content-Encoding: gzip\r\n", "Upgrade: h2c\r\nConnection: Upgrade\r\n", "OPTIONS *"],
  ...[BEARER, "Cookie: larder=", "%00", "%2e%2e/", "..//", "?token=", "http://x/", "Host: [::1\r\n", "\0", "TRACE "],
];

const ROUTING_KEY = "secret-routing-key";
hideFromNowOn(ROUTING_KEY);

const MESSAGE = {
  ...{ subject: "cache01: disk", what: "The disk is full.", text: "x", next: undefined, link: undefined },
  facts: [{ title: "Free", value: "1 GB" }],
};
const NOTICE = {
  ...{ id: "1", kind: "firing", rule: "disk", incident: "i", place: "x", level: "bad", atMs: NOW, remaining: 0 },
  alerts: [],
};

/** Every notifier that speaks HTTP; what one cannot read, others may. */
async function notifyAll(url: string): Promise<unknown[]> {
  const headers = {};
  const all = [
    slack({ name: "a", url }),
    teams({ name: "a", url }),
    pagerduty({ name: "a", url, routingKey: ROUTING_KEY }),
    webhook({ name: "a", url, secret: undefined, headers, nowMs: () => NOW }),
  ];
  return await Promise.all(
    all.map(async (notifier) => {
      try {
        return await notifier.send(NOTICE as never, MESSAGE as never);
      } catch (error) {
        if (!(error instanceof LarderError)) throw error;
        if (error.message.includes(ROUTING_KEY)) throw new Error("the message shows the key");
        return error.code;
      }
    }),
  );
}

export const targets: readonly Target[] = [
  {
    name: "wire/receiver",
    seeds: () => [
      post(`/metrics/${TOKEN}`, reportBody()),
      post("/metrics", reportBody(), BEARER),
      ...texts(
        `${get("/metrics", BEARER)}${get("/", BEARER)}`,
        `POST /metrics/${TOKEN} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n0\r\n\r\n`,
      ),
    ],
    words: HTTP_WORDS,
    run: asRequest(receiverRoutes),
  },
  {
    name: "wire/live-page",
    seeds: () =>
      texts(
        get("/", BEARER),
        get("/cache/cache01", BEARER),
        get("/feed?page=&since=1-2", `${BEARER}Last-Event-ID: a-1\r\n`),
        `POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 38\r\n\r\ntoken=0123456789abcdef0123456789abcdex`,
        get("/?token=x", "Accept: text/html\r\nCookie: larder=abc; x=y\r\nOrigin: http://evil\r\n"),
      ),
    words: HTTP_WORDS,
    run: asRequest(liveRoutes),
  },
  {
    name: "wire/name-server",
    seeds: () => [
      txtPacket(`_aaplcache._tcp.${DOMAIN}`, Buffer.from("prs=192.0.2.1-192.0.2.9,more"), Buffer.from("fss=10.0.0.1")),
      txtPacket(`_aaplcache._tcp.${DOMAIN}`, Buffer.from("prn=\x04\n\0\0\x01+", "latin1")),
      txtPacket(`_aaplcache1._tcp.${DOMAIN}`),
    ],
    words: ["prn=", "fsn=", "\xc0\x0c", "\0\x10\0\x01", "more"],
    // a packet that is thrown away is waited for; there are 25 names, two tries of each
    mostMs: 8000,
    shortRound: 2,
    run: asPacket(async (server) => {
      const lookUp = async (name: string) => (await askTxt(name, { servers: [server], timeoutMs: 20 })).strings;
      return await readLocatorRecords(DOMAIN, lookUp);
    }),
  },
  {
    name: "wire/notified",
    seeds: () => [
      ...texts("ok", "invalid_payload"),
      ...json({ status: "success", message: "Event processed", dedup_key: "i" }),
      answer(400, '{"status":"invalid event","errors":["Length of routing_key is incorrect: secret-routing-key"]}'),
      answer(429, '{"retry_after":5}'),
      answer(500, "<html>no</html>"),
    ],
    run: asAnswer(notifyAll),
  },
  {
    name: "wire/grafana",
    seeds: () => [
      ...json(
        { database: "ok", version: "12.1.0", versions: [{ version: "v1beta1" }, { version: "v2" }] },
        {
          ...{
            database: "ok",
            versions: [{ version: "v1beta1" }],
            metadata: { resourceVersion: "1", annotations: {} },
          },
          ...{ spec: { title: "x" }, dashboard: { title: "x", version: 1 }, meta: { folderUid: "a" } },
        },
      ),
      answer(404, '{"message":"Not found"}'),
      answer(412, '{"message":"changed by somebody else"}'),
    ],
    run: asAnswer(async (url) => {
      const api = await openApi({ url, token: "secret-of-grafana" });
      return [await api.hasFolder("larder"), await api.board("larder-fleet")];
    }),
  },
];
