/**
 * Whether the cache is on, registered with Apple and serving: the findings of `larder status`, of a status asked for just
 * now.
 *
 * @module
 */
import { statusFindings } from "../../../collector/index.ts";
import { bytesText } from "../../../core/words/amounts.ts";
import type { Check, Look, Symptom } from "../check.ts";
import type { Facts, PortRecord } from "../facts/facts.ts";

/** Why each finding of a status matters. */
const WHY: Readonly<Record<string, string>> = {
  "not-activated": "nothing is cached: every device downloads everything from Apple",
  unregistered:
    "devices are not sent to a cache that Apple does not know, and two minutes later it may delete all it holds",
  registering: "until it is registered, no device is sent to it",
  suspended: "devices get 503 at once and download from Apple",
  silent: "devices are sent to a port where nobody answers, wait, and then download from Apple",
  unreachable: "devices are sent to an address where nobody answers, wait, and then download from Apple",
  inactive: "devices download everything from Apple",
  "activity-unknown": "whether it serves is unknown",
  "low-space": "what is evicted young is fetched from Apple again",
  "disk-exceeded": "it will evict a lot at once",
  alerts: "macOS itself reports a fault of the cache, and shows it nowhere unless DisplayAlerts is on",
  "neighbour-unhealthy": "what that cache holds is fetched from Apple instead",
};

export const contentCaching: Check = {
  name: "content-caching",
  title: "Content caching",
  finds: [...Object.keys(WHY), "status-unknown"],
  look(facts) {
    if (facts.about.part !== "cache") return undefined;
    const { status } = facts;
    if (status === undefined) return withoutStatus(facts);
    const answers = { itself: answerOf(facts, "itself"), network: answerOf(facts, "network") };
    const found = statusFindings(status, answers, facts.about.atMs);
    const evidence = evidenceOf(facts);
    const words = [
      status.activated === true ? "on" : status.activated === false ? "off" : undefined,
      status.registered === 1 ? "registered" : undefined,
      status.port ? `port ${status.port}` : undefined,
      status.usedBytes === undefined ? undefined : `holds ${bytesText(status.usedBytes)}`,
    ].filter((word) => word !== undefined);
    const symptoms = found.map((finding): Symptom => ({ ...finding, why: WHY[finding.id] ?? "", evidence }));
    return { seen: words.join(", "), symptoms };
  },
};

function withoutStatus({ commands, unread }: Facts): Look | undefined {
  const asked = commands.find(({ file }) => file === "status.json");
  // the check of the evidence says so already
  if (asked === undefined || unread.some(({ file }) => file === "status.json")) return undefined;
  const symptom: Symptom = {
    id: "status-unknown",
    level: "bad",
    said: "the cache does not report its status",
    why: "whether it serves is unknown, and larder records nothing of it",
    next: "on this Mac: AssetCacheManagerUtil status; macOS 10.13.4 or later has the command",
    evidence: asked.complaint === "" ? `${asked.command} ended with ${asked.exit ?? asked.failed}` : asked.complaint,
  };
  return { seen: "no status", symptoms: [symptom] };
}

function answerOf({ ports }: Facts, whose: PortRecord["whose"]) {
  const port = ports.find((each) => each.whose === whose);
  if (port === undefined) return undefined;
  return { answers: port.http !== null, http: port.http ?? undefined, seconds: port.seconds ?? 0 };
}

/** What the status and the ports said, as far as findings rest on it. */
function evidenceOf({ status, ports }: Facts): string {
  const parts = [
    `Activated ${status?.activated ?? "?"}`,
    `Active ${status?.active ?? "?"}`,
    `RegistrationStatus ${status?.registered ?? "?"}`,
    ...(status?.registrationError === undefined ? [] : [`RegistrationError ${status.registrationError}`]),
    `StartupStatus ${status?.startup ?? "?"}`,
    `CacheStatus ${status?.cacheStatus ?? "?"}`,
    ...ports
      .filter(({ whose }) => whose === "itself" || whose === "network")
      .map(({ address, http, code }) => `${address} answers ${http ?? code ?? "nothing"}`),
  ];
  return parts.join(", ");
}
