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

/** Most connections: of all, and from one address. */
export type ConnectionLimits = Pick<ServerLimits, "connections" | "connectionsPerAddress">;

/**
 * Open connections. What is above the limit of one address is closed. At the limit of all, the one that has been silent
 * longest makes room: a sender that opens thousands and asks nothing closes its own, and nobody who asks waits.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #onFull: () => void;
  readonly #byAddress = new Map<string, number>();
  readonly #open = new Map<string, Socket>();
  /** Without a request under way; silent longest first. */
  readonly #silent = new Set<string>();

  /** @param onFull called each time one has to make room */
  constructor(limits: ConnectionLimits, onFull: () => void) {
    this.#limits = limits;
    this.#onFull = onFull;
  }

  add(socket: Socket): void {
    const [key, address] = [keyOf(socket), addressOf(socket)];
    const fromThere = (this.#byAddress.get(address) ?? 0) + 1;
    if (!isLoopbackHost(address) && fromThere > this.#limits.connectionsPerAddress) return void socket.destroy();
    if (this.#open.size >= this.#limits.connections && !this.#makeRoom()) return void socket.destroy();
    this.#byAddress.set(address, fromThere);
    this.#open.set(key, socket);
    this.#silent.add(key);
    socket.once("close", () => {
      this.#forget(key, socket);
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    });
  }

  /** A request has come. @param key of the connection */
  asks(key: string): void {
    this.#silent.delete(key);
  }

  /** It is answered. */
  isSilent(key: string): void {
    if (this.#open.has(key)) this.#silent.add(key);
  }

  #makeRoom(): boolean {
    this.#onFull();
    const [key] = this.#silent;
    const socket = key === undefined ? undefined : this.#open.get(key);
    if (key === undefined || socket === undefined) return false;
    this.#forget(key, socket);
    socket.destroy();
    return true;
  }

  #forget(key: string, socket: Socket): void {
    if (this.#open.get(key) !== socket) return;
    this.#open.delete(key);
    this.#silent.delete(key);
  }
}

/** The other end: the same for a connection and for what encrypts on it. */
export function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
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
