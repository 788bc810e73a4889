/**
 * Apple's flat package: one component in a product archive, as MDM servers demand it, unsigned.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { billOfMaterials } from "./bill-of-materials.ts";
import { cpioArchive } from "./cpio.ts";
import { type Entry, folderEntry } from "./entries.ts";
import { xarArchive, xmlText } from "./xar.ts";

export interface FlatPackage {
  readonly identifier: string;
  readonly version: string;
  readonly title: string;
  readonly architecture: "arm64" | "x86_64";
  /** The oldest macOS it may be installed on. */
  readonly macos: string;
  /** Below `/`. */
  readonly payload: readonly Entry[];
  /** `postinstall` and what it needs. */
  readonly scripts: readonly Entry[];
  /** The time of every file, since 1970. */
  readonly seconds: number;
}

export function flatPackage(parts: FlatPackage): Buffer {
  const { identifier, payload, scripts, seconds } = parts;
  const component = `${identifier}.pkg`;
  const file = (path: string, content: Buffer): Entry => ({ path, kind: "file", mode: 0o644, content });
  const entries = [
    file("Distribution", Buffer.from(distribution(parts, component))),
    folderEntry(component),
    file(`${component}/PackageInfo`, Buffer.from(packageInfo(parts))),
    file(`${component}/Bom`, billOfMaterials(payload, seconds)),
    file(`${component}/Payload`, pack(cpioArchive(payload, seconds))),
    file(`${component}/Scripts`, pack(cpioArchive(scripts, seconds))),
  ];
  return xarArchive(entries, seconds);
}

/** Packed without a time or a system in its header. */
export function pack(content: Buffer): Buffer {
  return gzipSync(content, { level: 9 });
}

function kilobytesOf(payload: readonly Entry[]): number {
  return payload.reduce((sum, { kind, content }) => sum + (kind === "file" ? Math.ceil(content.length / 1024) : 0), 0);
}

function packageInfo({ identifier, version, payload, scripts }: FlatPackage): string {
  const names = ["preinstall", "postinstall"].filter((name) => scripts.some(({ path }) => path === name));
  const size = `<payload installKBytes="${kilobytesOf(payload)}" numberOfFiles="${payload.length + 1}"/>`;
  const scriptList = names.map((name) => `<${name} file="./${name}"/>`).join("");
  return `<?xml version="1.0" encoding="utf-8"?>
<pkg-info format-version="2" identifier="${xmlText(identifier)}" version="${xmlText(version)}" install-location="/" auth="root" overwrite-permissions="true" relocatable="false" postinstall-action="none">
  ${size}
  <scripts>${scriptList}</scripts>
</pkg-info>
`;
}

function distribution(parts: FlatPackage, component: string): string {
  const { version, title, architecture, macos, payload } = parts;
  const identifier = xmlText(parts.identifier);
  return `<?xml version="1.0" encoding="utf-8"?>
<installer-gui-script minSpecVersion="2">
  <title>${xmlText(title)}</title>
  <product id="${identifier}" version="${xmlText(version)}"/>
  <options customize="never" require-scripts="false" rootVolumeOnly="false" hostArchitectures="${architecture}"/>
  <volume-check><allowed-os-versions><os-version min="${xmlText(macos)}"/></allowed-os-versions></volume-check>
  <choices-outline><line choice="default"><line choice="${identifier}"/></line></choices-outline>
  <choice id="default"/>
  <choice id="${identifier}" visible="false"><pkg-ref id="${identifier}"/></choice>
  <pkg-ref id="${identifier}" version="${xmlText(version)}" onConclusion="none" installKBytes="${kilobytesOf(payload)}">#${component}</pkg-ref>
</installer-gui-script>
`;
}
