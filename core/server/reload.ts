/**
 * Certificates and tokens that are read again when their files change; what cannot be used changes nothing.
 *
 * @module
 */
import type { Server as TlsServer } from "node:https";
import { watchFiles } from "../changed-files.ts";
import { errorText } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import { readTls, type TlsFiles, tlsPaths } from "./tls-files.ts";
import { readTokenFile } from "./token-file.ts";

const FILES_CHECK_MS = 10_000;

/** Reads key and certificate again when their files change. @returns how to stop */
export async function reloadTls(server: TlsServer, files: TlsFiles, log: Log): Promise<() => void> {
  const onChange = async (): Promise<void> => {
    try {
      server.setSecureContext(await readTls(files));
      log.info("took the new certificate", { certFile: files.certFile });
    } catch (error) {
      log.warn("keeping the certificate we have", { error: errorText(error) });
    }
  };
  return await watchFiles({ paths: tlsPaths(files), everyMs: FILES_CHECK_MS, onChange });
}

/** Reads the tokens again when their file changes; one that cannot be used changes nothing. @returns how to stop */
export async function reloadTokens(doorkeeper: Doorkeeper, path: string, log: Log): Promise<() => void> {
  const onChange = async (): Promise<void> => {
    try {
      const tokens = await readTokenFile(path, ({ said, next }) => log.warn(said, { next }));
      doorkeeper.takeTokens(tokens);
      log.info("took the new tokens", { tokenFile: path, names: tokens.map(({ name }) => name) });
    } catch (error) {
      log.warn("keeping the tokens we have", { error: errorText(error) });
    }
  };
  return await watchFiles({ paths: [path], everyMs: FILES_CHECK_MS, onChange });
}
