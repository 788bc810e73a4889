/**
 * Connections that trust one more certificate authority: gdmf's certificate comes from Apple's own root.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { errorText, LarderError } from "../../core/errors.ts";

/**
 * A dispatcher that trusts what Node trusts and the certificates of a PEM file; undefined when no file is given.
 * @throws LarderError `CATALOG_CERTIFICATE` when the file cannot be read or holds no certificate
 */
export async function trusting(caFile: string | undefined): Promise<Dispatcher | undefined> {
  if (caFile === undefined) return undefined;
  let pem: string;
  try {
    pem = await readFile(caFile, "utf8");
  } catch (error) {
    throw new LarderError(`Cannot read certificate "${caFile}": ${errorText(error)}`, {
      code: "CATALOG_CERTIFICATE",
      cause: error,
    });
  }
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw new LarderError(`Cannot use certificate "${caFile}": it holds no PEM certificate`, {
      code: "CATALOG_CERTIFICATE",
      next: "openssl x509 -inform der -in AppleRoot.cer -out AppleRoot.pem",
    });
  }
  const { Agent } = await import("undici");
  return new Agent({ connect: { ca: [...rootCertificates, pem] } });
}
