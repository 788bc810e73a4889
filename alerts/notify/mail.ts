/**
 * Mail over SMTP: text and HTML, to the people of the settings and those of macOS Server's own list.
 *
 * @module
 */

import { errorText } from "../../core/errors.ts";
import { trustedAuthorities } from "../../core/http/http.ts";
import { flow } from "../../core/words/columns.ts";
import type { Notice } from "../state/state.ts";
import { type Message, noticeHtml } from "../words/words.ts";
import { type Notifier, SEND_TIMEOUT_MS, UnsentError } from "./notifier.ts";

const MOST_COLUMNS = 72;

export interface MailSetup {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `starttls` insists on it, `tls` begins with it, `none` never encrypts, `auto` takes STARTTLS where it is offered. */
  readonly security: "auto" | "starttls" | "tls" | "none";
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  /** Looked up for every mail, as lists change. */
  recipients(): Promise<readonly string[]>;
}

export function mail(setup: MailSetup): Notifier {
  const { name, host, port, security, username, password, from } = setup;
  return {
    name,
    type: "mail",
    place: `${host}:${port}`,
    async send(notice, message) {
      const to = await setup.recipients();
      if (to.length === 0) throw new UnsentError(name, "there are no recipients", { retryable: false });
      const { createTransport } = await import("nodemailer");
      const ca = await trustedAuthorities();
      const transport = createTransport({
        ...{ host, port, secure: security === "tls" },
        ...{ requireTLS: security === "starttls", ignoreTLS: security === "none" },
        ...{ connectionTimeout: SEND_TIMEOUT_MS, greetingTimeout: SEND_TIMEOUT_MS, socketTimeout: SEND_TIMEOUT_MS },
        ...(username === undefined ? {} : { auth: { user: username, pass: password ?? "" } }),
        tls: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
        ...{ disableFileAccess: true, disableUrlAccess: true },
      });
      try {
        await transport.sendMail({ from, to: [...to], ...mailOf(notice, message, from) });
        return "accepted";
      } catch (error) {
        throw new UnsentError(name, errorText(error), { retryable: !isPermanent(error), cause: error });
      } finally {
        transport.close();
      }
    },
  };
}

function isPermanent(error: unknown): boolean {
  return typeof error === "object" && error !== null && "permanent" in error && error.permanent === true;
}

function mailOf({ id, incident, kind }: Notice, message: Message, from: string) {
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "larder.invalid";
  return {
    subject: message.subject,
    text: message.html === undefined ? wrapped(message.text) : message.text,
    html: message.html ?? noticeHtml(message),
    attachments: (message.pictures ?? []).map(({ name, png }) => {
      return { filename: `${name}.png`, cid: name, content: Buffer.from(png), contentDisposition: "inline" as const };
    }),
    // the same at every retry: servers and programs for mail know a repeat by it
    messageId: `<${id}@${domain}>`,
    // one incident is one thread
    ...(kind === "firing" || kind === "test" || kind === "daily" ? {} : { inReplyTo: `<${incident}@${domain}>` }),
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

/** Lines of at most 72 columns, as programs for mail do not wrap text. */
function wrapped(text: string): string {
  return text
    .split("\n")
    .flatMap((line) => (line === "" ? [""] : flow(line.split(" "), " ", MOST_COLUMNS)))
    .join("\n");
}
