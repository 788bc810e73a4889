/**
 * Key and certificate of a server from files, read again when they change, so that a renewed certificate needs no restart.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { errorText, LarderError } from "../errors.ts";

export interface TlsFiles {
  /** PEM. The certificate's file also holds those between it and the authority's. */
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM of the authority whose client certificates are as good as a token. */
  readonly clientCaFile?: string;
}

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly minVersion: "TLSv1.2";
}

/** @throws LarderError `SERVER_TLS` when a file cannot be read, or key and certificate do not belong together */
export async function readTls(files: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([
    readPem(files.certFile, "certificate"),
    readPem(files.keyFile, "key"),
    files.clientCaFile === undefined ? undefined : readPem(files.clientCaFile, "client authority's certificate"),
  ]);
  // said here too: NODE_OPTIONS may allow older ones
  const material = { cert, key, minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca }) };
  try {
    createSecureContext(material);
  } catch (error) {
    const what = `key "${files.keyFile}" with certificate "${files.certFile}"`;
    throw failure(`use ${what}: ${errorText(error)}`, "give a PEM key and the PEM certificate made for it", error);
  }
  return material;
}

/** The files there are. */
export function tlsPaths({ certFile, keyFile, clientCaFile }: TlsFiles): string[] {
  return [certFile, keyFile, clientCaFile].filter((path) => path !== undefined);
}

async function readPem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw failure(`read the ${what} "${path}": ${errorText(error)}`, `put the ${what} there, readable by us`, error);
  }
}

function failure(what: string, next: string, cause: unknown): LarderError {
  return new LarderError(`Cannot ${what}`, {
    code: "SERVER_TLS",
    state: "nothing was started or changed",
    next,
    cause,
  });
}
