import type { BuildOptions } from "esbuild";

export declare const bundling: BuildOptions & { readonly splitting: true; readonly format: "esm" };
