import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { useNetwork } from "../../core/http/http.ts";
import { hasOpenssl, ownCertificate } from "../../fixtures/network/certificate.ts";
import type { Notice } from "../state/state.ts";
import { messageOf } from "../words/words.ts";
import { serverAlert } from "./command.ts";
import { createNotifier } from "./notify.ts";
import { notifierSchema } from "./options.ts";

const NOW = Date.parse("2026-11-20T01:00:00Z");
const SECRET = `whsec_${Buffer.from("a key of some length for a test").toString("base64")}`;
const folder = mkdtempSync(join(tmpdir(), "larder-notify-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const notice: Notice = {
  ...{ id: "msg_a1", incident: "msg_a1", kind: "firing", rule: "pressure", place: "North", level: "bad" },
  ...{ atMs: NOW, remaining: 1 },
  alerts: [
    {
      ...{ server: "c1 <!channel>", part: "", tags: { region: "North" }, sinceMs: NOW - 3_600_000 },
      values: { pressure: 0.9 },
    },
  ],
};
const over: Notice = { ...notice, id: "msg_a2", kind: "recovered", remaining: 0 };
const message = messageOf(notice, { language: "en", timeZone: "UTC", link: "https://board.example/" });

/** A server that gives each request the next answer, and then 200. */
async function receiver(answers: { readonly status: number; readonly after?: string }[] = []) {
  const received: { url: string; headers: Record<string, string>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
    });
    request.on("end", () => {
      received.push({ url: request.url ?? "", headers: request.headers as Record<string, string>, body });
      const { status, after } = answers.shift() ?? { status: 200 };
      response.writeHead(status, after === undefined ? {} : { "retry-after": after }).end("said");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/t/secret-part` };
}

async function made(options: object) {
  const parsed = notifierSchema.parse({ name: "n", ...options });
  return await createNotifier(parsed, { nowMs: Date.now, recipientsOf: async () => ["ada@example.org"] });
}

const HTTP = [
  ["webhook", {}, "delivered"],
  ["slack", {}, "delivered"],
  ["teams", {}, "accepted"],
  ["ntfy", {}, "delivered"],
  ["pagerduty", { routingKey: "key" }, "accepted"],
] as const;

describe.each(HTTP)("notifier %s", (type, more, receipt) => {
  it("delivers what, where, since when and what to do, and says what the other side's yes is worth", async () => {
    const { received, url } = await receiver();
    expect(await (await made({ type, url, ...more })).send(notice, message)).toBe(receipt);
    expect(received).toHaveLength(1);
    const [{ body = "" } = {}] = received;
    for (const part of ["Cache pressure high", "c1", "North", "2026-11-20 00:00", "larger disk", "board.example"]) {
      expect(body).toContain(part);
    }
  });

  it.each([
    [429, true, 7000],
    [503, true, undefined],
    [400, false, undefined],
    [404, false, undefined],
  ])("parts what may pass later from what will not: %i", async (status, retryable, askedMs) => {
    const { url } = await receiver([{ status, ...(askedMs === undefined ? {} : { after: "7" }) }]);
    const sending = (await made({ type, url, ...more })).send(notice, message);
    await expect(sending).rejects.toMatchObject({ retryable, askedMs });
    // the address is a secret
    const said = await sending.catch((error: unknown) => String(error));
    expect(said).not.toContain("secret-part");
    expect(said).toContain("127.0.0.1");
  });

  it("keeps what nobody takes for later", async () => {
    const notifier = await made({ type, url: "http://127.0.0.1:1/secret-part?sig=x", ...more });
    const sending = notifier.send(notice, message);
    await expect(sending).rejects.toMatchObject({ code: "ALERT_UNSENT", retryable: true });
    expect(await sending.catch((error: unknown) => String(error))).not.toContain("secret-part");
  });
});

describe.skipIf(!hasOpenssl())("mail to a server with a certificate of its own", () => {
  const own = ownCertificate("IP:127.0.0.1");
  afterAll(async () => {
    own.remove();
    await useNetwork({});
  });

  it.each([
    ["starttls", false],
    ["tls", true],
  ] as const)(
    "signs in over %s where network.caFile trusts it, and sends nothing where it does not",
    async (security, secure) => {
      const mails: string[] = [];
      const server = new SMTPServer({
        ...{ key: own.key, cert: own.cert, secure, authMethods: ["LOGIN", "PLAIN"], logger: false },
        onAuth: ({ username, password }, session, done) =>
          session.secure && password === "right" ? done(null, { user: username }) : done(new Error("no")),
        onData: (stream, session, done) => {
          let text = "";
          stream.on("data", (chunk: Buffer) => {
            text += chunk.toString("utf8");
          });
          stream.on("end", () => {
            mails.push(`${session.secure} ${session.user} ${text}`);
            done();
          });
        },
      });
      server.on("error", () => undefined);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closers.push(() => server.close());
      const { port } = server.server.address() as AddressInfo;
      const login = { username: "u", password: "right", from: "larder@example.org", to: ["bob@example.org"] };
      const notifier = await made({ type: "mail", host: "127.0.0.1", port, security, ...login });
      await useNetwork({});
      for (const environment of ["", "0"]) {
        vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", environment);
        await expect(notifier.send(notice, message)).rejects.toMatchObject({ retryable: true });
      }
      vi.unstubAllEnvs();
      expect(mails).toEqual([]);
      await useNetwork({ caFile: own.file });
      const drawn = {
        ...message,
        html: '<img src="cid:day">',
        pictures: [{ name: "day", png: Buffer.from("a picture") }],
      };
      expect(await notifier.send(notice, drawn)).toBe("accepted");
      expect(mails).toHaveLength(1);
      expect(mails[0]).toMatch(/^true u /);
      // the picture lies within the mail
      expect(mails[0]).toMatch(/Content-Id: <day>/i);
      expect(mails[0]).toContain(Buffer.from("a picture").toString("base64"));
    },
  );
});

it("a reminder says how to end it, and no name from outside gets into the command", () => {
  const endOf = (kind: Notice["kind"], ...servers: string[]): string | undefined => {
    const alerts = servers.map((server) => ({ server, part: "", tags: {}, sinceMs: NOW, values: { pressure: 0.9 } }));
    const { facts } = messageOf({ ...notice, kind, alerts }, { language: "en", timeZone: "UTC", link: undefined });
    return facts.find(({ value }) => value.includes("silence add"))?.value;
  };
  const command = (name: string) =>
    `sudo larder alerts silence add --rule pressure --cache ${name} --for 52w --why TEXT`;
  expect(endOf("reminder", "c1.example")).toBe(command("c1.example"));
  expect(endOf("reminder", "c1", "c2")).toBe(command("NAME"));
  for (const server of ["$(reboot)", "a b", "--all", "a;b"]) expect(endOf("reminder", server)).toBe(command("NAME"));
  expect(endOf("firing", "c1")).toBeUndefined();
});

describe("each in its own form", () => {
  it("webhook: signed, also while keys change", async () => {
    const { received, url } = await receiver();
    const other = `whsec_${Buffer.from("another key of some length here").toString("base64")}`;
    await (await made({ type: "webhook", url, secret: `${SECRET} ${other}` })).send(notice, message);
    const [{ body = "", headers = {} } = {}] = received;
    for (const key of [SECRET, other]) expect(new Webhook(key).verify(body, headers)).toBeTypeOf("object");
    await expect(made({ type: "webhook", url, secret: "plain" })).rejects.toMatchObject({ code: "ALERT_SECRET" });
  });

  it("slack: names of servers call nobody", async () => {
    const { received, url } = await receiver();
    await (await made({ type: "slack", url })).send(notice, message);
    const [, section] = (JSON.parse(received[0]?.body ?? "") as { blocks: { text: { text: string } }[] }).blocks;
    expect(section?.text.text).not.toContain("<!channel>");
  });

  it("teams: refuses the addresses Microsoft has switched off", async () => {
    const url = "https://school.webhook.office.com/webhookb2/x";
    await expect(made({ type: "teams", url })).rejects.toMatchObject({ code: "ALERT_RETIRED" });
  });

  it("pagerduty: one incident from its beginning to its end, and none ends in part", async () => {
    const { received, url } = await receiver();
    const notifier = await made({ type: "pagerduty", url, routingKey: "key" });
    for (const each of [notice, { ...over, remaining: 1 }, over]) await notifier.send(each, message);
    const bodies = received.map(({ body }) => JSON.parse(body) as Record<string, string>);
    expect(bodies.map(({ event_action, dedup_key }) => `${event_action} ${dedup_key}`)).toEqual([
      "trigger msg_a1",
      "resolve msg_a1",
    ]);
  });

  it("command and server: arguments are a list, and a failure is one", async () => {
    const out = join(folder, "out");
    const script = join(folder, "script");
    writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$@" > "${out}"\ncat >> "${out}"\n`, { mode: 0o755 });
    const said = { ...message, subject: 'a "quoted" $(thing)' };
    expect(await serverAlert({ name: "n", program: script }).send(notice, said)).toBe("accepted");
    expect(readFileSync(out, "utf8").split("\n").slice(0, 5)).toEqual([
      ...["postAlert", "CustomAlert", "Common", "subject", 'a "quoted" $(thing)'],
    ]);
    await (await made({ type: "command", command: [script, "x"] })).send(notice, message);
    expect(readFileSync(out, "utf8")).toMatch(/^x\n\{.*"rule":"pressure"/);
    const failing = await made({ type: "command", command: ["/bin/sh", "-c", "echo why >&2; exit 3"] });
    await expect(failing.send(notice, message)).rejects.toThrow(/why/);
    // what is in our environment may be a password
    process.env["LARDER_TEST_TOKEN"] = "hidden";
    const showing = await made({ type: "command", command: ["/bin/sh", "-c", `env > '${out}'`] });
    await showing.send(notice, message).finally(() => delete process.env["LARDER_TEST_TOKEN"]);
    expect(readFileSync(out, "utf8")).toContain("PATH=");
    expect(readFileSync(out, "utf8")).not.toContain("hidden");
    chmodSync(script, 0o777);
    const open = await made({ type: "command", command: [script, "never"] });
    await expect(open.send(notice, message)).rejects.toThrow(/was not run: everybody may write it/);
    expect(readFileSync(out, "utf8")).not.toContain("never");
  });

  it("mail: text and HTML to both lists, signed in over STARTTLS or in clear, one id for every try", async () => {
    const mails: { to: string[]; text: string; secure: boolean; user: string }[] = [];
    const server = new SMTPServer({
      authMethods: ["PLAIN"],
      onAuth: ({ username, password }, _session, done) =>
        password === "right" ? done(null, { user: username }) : done(new Error("no")),
      onData: (stream, session, done) => {
        let text = "";
        stream.on("data", (chunk: Buffer) => {
          text += chunk.toString("utf8");
        });
        stream.on("end", () => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          mails.push({ to, text, secure: session.secure, user: String(session.user) });
          done();
        });
      },
      allowInsecureAuth: true,
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => server.close());
    const { port } = server.server.address() as AddressInfo;
    const common = { type: "mail", host: "127.0.0.1", port, from: "larder@example.org", to: ["bob@example.org"] };
    const login = { username: "u", password: "right", alertData: "/x" };
    const notifier = await made({ ...common, ...login, security: "none" });
    for (const each of [notice, notice, over]) expect(await notifier.send(each, message)).toBe("accepted");
    const ids = mails.map(({ text }) => /^Message-ID: (.*)$/im.exec(text)?.[1]?.trim());
    expect(ids).toEqual(["<msg_a1@example.org>", "<msg_a1@example.org>", "<msg_a2@example.org>"]);
    expect(mails[0]).toMatchObject({ to: ["bob@example.org", "ada@example.org"], user: "u" });
    expect(mails[0]?.text).toMatch(/Content-Type: text\/plain[\s\S]*Content-Type: text\/html/);
    const plain = /text\/plain[\s\S]*?\r?\n\r?\n([\s\S]*?)\r?\n--/.exec(mails[0]?.text ?? "")?.[1] ?? "";
    expect(plain).toContain("larger disk");
    for (const line of plain.split(/\r?\n/)) expect(line.length).toBeLessThanOrEqual(72);
    expect(mails[2]?.text).toMatch(/^In-Reply-To: <msg_a1@example.org>/im);
    // a certificate of the server's own is not trusted, and nothing is sent in clear instead
    await expect((await made({ ...common, ...login })).send(notice, message)).rejects.toMatchObject({
      retryable: true,
    });
    const wrong = await made({ ...common, ...login, password: "wrong", security: "none" });
    await expect(wrong.send(notice, message)).rejects.toMatchObject({ retryable: false });
    expect(mails).toHaveLength(3);
  });
});
