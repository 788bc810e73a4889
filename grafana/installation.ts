/**
 * What differs between one installation's boards and another's.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import { type Compiled, influxql, metricsql, type PanelQuestion } from "./query/query.ts";

export type Engine = "influxdb" | "victoriametrics";

export interface Installation {
  readonly engine: Engine;
  /** Prefix of titles and, in small letters, of uids; default `larder`. */
  readonly prefix: string;
  /** IANA zone in which days begin: the time zone of the boards. For several, the easternmost. */
  readonly timezone: string;
  /** Written beside amounts of money, such as `€`. */
  readonly currency: string;
  /** A file on the Grafana server with the password of the database's reader; else the environment has it. */
  readonly passwordFile?: string;
  /** Price of 1 GB over the WAN until somebody types another in the board. */
  readonly pricePerGb: number;
  /** What one cache may fetch from Apple in a day before the alert rule rings; without it, the rule is paused. */
  readonly wanGbPerDay?: number;
  /** Where docs/operations.md can be read, without a fragment; alerts link to its sections. Without it none has a link. */
  readonly runbookUrl?: string;
}

export const DEFAULT_INSTALLATION: Installation = {
  engine: "influxdb",
  prefix: "larder",
  timezone: "UTC",
  currency: "€",
  pricePerGb: 0.05,
};

export const ENGINES: readonly Engine[] = ["influxdb", "victoriametrics"];

/** The boards, by the last part of their uid. */
export type Board = "savings" | "fleet" | "site" | "warming";

/** A uid of at most 40 characters, as Grafana demands. */
export function uidOf(installation: Pick<Installation, "prefix">, name: string): string {
  return `${slug(installation.prefix)}-${name}`;
}

/** The word all boards of one installation are tagged with. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** @throws LarderError `GRAFANA_SETTING` for a prefix that leaves no room, an unknown zone, or a runbook without an address. */
export function checkInstallation(installation: Installation): Installation {
  const length = slug(installation.prefix).length;
  if (length === 0 || length > 25) {
    throw new LarderError(
      `Cannot use the prefix "${installation.prefix}": it has ${length} letters and digits, expected 1 to 25`,
      {
        code: "GRAFANA_SETTING",
      },
    );
  }
  checkRunbook(installation.runbookUrl);
  try {
    new Intl.DateTimeFormat("en", { timeZone: installation.timezone });
  } catch (cause) {
    throw new LarderError(
      `Cannot use the time zone "${installation.timezone}": expected a name such as Europe/Berlin`,
      {
        code: "GRAFANA_SETTING",
        cause,
      },
    );
  }
  return installation;
}

function checkRunbook(address: string | undefined): void {
  if (address === undefined) return;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hash === "") return;
  throw new LarderError(
    `Cannot link to the runbook "${address}": expected an http or https address without a fragment`,
    {
      code: "GRAFANA_SETTING",
      next: "give the address at which docs/operations.md can be read, such as https://wiki.example.org/larder/operations",
    },
  );
}

/** Grafana's name for the kind of data source. */
export function dataSourceType(engine: Engine): "influxdb" | "prometheus" {
  return engine === "influxdb" ? "influxdb" : "prometheus";
}

/** A question in the language of the installation's engine. */
export function compile(installation: Pick<Installation, "engine" | "timezone">, question: PanelQuestion): Compiled {
  return installation.engine === "influxdb"
    ? influxql(question, installation.timezone)
    : metricsql(question, installation.timezone);
}
