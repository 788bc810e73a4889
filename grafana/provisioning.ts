/**
 * Grafana's provisioning files: data source, dashboard provider, alert rules, and an example of contact points.
 *
 * Sources: Grafana's documentation of provisioning and `pkg/services/provisioning`. A dollar sign in these files names
 * a variable of the environment, or `$__file{…}` a file whose text is put in; the model of an alert query alone is
 * taken as it is, so `$timeFilter` is written with one dollar.
 *
 * @module
 */
import { stringify } from "yaml";
import { LarderError } from "../core/errors.ts";
import { ALERTS_TEXTS } from "../core/words/texts/texts.ts";
import { type AlertRule, alertRules } from "./alerts/alerts.ts";
import { boards } from "./dashboards/dashboards.ts";
import { type Installation, slug, uidOf } from "./installation.ts";
import { panelsOf } from "./lint/lint.ts";
import { dataSourceUid } from "./look/look.ts";

/** Where things are, as Grafana sees them: each may be given in its environment. */
const WHERE = {
  influxdb: {
    url: "$LARDER_INFLUX_URL",
    database: "$LARDER_INFLUX_DATABASE",
    user: "$LARDER_READER",
    password: "$LARDER_READER_PASSWORD",
  },
  victoriametrics: { url: "$LARDER_VICTORIA_URL" },
} as const;

/**
 * VictoriaMetrics moves the steps of a chart with 50 or more of them to multiples of UTC, so that it can cache them: days
 * would begin elsewhere than at local midnight, and the last would be missing. With this it leaves them where they are.
 */
export const VICTORIA_PARAMETERS = "nocache=1";

const yaml = (value: object): string => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });

const HEADER = (what: string): string =>
  `# ${what}\n# Written by \`larder grafana export\`; change the options of that command rather than this file.\n`;

/** `provisioning/datasources/larder.yaml`. */
export function dataSourcesText(installation: Installation): string {
  const shared = {
    name: `${installation.prefix} ${installation.engine}`,
    uid: dataSourceUid(installation),
    access: "proxy",
    editable: false,
  };
  const password =
    installation.passwordFile === undefined ? WHERE.influxdb.password : `$__file{${installation.passwordFile}}`;
  const dataSource =
    installation.engine === "influxdb"
      ? {
          ...shared,
          type: "influxdb",
          url: WHERE.influxdb.url,
          user: WHERE.influxdb.user,
          jsonData: { dbName: WHERE.influxdb.database, httpMode: "POST", timeInterval: "1m", maxSeries: 5000 },
          secureJsonData: { password },
        }
      : {
          ...shared,
          type: "prometheus",
          url: WHERE.victoriametrics.url,
          jsonData: {
            httpMethod: "POST",
            timeInterval: "1m",
            prometheusType: "Prometheus",
            manageAlerts: false,
            customQueryParameters: VICTORIA_PARAMETERS,
          },
        };
  return `${HEADER("Where the boards read from.")}${yaml({ apiVersion: 1, datasources: [dataSource] })}`;
}

/** `provisioning/dashboards/larder.yaml`. */
export function providerText(installation: Installation): string {
  const provider = {
    name: slug(installation.prefix),
    orgId: 1,
    folder: installation.prefix,
    folderUid: uidOf(installation, "folder"),
    type: "file",
    disableDeletion: true,
    updateIntervalSeconds: 30,
    allowUiUpdates: false,
    options: { path: "/etc/grafana/larder/dashboards" },
  };
  return `${HEADER("Where the boards lie on the Grafana server.")}${yaml({ apiVersion: 1, providers: [provider] })}`;
}

/** `provisioning/alerting/larder.yaml`. */
export function alertingText(installation: Installation): string {
  const rules = alertRules(installation);
  const shown = boards(installation);
  const group = (name: string, interval: string, isSlow: boolean): object => ({
    orgId: 1,
    name: slug(installation.prefix) + name,
    folder: installation.prefix,
    interval,
    rules: rules.filter((rule) => rule.isSlow === isSlow).map((rule) => ruleYaml(installation, rule, shown)),
  });
  const text = yaml({ apiVersion: 1, groups: [group("", "1m", false), group("-days", "15m", true)] });
  return `${HEADER("When somebody is alerted, by the same rules and limits as larder's own alerts.")}${text}`;
}

type Boards = ReturnType<typeof boards>;

/** Query, the last value of each series, threshold. */
function ruleYaml(installation: Installation, rule: AlertRule, shown: Boards): object {
  const relativeTimeRange = { from: rule.rangeSeconds, to: rule.untilSeconds };
  const expression = (refId: string, model: object): object => ({
    refId,
    relativeTimeRange,
    datasourceUid: "__expr__",
    model: { refId, datasource: { type: "__expr__", uid: "__expr__" }, ...model },
  });
  const query =
    installation.engine === "influxdb"
      ? { rawQuery: true, resultFormat: "time_series", query: rule.query }
      : { expr: rule.query, instant: true, range: false };
  return {
    uid: rule.uid,
    title: rule.title,
    condition: "C",
    data: [
      { refId: "A", relativeTimeRange, datasourceUid: dataSourceUid(installation), model: { refId: "A", ...query } },
      expression("B", { type: "reduce", expression: "A", reducer: "last", settings: { mode: "dropNN" } }),
      expression("C", {
        // Grafana's own kind "threshold" has no test for what equals its limit, and the boards are coloured from there on
        type: "math",
        expression: `$B ${rule.is} ${rule.limit}`,
      }),
    ],
    ...panelOf(shown, rule),
    noDataState: rule.noData,
    execErrState: "Error",
    for: `${rule.forSeconds}s`,
    annotations: { summary: rule.summary, description: rule.description, ...runbookOf(installation, rule) },
    labels: { severity: rule.severity, source: slug(installation.prefix), rule: rule.rule },
    isPaused: rule.isPaused,
  };
}

/** The section of the runbook. Grafana takes a dollar sign here for a variable of its environment. */
function runbookOf({ runbookUrl }: Installation, { rule }: AlertRule): { runbook_url?: string } {
  const anchor = slug(ALERTS_TEXTS.en.rules[rule].title);
  return runbookUrl === undefined ? {} : { runbook_url: `${runbookUrl}#${anchor}`.replaceAll("$", "%24") };
}

/**
 * The panel that shows what a rule judges.
 * @throws LarderError `GRAFANA_RULE` when the board has no such panel.
 */
function panelOf(shown: Boards, rule: AlertRule): { dashboardUid: string; panelId: number } {
  const board = shown[rule.board];
  const panel = panelsOf(board).find(({ title }) => title === rule.panel);
  if (panel?.id === undefined) {
    throw new LarderError(
      `Cannot link the rule "${rule.title}": the board "${board.title}" has no panel "${rule.panel}"`,
      {
        code: "GRAFANA_RULE",
      },
    );
  }
  return { dashboardUid: board.uid, panelId: panel.id };
}

/** Receivers, to copy and change. Secrets are files beside Grafana, never text in this one. */
export function contactPointsText(): string {
  const receivers = [
    {
      orgId: 1,
      name: "larder-mail",
      receivers: [
        { uid: "larder-mail", type: "email", settings: { addresses: "caching@example.org", singleEmail: true } },
      ],
    },
    {
      orgId: 1,
      name: "larder-chat",
      receivers: [
        { uid: "larder-chat", type: "slack", settings: { url: "$__file{/run/secrets/larder_chat_webhook}" } },
      ],
    },
  ];
  return `# Examples of where alerts go. Rename to contact-points.yaml, keep what you use, and choose a receiver for
# alerts labelled source=larder in Grafana under Alerting, Notification policies: a provisioned policy tree would
# replace the one you have.
${yaml({ apiVersion: 1, contactPoints: receivers })}`;
}
