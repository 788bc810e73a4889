/**
 * What one server takes on: connections, requests and time, together and from one address.
 *
 * @module
 */
import type { Socket } from "node:net";
import { isLoopbackHost } from "./access.ts";

export interface ServerLimits {
  readonly connections: number;
  /** From one address. Not counted on loopback, where a proxy may stand for many. */
  readonly connectionsPerAddress: number;
  /** From one address, not counted on loopback. A refused token counts ten times. */
  readonly requestsPerMinute: number;
  /** Feeds open at a time. */
  readonly feeds: number;
  /** Longest time until the head, and until the whole request, has come, milliseconds. */
  readonly headMs: number;
  readonly requestMs: number;
  /** A connection is closed after as long without a byte, milliseconds. */
  readonly idleMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  connections: 2000,
  connectionsPerAddress: 100,
  requestsPerMinute: 1200,
  feeds: 200,
  headMs: 10_000,
  requestMs: 30_000,
  idleMs: 75_000,
};

export const MAX_HEAD_BYTES = 16 * 1024;
const MINUTE_MS = 60_000;

/** Connections by address: closes those above the limit. */
export class ConnectionCount {
  readonly #open = new Map<string, number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(socket: Socket): void {
    const address = addressOf(socket);
    if (isLoopbackHost(address)) return;
    const count = (this.#open.get(address) ?? 0) + 1;
    if (count > this.#most) return void socket.destroy();
    this.#open.set(address, count);
    socket.once("close", () => {
      const left = (this.#open.get(address) ?? 1) - 1;
      if (left === 0) this.#open.delete(address);
      else this.#open.set(address, left);
    });
  }
}

/** Requests by address in the running minute. */
export class RequestRate {
  #minute = 0;
  readonly #counts = new Map<string, number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a request. @returns seconds to wait, 0 when it may pass */
  take(address: string, nowMs: number, weight = 1): number {
    if (isLoopbackHost(address)) return 0;
    const minute = Math.floor(nowMs / MINUTE_MS);
    // another minute, or a clock that was set back
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(address) ?? 0) + weight;
    this.#counts.set(address, count);
    return count > this.#most ? Math.ceil(((minute + 1) * MINUTE_MS - nowMs) / 1000) : 0;
  }
}

/** The address of the other end; an IPv4 one as such. */
export function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}
