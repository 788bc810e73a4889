/**
 * Writes grafana/generated/: the boards and provisioning files as they are by default, for both engines.
 * `npm run docs`, after a change of a board.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DEFAULT_INSTALLATION, ENGINES, exportFiles } from "../../grafana/index.ts";

const root = join(import.meta.dirname, "../..", "grafana", "generated");
const built = ENGINES.map((engine) => [engine, exportFiles({ ...DEFAULT_INSTALLATION, engine })] as const);
rmSync(root, { recursive: true, force: true });
for (const [engine, files] of built) {
  for (const [path, text] of files) {
    const file = join(root, engine, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
