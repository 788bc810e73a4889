import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, describe, expect, it } from "vitest";
import { ask, events } from "../core/history/history.ts";
import { openJournal } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { pastDeliveries } from "./inspect/inspect.ts";
import { createNotifier } from "./notify/notify.ts";
import { watchOptions } from "./options.ts";
import { openWatch, type WatchSetup } from "./watch.ts";

const NOW = Date.parse("2026-03-30T12:00:00Z");
const MINUTE = 60_000;
const SECRET = `whsec_${Buffer.from("a key of some length for a test").toString("base64")}`;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const folder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), "larder-watch-")));
  return folders.at(-1) ?? "";
};

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A computer that watches and has nothing to report of itself. */
const own = {
  server: "own",
  tags: {},
  sinks: [],
  freeBytes: undefined,
  setAsideBytes: 0,
  damagedBytes: 0,
  log: undefined,
  hasAddress: undefined,
};

/** A receiver that answers with the given status codes, then with `always`. */
async function receiver(answers: number[] = [], { always = 200, retryAfter = "" } = {}) {
  const received: Received[] = [];
  const tried = { count: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const status = answers.shift() ?? always;
      tried.count++;
      if (status < 300) {
        received.push({
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString("utf8"),
        });
      }
      response.writeHead(status, retryAfter === "" ? {} : { "retry-after": retryAfter }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { received, tried, url, close: () => server.close() };
}

const status = (fields: string, timeMs: number): string =>
  `cachestatus,region=North,server=c1 activated=true,active=true,registered=1i,${fields} ${timeMs}\n`;
async function write(stateDir: string, lines: string, timeMs: number): Promise<void> {
  const journal = await openJournal(stateDir, "collector");
  const span = { fromMs: timeMs, toMs: timeMs };
  await journal.append({ lines, lineCount: lines.split("\n").length - 1, span });
  await journal.close();
}

async function setupFor(stateDir: string, url: string, now: { ms: number }): Promise<WatchSetup> {
  const options = watchOptions.parse({ notifiers: [{ name: "hook", type: "webhook", url, secret: SECRET }] });
  const notifiers = await Promise.all(
    options.notifiers.map((each) => createNotifier(each, { nowMs: Date.now, recipientsOf: async () => [] })),
  );
  return { ...{ stateDir, timeZone: "UTC", options, notifiers, log: silentLog }, nowMs: () => now.ms, random: () => 0 };
}

describe("a watch", () => {
  it("notifies once of what is wrong, and once that it is over, in processes of their own", async () => {
    const stateDir = folder();
    const hook = await receiver();
    const now = { ms: NOW };
    const look = async (pressure: number | undefined) => {
      if (pressure !== undefined) await write(stateDir, status(`pressure=${pressure}`, now.ms - MINUTE), now.ms);
      const watch = await openWatch(await setupFor(stateDir, hook.url, now));
      const report = await watch.check(undefined);
      await watch.close();
      now.ms += 15 * MINUTE;
      return report;
    };
    const pressures = [0.9, 0.9, 0.9, 0.9, 0.9, 0.6, 0.1, 0.1, 0.1];
    for (const pressure of pressures) await look(pressure);
    hook.close();
    const bodies = hook.received.map(({ body }) => JSON.parse(body) as { type: string; data: { rule: string } });
    expect(bodies.map(({ type, data }) => `${type} ${data.rule}`)).toEqual([
      "alert.firing pressure",
      "alert.recovered pressure",
    ]);
    for (const { body, headers } of hook.received) new Webhook(SECRET).verify(body, headers);
    const [happened] = await ask(stateDir, [events({ fromMs: 0, toMs: 8e15 })]);
    expect(happened.map(({ event, server }) => `${event} ${server}`)).toEqual(["alert-over c1", "alert c1"]);
  });

  it("takes silence for nothing: an alert goes on while nobody knows, and a silent cache is an alert of its own", async () => {
    const stateDir = folder();
    const hook = await receiver();
    const now = { ms: NOW };
    await write(stateDir, status("pressure=0.9", now.ms), now.ms);
    const watch = await openWatch(await setupFor(stateDir, hook.url, now));
    for (let minute = 0; minute < 180; minute += 10) {
      if (minute < 80) await write(stateDir, status("pressure=0.9", now.ms), now.ms);
      await watch.check(undefined);
      now.ms += 10 * MINUTE;
    }
    await watch.close();
    hook.close();
    const bodies = hook.received.map(({ body }) => JSON.parse(body) as { type: string; data: { rule: string } });
    // no reminder of the pressure while the cache is silent, as the graver holds it back
    expect(bodies.map(({ type, data }) => `${type} ${data.rule}`)).toEqual([
      "alert.firing pressure",
      "alert.firing silent",
      "alert.reminder silent",
    ]);
  });

  it("keeps what a receiver does not take, and sends it under the same id", async () => {
    const stateDir = folder();
    const hook = await receiver([503, 429]);
    const now = { ms: NOW };
    const line = `events,event=wiped,region=North,server=c1 title="Cache wiped",text="it held 9 GB" ${NOW - MINUTE}\n`;
    await write(stateDir, status("pressure=0", NOW - MINUTE) + line, NOW);
    const ids: (string | undefined)[] = [];
    for (let minute = 0; minute < 6; minute++) {
      const watch = await openWatch(await setupFor(stateDir, hook.url, now));
      ids.push(...(await watch.check(undefined)).notices.map(({ id }) => id));
      await watch.close();
      now.ms += MINUTE;
    }
    hook.close();
    expect(hook.received.map(({ headers }) => headers["webhook-id"])).toEqual(ids);
    expect(ids).toHaveLength(1);
    const tried = await pastDeliveries(stateDir, { fromMs: NOW - MINUTE, toMs: NOW + 99 * MINUTE });
    const about = { to: "hook", kind: "firing", rule: "wiped", servers: ["c1"] };
    expect(tried).toMatchObject([
      { ...about, outcome: "delivered", tries: 3, why: undefined },
      { ...about, outcome: "failed", tries: 2, why: expect.stringContaining("429") },
      { ...about, outcome: "failed", tries: 1, why: expect.stringContaining("503") },
    ]);
  });

  it("notifies once of a wipe that the log and the status both tell of", async () => {
    const stateDir = folder();
    const hook = await receiver();
    const now = { ms: NOW };
    const event = (name: string, ms: number): string =>
      `events,event=${name},region=North,server=c1 title="t",text="${name}" ${ms}\n`;
    const watch = await openWatch(await setupFor(stateDir, hook.url, now));
    await write(stateDir, event("cache-emptied", NOW - 2 * MINUTE) + event("cache-emptied", NOW - MINUTE), NOW);
    await watch.check(undefined);
    for (let hour = 1; hour <= 26; hour++) {
      now.ms = NOW + hour * 60 * MINUTE;
      const wiped = hour === 1 ? event("wiped", now.ms) : "";
      await write(stateDir, status("pressure=0,active=true", now.ms) + wiped, now.ms);
      await watch.check(undefined);
    }
    await watch.close();
    hook.close();
    const bodies = hook.received.map(({ body }) => JSON.parse(body) as { type: string; data: { rule: string } });
    expect(bodies.map(({ type, data }) => `${type} ${data.rule}`).filter((each) => !/reminder/.test(each))).toEqual([
      "alert.firing wiped",
      "alert.recovered wiped",
    ]);
  });

  it("keeps what waits for a notifier that cannot be made today", async () => {
    const stateDir = folder();
    const hook = await receiver();
    const now = { ms: NOW };
    const line = `events,event=wiped,region=North,server=c1 title="Cache wiped",text="it held 9 GB" ${NOW - MINUTE}\n`;
    await write(stateDir, status("pressure=0", NOW - MINUTE) + line, NOW);
    const setup = await setupFor(stateDir, hook.url, now);
    for (const notifiers of [[], setup.notifiers]) {
      const watch = await openWatch({ ...setup, notifiers });
      await watch.check(undefined);
      await watch.close();
      now.ms += MINUTE;
    }
    hook.close();
    expect(hook.received).toHaveLength(1);
  });

  it("reports a notifier that takes nothing on the others, and asks it no sooner than it wants to be asked", async () => {
    const stateDir = folder();
    const [good, dead] = [await receiver(), await receiver([], { always: 429, retryAfter: "1200" })];
    const now = { ms: NOW };
    const notifiers = [
      { name: "good", type: "webhook", url: good.url },
      { name: "dead", type: "webhook", url: dead.url },
    ];
    const options = watchOptions.parse({ notifiers, off: ["silent"] });
    const made = await Promise.all(
      options.notifiers.map((each) => createNotifier(each, { nowMs: Date.now, recipientsOf: async () => [] })),
    );
    const line = `events,event=wiped,region=North,server=c1 title="Cache wiped",text="it held 9 GB" ${NOW - MINUTE}\n`;
    await write(stateDir, status("pressure=0", NOW - MINUTE) + line, NOW);
    const setup = await setupFor(stateDir, good.url, now);
    const watch = await openWatch({ ...setup, options, notifiers: made });
    for (let minute = 0; minute < 25; minute++) {
      await watch.check(own);
      now.ms += MINUTE;
    }
    await watch.close();
    for (const each of [good, dead]) each.close();
    const bodies = good.received.map(({ body }) => JSON.parse(body) as { data: { rule: string; title: string } });
    expect(bodies.map(({ data }) => data.rule)).toEqual(["wiped", "notifier"]);
    expect(bodies[1]?.data.title).toContain("own");
    // at once, and after twenty minutes
    expect(dead.tried.count).toBe(2);
  });

  it("reports a notifier that cannot be made on the others, until it can", async () => {
    const stateDir = folder();
    const hook = await receiver();
    const now = { ms: NOW };
    const setup = await setupFor(stateDir, hook.url, now);
    const options = watchOptions.parse({
      notifiers: [...["hook", "page"].map((name) => ({ name, type: "webhook", url: hook.url }))],
    });
    const unmade = [{ name: "page", why: 'Cannot read "/etc/larder/page-url"' }];
    for (const missing of [unmade, unmade, []]) {
      const page = { ...setup.notifiers[0], name: "page" } as (typeof setup.notifiers)[number];
      const notifiers = missing.length > 0 ? setup.notifiers : [...setup.notifiers, page];
      const watch = await openWatch({ ...setup, options, notifiers, unmade: missing });
      await watch.check(own);
      await watch.close();
      now.ms += 10 * MINUTE;
    }
    hook.close();
    const bodies = hook.received.map(
      ({ body }) => JSON.parse(body) as { type: string; data: { rule: string; text: string } },
    );
    expect(bodies.map(({ type, data }) => `${type} ${data.rule}`)).toEqual([
      "alert.firing notifier",
      "alert.recovered notifier",
    ]);
    expect(bodies[0]?.data.text).toContain("/etc/larder/page-url");
  });

  it("is one at a time on a state folder", async () => {
    const stateDir = folder();
    const setup = await setupFor(stateDir, "http://127.0.0.1:9/", { ms: NOW });
    const watch = await openWatch(setup);
    await expect(openWatch(setup)).rejects.toMatchObject({ code: "LOCKED" });
    await watch.close();
  });
});
