/**
 * Somebody who is notified: takes notices by webhook, knows a repeat by its name, and can be out of reach.
 *
 * @module
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A notice, once. */
export interface Notice {
  readonly type: string;
  readonly rule: string;
  readonly level: string;
  readonly servers: readonly string[];
  readonly parts: readonly (string | undefined)[];
  readonly at: string;
  /** What it is about, from the first notice to the last. */
  readonly incident: string;
  readonly title: string;
}

interface Body {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly rule: string;
    readonly level: string;
    readonly incident: string;
    readonly title: string;
    readonly alerts: readonly { readonly server?: string; readonly part?: string }[];
  };
}

const PING = "/looked";

export class Notified {
  #looks = 0;
  readonly #notices = new Map<string, Notice>();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.startsWith(PING) === true) {
        if (!request.url.endsWith("/start")) this.#looks++;
        response.writeHead(200).end();
        return;
      }
      if (!this.reachable) {
        response.writeHead(503).end();
        return;
      }
      this.#take(String(request.headers["webhook-id"]), JSON.parse(Buffer.concat(chunks).toString("utf8")) as Body);
      response.writeHead(200).end();
    });
  });
  reachable = true;

  static async start(): Promise<Notified> {
    const notified = new Notified();
    notified.#server.listen(0, "127.0.0.1");
    await once(notified.#server, "listening");
    return notified;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  get notices(): readonly Notice[] {
    return [...this.#notices.values()];
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The address that is called after each look, always in reach. */
  get pingUrl(): string {
    return new URL(PING, this.url).href;
  }

  /** How many looks for alerts have ended. */
  get looks(): number {
    return this.#looks;
  }

  #take(id: string, { type, timestamp, data }: Body): void {
    const { rule, level, title, incident, alerts } = data;
    const servers = alerts.flatMap(({ server }) => server ?? []);
    this.#notices.set(id, {
      type,
      rule,
      level,
      title,
      incident,
      at: timestamp,
      servers,
      parts: alerts.map(({ part }) => part),
    });
  }
}
