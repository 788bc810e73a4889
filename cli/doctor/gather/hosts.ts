/**
 * Whether hosts of Apple's answer, and who issued their certificate: connected to directly, as the system's own services
 * do, past the proxy of the settings.
 *
 * @module
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { errorCode } from "../../../core/errors.ts";
import type { HostRecord } from "../facts/facts.ts";

export interface AppleHost {
  readonly host: string;
  readonly port: number;
  /** Default: as the port says, 443 is encrypted. */
  readonly encrypted?: boolean;
}

/** Registration and discovery of caches, Apple's list of hosts, and one that files come from. */
export const APPLE_HOSTS: readonly AppleHost[] = [
  { host: "lcdn-registration.apple.com", port: 443 },
  { host: "lcdn-locator.apple.com", port: 443 },
  { host: "suconfig.apple.com", port: 80 },
  { host: "swcdn.apple.com", port: 80 },
];

const TIMEOUT_MS = 5000;

/** Connects to each; sends nothing. */
export async function askHosts(hosts: readonly AppleHost[]): Promise<HostRecord[]> {
  return await Promise.all(hosts.map(askHost));
}

async function askHost({ host, port, encrypted = port === 443 }: AppleHost): Promise<HostRecord> {
  const start = performance.now();
  return await new Promise((resolve) => {
    const socket: Socket = encrypted
      ? connectTls({ host, port, servername: host, rejectUnauthorized: false })
      : connectTcp({ host, port });
    const settle = (code: string | null): void => {
      const issuer = socket instanceof TLSSocket && code === null ? socket.getPeerCertificate().issuer : undefined;
      const trusted = socket instanceof TLSSocket && code === null ? socket.authorized : null;
      socket.destroy();
      resolve({
        host,
        port,
        code,
        issuer: textOf(issuer?.O ?? issuer?.CN),
        trusted,
        seconds: (performance.now() - start) / 1000,
      });
    };
    socket.setTimeout(TIMEOUT_MS, () => settle("ETIMEDOUT"));
    socket.once(encrypted ? "secureConnect" : "connect", () => settle(null));
    socket.on("error", (error) => settle(errorCode(error) ?? "UNKNOWN"));
  });
}

function textOf(organization: unknown): string | null {
  if (Array.isArray(organization)) return textOf(organization[0]);
  return typeof organization === "string" ? organization.slice(0, 300) : null;
}
