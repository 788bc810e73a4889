/**
 * The words of this room: asset, devices, plan, target.
 *
 * @module
 */

/** Groups an admin can name; precache.py's own, and those that came after it. */
export const ASSET_GROUPS = [
  "AppleTV",
  "AudioAccessory",
  "iPad",
  "iPhone",
  "iPod",
  "Mac",
  "Vision",
  "Watch",
  "app",
  "installer",
  "sucatalog",
  "firmware",
  "other",
] as const;

export type AssetGroup = (typeof ASSET_GROUPS)[number];

/** Groups that are families of devices: these ask for their assets on their own, and a bare name stands for all models. */
export const DEVICE_GROUPS: readonly AssetGroup[] = [
  "AppleTV",
  "AudioAccessory",
  "iPad",
  "iPhone",
  "iPod",
  "Mac",
  "Vision",
  "Watch",
];

/** What a checksum was made with, and its value in lower-case hex. */
export interface Digest {
  readonly algorithm: "md5" | "sha1" | "sha256" | "sha384" | "sha512";
  readonly hex: string;
}

/** A file on one of Apple's servers that devices will ask for. One URL is one asset, whichever catalogues name it. */
export interface Asset {
  /** The address devices ask for, `https://` or `http://`, as the catalogue writes it. */
  readonly url: string;
  readonly group: AssetGroup;
  /** For people: `iOS 26.1 for iPad6,8 from 23A341`. */
  readonly title: string;
  /** Undefined where the catalogue does not have it. */
  readonly sizeBytes: number | undefined;
  readonly digest: Digest | undefined;
  /** Version and build it brings, where known. */
  readonly version: string | undefined;
  readonly build: string | undefined;
  /** Models it is for, exact (`iPad6,8`); empty means it does not say, so it is for any device of its group. */
  readonly models: readonly string[];
  /** Builds of which a device must have one for this asset (a delta); empty means any (a full image). */
  readonly fromBuilds: readonly string[];
  /** Firmware for a computer to restore a device from: kept on disk, never warmed by devices. */
  readonly firmware: boolean;
  readonly beta: boolean;
  /** When Apple published it, Unix milliseconds, where known. */
  readonly postedMs: number | undefined;
  /** Names of the catalogues that list it. */
  readonly catalogs: readonly string[];
  /** Name or id under which its catalogue sells it (`042-58988`, `Keynote`), for those who choose by product. */
  readonly product?: string;
  /**
   * Why the text that holds its title and version could not be read. Then nobody knows whether a filter takes it, nor
   * whether it is a beta, unless `system` is known.
   */
  readonly unread?: string;
  /** The macOS its catalogue names where the version is unknown: `14`, or the name of one we do not know yet. */
  readonly system?: string;
}

/** How many devices of one kind there are. Nothing else is kept of an inventory: no names, no serials. */
export interface DeviceCount {
  /** `iPad6,8`, `MacBookPro18,3`; or a family such as `iPad` when given by hand. */
  readonly model: string;
  /** Installed OS version and build, where known. */
  readonly os: string | undefined;
  readonly build: string | undefined;
  readonly count: number;
  /** Board (`J132AP`), where the inventory has it. */
  readonly board?: string;
}

/** An asset somebody decided about. */
export interface PlannedAsset {
  readonly asset: Asset;
  /** Devices waiting for it; 0 when it was asked for by name. */
  readonly devices: number;
  /** One line for the table: why it is in the plan. */
  readonly why: string;
  /** `warm`: to be fetched. `cached`: there already. `left`: not this time (budget, room, `--newest-only`). */
  readonly decision: "warm" | "cached" | "left";
  /** True where it is left because something is not known of it: what it is, for a filter, or its size, for a limit. */
  readonly unjudged?: true;
  /** True where it is left because of a setting, though a list of the admin's names it. */
  readonly leftOut?: true;
  /** Targets that hold it, by name, each with the sign that showed it; undefined where nobody has looked. */
  readonly heldBy?: ReadonlyMap<string, string>;
}

export interface Plan {
  readonly items: readonly PlannedAsset[];
}

/** A cache to warm. */
export interface CacheTarget {
  /** The admin's or the cache's name for it: the `target` tag. */
  readonly name: string;
  /** `http://host:port`. */
  readonly url: string;
  /** Parents are warmed before their children; of peers only one. */
  readonly role: "parent" | "cache" | "peer";
}
