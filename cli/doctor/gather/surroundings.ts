/**
 * The world that evidence is gathered from. Everything has a default for real, so that a test can be any Mac.
 *
 * @module
 */
import { open } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { type RunCommand, runCommand } from "../../../core/cache/cache.ts";
import type { AppleHost } from "./hosts.ts";
import { APPLE_HOSTS } from "./hosts.ts";

/** For one of the rounds of questions over the network; Apple's commands have limits of their own, a minute at most. */
export const ROUND_LIMIT_MS = 45_000;

export interface Surroundings {
  readonly system: NodeJS.Platform;
  readonly nowMs: () => number;
  readonly run: RunCommand;
  /** Opens a file to read; what it throws is the finding. */
  readonly tryOpen: (path: string) => Promise<void>;
  readonly addresses: () => readonly { readonly name: string; readonly cidr: string }[];
  readonly resolvConf: string;
  readonly appleHosts: readonly AppleHost[];
  /** First wait for a name server, in milliseconds. */
  readonly dnsTimeoutMs: number;
  /** How long all questions over the network may take together, in milliseconds. */
  readonly limitMs: number;
}

export function realSurroundings(): Surroundings {
  return {
    system: process.platform,
    nowMs: Date.now,
    run: runCommand,
    tryOpen: async (path) => await (await open(path, "r")).close(),
    addresses: ownAddresses,
    resolvConf: "/etc/resolv.conf",
    appleHosts: APPLE_HOSTS,
    dnsTimeoutMs: 2000,
    limitMs: ROUND_LIMIT_MS,
  };
}

function ownAddresses(): { name: string; cidr: string }[] {
  return Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
    all.flatMap(({ internal, cidr }) => (internal || cidr === null ? [] : [{ name, cidr }])),
  );
}
