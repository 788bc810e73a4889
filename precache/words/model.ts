/**
 * What a model identifier says: its family and its group, and whether it is one that was asked for.
 *
 * Identifiers are Apple's: `iPad6,11`, `MacBookPro18,3`, `RealityDevice14,1`. Some tables add a suffix that devices do not
 * send (`AppleTV14,1-wifi`, `MacPro7,1-Rack`); it is not part of the model.
 *
 * @module
 */
import type { AssetGroup } from "./asset.ts";

const IDENTIFIER = /^([A-Za-z]+)(\d+,\d+)(?:-[\w. ]+)?$/;

const GROUP_OF_FAMILY: Readonly<Record<string, AssetGroup>> = {
  appletv: "AppleTV",
  audioaccessory: "AudioAccessory",
  ipad: "iPad",
  iphone: "iPhone",
  ipod: "iPod",
  watch: "Watch",
  realitydevice: "Vision",
  vision: "Vision",
  mac: "Mac",
  macmini: "Mac",
  macpro: "Mac",
  macbook: "Mac",
  macbookair: "Mac",
  macbookpro: "Mac",
  imac: "Mac",
  imacpro: "Mac",
  xserve: "Mac",
  virtualmac: "Mac",
};

/** True for text of the form of an identifier, such as `iPad6,8`; false for `iPad Air (5th generation)` and `J132AP`. */
export function isModel(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** The identifier as devices send it: no suffix, no space around it. Text that is not an identifier comes back trimmed. */
export function plainModel(text: string): string {
  const parts = IDENTIFIER.exec(text.trim());
  return parts === null ? text.trim() : `${parts[1]}${parts[2]}`;
}

/** `iPad` of `iPad6,8`; the text itself when it is a bare family. */
export function familyOf(model: string): string {
  return IDENTIFIER.exec(model.trim())?.[1] ?? model.trim();
}

/** The group an asset for this model belongs to; `other` when the family is unknown. */
export function groupOf(model: string): AssetGroup {
  return GROUP_OF_FAMILY[familyOf(model).toLowerCase()] ?? "other";
}

/**
 * Whether a model is one that was asked for: exactly (`iPad6,1` never takes `iPad6,11`), or by a bare family (`iPad`) or
 * a group's name (`Mac`, `Vision`), which takes all models of it.
 */
export function matchesModel(wanted: string, model: string): boolean {
  const want = plainModel(wanted);
  if (isModel(want)) return want.toLowerCase() === plainModel(model).toLowerCase();
  const family = want.toLowerCase();
  return family === familyOf(model).toLowerCase() || family === groupOf(model).toLowerCase();
}
