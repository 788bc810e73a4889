/**
 * Whether the daemon that collects is loaded and runs: macOS 26 and 27 can leave a job registered and not running.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";

const LABEL = "org.larder.collect";

export const daemon: Check = {
  name: "daemon",
  title: "Daemon",
  finds: ["daemon-missing", "daemon-stopped"],
  look({ about, daemon: job }) {
    // without settings nobody has set larder up here
    if (job === undefined || about.part !== "cache" || !about.configured) return undefined;
    if (!job.loaded) {
      const symptom: Symptom = {
        id: "daemon-missing",
        level: "warn",
        said: `${LABEL} is not loaded: nothing collects in the background`,
        why: "Apple's database forgets after 30 days; what no pass has read by then is lost",
        next: "sudo larder install; leave it where something else starts larder collect",
        evidence: `launchctl print system/${LABEL}: no such service`,
      };
      return { seen: "not loaded", symptoms: [symptom] };
    }
    const { state = "unknown", lastExit } = job;
    const seen = lastExit === undefined ? state : `${state}, last exit code ${lastExit}`;
    if (state === "running" || state === "unknown") return { seen, symptoms: [] };
    const symptom: Symptom = {
      id: "daemon-stopped",
      level: "bad",
      said: `${LABEL} is loaded and does not run: ${state}`,
      why: "nothing is recorded; macOS 26 and 27 can leave a job like that after an installation or an update",
      next: `sudo launchctl kickstart -k system/${LABEL}, then: tail -50 /var/log/larder.log`,
      evidence: `launchctl print system/${LABEL}: ${seen}`,
    };
    return { seen, symptoms: [symptom] };
  },
};
