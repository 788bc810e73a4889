/**
 * Settings of whatever listens: where, and who may ask.
 *
 * @module
 */
import * as z from "zod";
import type { Finding } from "../finding.ts";
import type { NamedToken } from "./access.ts";
import type { TlsFiles } from "./tls-files.ts";
import { readTokenFile } from "./token-file.ts";

/** Keys of a section that listens on `port` by default. */
export function listenShape(port: number) {
  return {
    host: z.string().min(1).default("127.0.0.1").describe("address to listen on; 0.0.0.0 for all, with tokenFile"),
    port: z.int().min(0).max(65_535).default(port).describe("port to listen on; 0 takes a free one"),
    tokenFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        "file with the token that lets somebody in, or a name and a token in each line; read again when it changes",
      ),
    tlsCertFile: z
      .string()
      .min(1)
      .optional()
      .describe("PEM certificate, to answer over HTTPS; read again when it changes"),
    tlsKeyFile: z.string().min(1).optional().describe("PEM key of tlsCertFile"),
    clientCaFile: z
      .string()
      .min(1)
      .optional()
      .describe("PEM certificate of the authority whose client certificates are as good as a token"),
  };
}

/** What the keys of a section come to. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string | undefined;
  readonly tlsCertFile?: string | undefined;
  readonly tlsKeyFile?: string | undefined;
  readonly clientCaFile?: string | undefined;
}

/** Certificate and key come together. For `superRefine` of a section's schema. */
export function checkListen(options: ListenOptions, context: z.RefinementCtx): void {
  const { tlsCertFile, tlsKeyFile, clientCaFile } = options;
  const lacking = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
  if (tlsCertFile !== undefined && tlsKeyFile === undefined) lacking("tlsKeyFile", "expected beside tlsCertFile");
  if (tlsKeyFile !== undefined && tlsCertFile === undefined) lacking("tlsCertFile", "expected beside tlsKeyFile");
  if (clientCaFile !== undefined && tlsCertFile === undefined) lacking("tlsCertFile", "expected beside clientCaFile");
}

/** Where a server listens, and who may ask. */
export interface Listen {
  readonly host: string;
  readonly port: number;
  readonly tokens: readonly NamedToken[];
  readonly tokenFile?: string;
  readonly tls?: TlsFiles;
}

/** Where a server listens, and its tokens. @throws LarderError `SERVER_TOKENS`, `CONFIG_SECRET` */
export async function listenOptions(
  { host, port, tokenFile, tlsCertFile, tlsKeyFile, clientCaFile }: ListenOptions,
  warn: (finding: Finding) => void,
): Promise<Listen> {
  const asked = tokenFile === undefined ? { tokens: [] } : { tokens: await readTokenFile(tokenFile, warn), tokenFile };
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return { host, port, ...asked };
  const tls = { certFile: tlsCertFile, keyFile: tlsKeyFile, ...(clientCaFile === undefined ? {} : { clientCaFile }) };
  return { host, port, ...asked, tls };
}
