import type { BuildOptions } from "esbuild";

export declare const bundling: BuildOptions & { readonly splitting: true; readonly format: "esm" };

/** Folders of our own code. */
export declare const ROOMS: readonly string[];
