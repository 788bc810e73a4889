/**
 * Jobs of systemd.
 *
 * @module
 */
import { join } from "node:path";
import type { RunCommand } from "../../../core/cache/cache.ts";
import { LarderError } from "../../../core/errors.ts";
import type { ServiceManager } from "./world.ts";

const FOLDER = "/etc/systemd/system";
/** `stop` and `disable` of a unit that is not loaded. */
const NOT_LOADED = [1, 5];
/** A job may take two minutes to end what it has in hand. */
const TIMEOUT_MS = 180_000;

/** @param root the folder that takes the place of the computer; `/` for real */
export function systemd(run: RunCommand, root: string): ServiceManager {
  const control = async (words: readonly string[], fine: readonly number[] = []): Promise<void> => {
    const { exitCode, stderr, failure } = await run("systemctl", words, { timeoutMs: TIMEOUT_MS });
    if (exitCode === 0 || fine.includes(exitCode ?? -1)) return;
    const why = failure?.text ?? `systemctl ended with ${exitCode}: ${stderr.trim().split("\n").at(-1) ?? ""}`;
    throw new LarderError(`Cannot run "systemctl ${words.join(" ")}": ${why}`, {
      code: "INSTALL_START",
      state: "files are in place; settings and journal are as they were",
      next: `systemctl status ${words.at(-1)}`,
    });
  };
  return {
    words: { stop: "systemctl disable --now", start: "systemctl enable --now" },
    logOf: ({ unit }) => `journalctl -u ${unit} -n 20`,
    files: ({ unitFiles }) =>
      unitFiles.map((name) => ({ from: `deploy/systemd/${name}`, to: join(root, FOLDER, name) })),
    stop: async ({ unit }) => await control(["disable", "--now", unit], NOT_LOADED),
    start: async ({ unit, instances }) => {
      await control(["daemon-reload"]);
      await control(["enable", "--now", unit]);
      if (instances !== undefined) await control(["try-restart", instances]);
    },
    forget: async () => await control(["daemon-reload"]),
  };
}
