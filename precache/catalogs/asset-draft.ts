/**
 * An asset from the few things a catalogue has; everything else is unknown.
 *
 * @module
 */

import { LarderError } from "../../core/errors.ts";
import { shortened, spaced } from "../../core/words/printable.ts";
import type { Asset, AssetGroup, Digest } from "../words/asset.ts";
import { assetUrl } from "../words/asset-url.ts";
import { isBetaBuild } from "../words/build-number.ts";
import { groupOf, plainModel } from "../words/model.ts";
import { isPrerelease } from "../words/os-version.ts";

/** What a catalogue must have, and what it may. */
export type AssetDraft = Partial<Omit<Asset, "url" | "title" | "catalogs" | "group">> & {
  readonly url: string;
  readonly title: string;
  readonly catalog: string;
  /** True when the catalogue says so; a beta is also known by its build (`23A5260n`) and its version (`26.1 RC`). */
  readonly beta?: boolean;
  /** Default: the group of its first model, else `other`. */
  readonly group?: AssetGroup;
};

/**
 * The asset a draft describes, models without suffixes and each once.
 * @throws LarderError `SHAPE_WRONG` when its address cannot be one
 */
export function draftAsset(draft: AssetDraft): Asset {
  const url = assetUrl(draft.url);
  if (url === undefined) {
    throw new LarderError(
      `Cannot list "${draft.title}": "${draft.url.slice(0, 80)}" is not an address that a cache can be asked for`,
      {
        code: "SHAPE_WRONG",
      },
    );
  }
  const models = [...new Set((draft.models ?? []).map((model) => plainModel(nameOf(model))))];
  const { version, build } = draft;
  if (!isPlain(version) || !isPlain(build)) {
    throw new LarderError(`Cannot list "${nameOf(draft.title)}": its version or build is not valid`, {
      code: "SHAPE_WRONG",
    });
  }
  return {
    url,
    group: draft.group ?? (models[0] === undefined ? "other" : groupOf(models[0])),
    title: nameOf(draft.title),
    sizeBytes: draft.sizeBytes,
    digest: draft.digest,
    version,
    build,
    models,
    fromBuilds: draft.fromBuilds ?? [],
    firmware: draft.firmware ?? false,
    beta: draft.beta === true || isBetaBuild(draft.build ?? "") || isPrerelease(draft.version ?? ""),
    postedMs: draft.postedMs,
    catalogs: [draft.catalog],
    ...(draft.unread === undefined ? {} : { unread: draft.unread }),
    ...(draft.system === undefined ? {} : { system: draft.system }),
    ...(draft.product === undefined ? {} : { product: nameOf(draft.product) }),
  };
}

const LONGEST_NAME = 500;

/** A name of Apple's without what could steer a terminal, which none of them has. */
function nameOf(text: string): string {
  return shortened(spaced(text), LONGEST_NAME);
}

/** `26.3.1 (a)`, `26.1 RC`, `23A5260n`. */
function isPlain(text: string | undefined): boolean {
  return text === undefined || (text.length <= 80 && /^[\p{L}\p{N} .,()_+/-]*$/u.test(text));
}

interface TitleParts {
  readonly system: string;
  readonly version: string;
  readonly models: readonly string[];
  readonly fromBuilds?: readonly string[];
}

/** `iOS 26.1 for iPad6,8 from 23A341`. */
export function updateTitle({ system, version, models, fromBuilds = [] }: TitleParts): string {
  const more = models.length > 1 ? ` and ${models.length - 1} more` : "";
  const kind = models[0] === undefined ? "" : ` for ${models[0]}${more}`;
  return `${system} ${version}${kind}${fromBuilds[0] === undefined ? "" : ` from ${fromBuilds[0]}`}`;
}

/** `Firmware 26.5 for Mac14,2 and 30 more`. */
export function firmwareTitle(version: string, models: readonly string[]): string {
  return updateTitle({ system: "Firmware", version, models });
}

const ALGORITHMS: Readonly<Record<string, Digest["algorithm"]>> = {
  md5: "md5",
  sha1: "sha1",
  sha256: "sha256",
  sha2256: "sha256",
  sha384: "sha384",
  sha2384: "sha384",
  sha512: "sha512",
  sha2512: "sha512",
};

const HEX_LENGTH: Readonly<Record<Digest["algorithm"], number>> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** A checksum as the catalogues write it (`SHA-1` and bytes or hex); undefined when it is not one we know. */
export function digestOf(algorithm: string, value: string | Uint8Array | undefined): Digest | undefined {
  if (value === undefined) return undefined;
  const known = ALGORITHMS[algorithm.toLowerCase().replaceAll(/[^a-z0-9]/g, "")];
  const hex = typeof value === "string" ? value.toLowerCase() : Buffer.from(value).toString("hex");
  if (known === undefined || hex.length !== HEX_LENGTH[known] || !/^[0-9a-f]+$/.test(hex)) return undefined;
  return { algorithm: known, hex };
}
