/**
 * Whether the cache serves again after a power cut, and whether it stays awake.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";

export const power: Check = {
  name: "power",
  title: "Restart and sleep",
  finds: ["filevault", "no-restart", "sleeps"],
  look({ about, fileVault, power: settings, settings: cache }) {
    if (about.part !== "cache" || (fileVault === undefined && settings === undefined)) return undefined;
    const symptoms: Symptom[] = [];
    if (fileVault === true) {
      symptoms.push({
        id: "filevault",
        level: "warn",
        said: "FileVault is on: after a restart the cache serves nobody until somebody logs in",
        why: "after a power cut or an update this Mac waits at the screen of FileVault, unseen on the network",
        next: "switch it off on a cache (sudo fdesetup disable); before restarts you plan: sudo fdesetup authrestart",
        evidence: "fdesetup status: FileVault is On",
      });
    }
    if (settings?.restarts === false) {
      symptoms.push({
        id: "no-restart",
        level: "warn",
        said: "this Mac stays off after a power failure",
        why: "devices download from Apple until somebody presses its button",
        next: "sudo pmset -a autorestart 1",
        evidence: "pmset -g: autorestart 0",
      });
    }
    const sleep = settings?.sleepMinutes ?? 0;
    if (sleep > 0 && cache?.keepAwake !== true) {
      symptoms.push({
        id: "sleeps",
        level: "warn",
        said: `this Mac goes to sleep after ${sleep} minutes`,
        why: "a cache that sleeps serves nobody, and nightly warming does not run",
        next: "sudo pmset -a sleep 0, or set KeepAwake in the cache's settings",
        evidence: `pmset -g: sleep ${sleep}`,
      });
    }
    const seen = fileVault === undefined ? "" : `FileVault ${fileVault ? "on" : "off"}`;
    return { seen, symptoms };
  },
};
