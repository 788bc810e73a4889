/**
 * The question a device asks gdmf, as JSON.
 *
 * @module
 */
import type { AssetGroup } from "../words/asset.ts";

/** One kind of device, and what is asked for it. */
export interface PallasQuestion {
  readonly group: AssetGroup;
  readonly board: string;
  readonly model: string;
  readonly os: string | undefined;
  readonly build: string | undefined;
  /** True for background improvements (rapid responses) in place of updates. */
  readonly splat: boolean;
}

/** Apple's public release audiences. */
const AUDIENCES: Partial<Readonly<Record<AssetGroup, string>>> = {
  Mac: "60b55e25-a8ed-4f45-826c-c1495a4ccc65",
  iPhone: "01c1d682-6e8f-4908-b724-5501fe3f5e5c",
  iPad: "01c1d682-6e8f-4908-b724-5501fe3f5e5c",
  iPod: "01c1d682-6e8f-4908-b724-5501fe3f5e5c",
  AppleTV: "356d9da0-eee4-4c6c-bbe5-99b60eadddf0",
  Watch: "b82fcf9c-c284-41c9-8eb2-e69bf5a5269f",
  Vision: "c59ff9d1-5468-4f6c-9e54-f68d5eeab93b",
  AudioAccessory: "0322d49d-d558-4ddf-bdff-c0443d0e6fac",
};
const GENERIC_AUDIENCE = "02d8e57e-dd1c-4090-aa50-b4ed2aef0062";

/** A version gdmf finds plausible when a device's own is not known: "0" and "1.0" are refused for some. */
const UNKNOWN_VERSION = "26.0";
const UNKNOWN_BUILD = "0";

/**
 * The body without its Nonce.
 * @param audiences by group, in place of the release audiences
 */
export function questionBody(
  question: PallasQuestion,
  audiences: Readonly<Record<string, string>>,
): Readonly<Record<string, string | number | boolean>> {
  const prefix = question.group === "Mac" ? "Mac" : "";
  return {
    ClientVersion: 2,
    CertIssuanceDay: "2023-12-10",
    AssetType: `com.apple.MobileAsset.${prefix}${question.splat ? "Splat" : ""}SoftwareUpdate`,
    AssetAudience: audiences[question.group] ?? AUDIENCES[question.group] ?? GENERIC_AUDIENCE,
    HWModelStr: question.board,
    ProductType: question.model,
    ProductVersion: question.os ?? UNKNOWN_VERSION,
    BuildVersion: question.build ?? UNKNOWN_BUILD,
    CompatibilityVersion: 20,
    DelayRequested: false,
    Supervised: false,
    DeviceName: question.model,
  };
}
