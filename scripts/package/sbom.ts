/**
 * The list of everything a bundle is made of, as npm writes it (CycloneDX), with Node added and nothing in it that two
 * builds of the same release would differ in.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

interface CycloneDx {
  serialNumber?: string;
  metadata: { timestamp?: string; component: { name: string; type: string } };
  components: object[];
}

export interface SbomParts {
  /** The checkout. */
  readonly root: string;
  readonly seconds: number;
  readonly node: { readonly version: string; readonly content: Buffer };
}

/** The SBOM as JSON text. @throws Error when npm cannot write one. */
export function sbom({ root, seconds, node }: SbomParts): string {
  const words = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"];
  const bom = JSON.parse(execFileSync("npm", words, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })) as CycloneDx;
  bom.metadata.timestamp = new Date(seconds * 1000).toISOString();
  // npm names it after the folder
  bom.metadata.component = { ...bom.metadata.component, name: "larder", type: "application" };
  bom.components.push({
    "bom-ref": `node@${node.version}`,
    type: "platform",
    name: "node",
    version: node.version,
    purl: `pkg:generic/node@${node.version}`,
    licenses: [{ license: { id: "MIT" } }],
    hashes: [{ alg: "SHA-256", content: createHash("sha256").update(node.content).digest("hex") }],
  });
  delete bom.serialNumber;
  const digest = createHash("sha256").update(JSON.stringify(bom)).digest("hex");
  const uuid = [digest.slice(0, 8), digest.slice(8, 12), `5${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
  bom.serialNumber = `urn:uuid:${uuid.join("-")}-${digest.slice(20, 32)}`;
  return `${JSON.stringify(bom, null, 2)}\n`;
}
