/**
 * Certificate authorities that are trusted beside the system's: a school's own, or Apple's root.
 *
 * @module
 */
import { errorText, LarderError } from "../errors.ts";
import { readRegularFile } from "../files.ts";

/**
 * What Node trusts, `NODE_EXTRA_CA_CERTS` included, and the certificates of these PEM files.
 * @throws LarderError `CA_FILE` when a file cannot be read or holds no certificate
 */
export async function trusting(files: readonly string[]): Promise<string[]> {
  const own: string[] = [];
  for (const file of files) own.push(await readAuthority(file));
  return [...(await usualAuthorities()), ...own];
}

/** Naming authorities replaces the usual ones: newer versions of Node can list those. */
async function usualAuthorities(): Promise<readonly string[]> {
  const tls = await import("node:tls");
  const { getCACertificates } = tls as { getCACertificates?: (type: "default") => string[] };
  if (getCACertificates !== undefined) return getCACertificates("default");
  const extra = process.env["NODE_EXTRA_CA_CERTS"] ?? "";
  // Node itself only warns of a file it cannot read
  const pem = extra === "" ? undefined : await readPem(extra).catch(() => undefined);
  return pem === undefined ? tls.rootCertificates : [...tls.rootCertificates, pem];
}

async function readPem(file: string): Promise<string> {
  return (await readRegularFile(file, 4 * 1024 * 1024)).bytes.toString("utf8");
}

async function readAuthority(file: string): Promise<string> {
  const pem = await readPem(file).catch((error: unknown) => {
    throw new LarderError(`Cannot trust the certificates of "${file}": ${errorText(error)}`, {
      code: "CA_FILE",
      state: "nothing was sent",
      next: "correct caFile, or give this user the right to read the file",
      cause: error,
    });
  });
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  throw new LarderError(`Cannot trust the certificates of "${file}": it holds no PEM certificate`, {
    code: "CA_FILE",
    state: "nothing was sent",
    next: `openssl x509 -inform der -in "${file}" -out authority.pem, and name that file`,
  });
}
