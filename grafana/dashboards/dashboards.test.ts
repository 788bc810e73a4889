import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alertRules } from "../alerts/alerts.ts";
import { exportFiles } from "../export.ts";
import { DEFAULT_INSTALLATION, ENGINES } from "../installation.ts";
import { fromOrigin, hitRatio, saved } from "../query/figures.ts";
import { influxql } from "../query/influxql/influxql.ts";
import { metricsql } from "../query/metricsql.ts";
import { fields, type PanelQuestion } from "../query/question.ts";
import { boards } from "./dashboards.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("grafana/generated", () => {
  it.each(ENGINES)("holds what the code builds for %s (else: npm run docs)", (engine) => {
    const folder = join(ROOT, "grafana/generated", engine);
    const built = exportFiles({ ...DEFAULT_INSTALLATION, engine });
    const there = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(there.length).toBe(built.size);
    for (const [path, text] of built) expect(readFileSync(join(folder, path), "utf8"), path).toBe(text);
  });
});

describe("exportFiles()", () => {
  it.each(ENGINES)("writes provisioning Grafana can read for %s", (engine) => {
    const files = exportFiles({ ...DEFAULT_INSTALLATION, engine });
    const read = (path: string) => parse(files.get(path) ?? "");
    const uid = `larder-${engine}`;
    expect(read("provisioning/datasources/larder.yaml").datasources[0]).toMatchObject({
      uid,
      access: "proxy",
      editable: false,
    });
    expect(read("provisioning/dashboards/larder.yaml").providers[0]).toMatchObject({
      type: "file",
      allowUiUpdates: false,
    });
    const { groups } = read("provisioning/alerting/larder.yaml");
    const rules = groups.flatMap((group: { rules: unknown[] }) => group.rules);
    expect(rules.map((rule: { uid: string }) => rule.uid).sort()).toEqual(
      alertRules({ ...DEFAULT_INSTALLATION, engine })
        .map((rule) => rule.uid)
        .sort(),
    );
    const built = Object.values(boards({ ...DEFAULT_INSTALLATION, engine }));
    for (const rule of rules) {
      expect(rule.data.map((step: { refId: string }) => step.refId)).toEqual(["A", "B", "C"]);
      expect(rule.data[0].datasourceUid).toBe(uid);
      expect(rule.annotations.summary).not.toContain("$");
      const board = built.find((each) => each.uid === rule.dashboardUid);
      const ids = board?.panels.flatMap((panel) => [
        panel.id,
        ...("panels" in panel ? panel.panels.map(({ id }) => id) : []),
      ]);
      expect(ids).toContain(rule.panelId);
    }
    expect(read("provisioning/alerting/contact-points.yaml.example").contactPoints.length).toBe(2);
  });

  it("puts prefix, zone, price and currency where they belong", () => {
    const installation = {
      ...DEFAULT_INSTALLATION,
      prefix: "My Schools",
      timezone: "Pacific/Auckland",
      currency: "$",
      pricePerGb: 0.2,
    };
    const { savings } = boards(installation);
    expect(savings).toMatchObject({
      uid: "my-schools-savings",
      title: "My Schools / Savings",
      timezone: "Pacific/Auckland",
    });
    expect(savings.templating.list.find(({ name }) => name === "price")?.current?.value).toBe("0.2");
    expect(savings.templating.list.find(({ name }) => name === "timezone")?.query).toBe("Pacific/Auckland");
    expect(JSON.stringify(savings)).toContain("currency:$");
  });

  it("refuses a prefix without letters and a zone nobody knows", () => {
    expect(() => boards({ ...DEFAULT_INSTALLATION, prefix: "***" })).toThrow(
      expect.objectContaining({ code: "GRAFANA_SETTING" }),
    );
    expect(() => boards({ ...DEFAULT_INSTALLATION, timezone: "Mars/Base" })).toThrow(/Mars\/Base/);
  });
});

describe("boards()", () => {
  it("keep to six numbers above the fold and share one crosshair", () => {
    for (const board of Object.values(boards(DEFAULT_INSTALLATION))) {
      expect(board.panels.filter(({ type }) => type === "stat").length).toBeLessThanOrEqual(6);
      expect(board.graphTooltip).toBe(1);
      expect(board.links[0]).toMatchObject({ keepTime: true, includeVars: true });
    }
  });
});

describe("the words of the boards", () => {
  it.each(ENGINES)("are one for each thing: from the caches, from Apple, hit ratio (%s)", (engine) => {
    const installation = { ...DEFAULT_INSTALLATION, engine };
    const texts = [...exportFiles(installation)].filter(([path]) => /dashboards\/.*json|alerting\/larder/.test(path));
    const others =
      /without apple|not come from apple|(pulled|downloaded) from|pulled (over|at)|served from caches|fetched from apple by|in trouble|sink behind/i;
    for (const [path, text] of texts) expect(others.exec(text)?.[0], path).toBeUndefined();
  });

  it("name no bar by a tag alone that may not be set", () => {
    for (const board of Object.values(boards(DEFAULT_INSTALLATION))) {
      for (const panel of board.panels.filter(({ type }) => type === "bargauge")) {
        expect(JSON.stringify(panel)).not.toMatch(/GROUP BY \\"(region|school_type|site_name)/);
      }
    }
  });
});

describe("a question in both languages", () => {
  const ask = (question: Omit<PanelQuestion, "select">): PanelQuestion => ({
    select: { region: "region" },
    ...question,
  });
  const queryOf = (question: PanelQuestion): unknown[] =>
    influxql(question, "Europe/Berlin").targets.map((target) => target["query"]);
  const exprOf = (question: PanelQuestion): unknown[] =>
    metricsql(question, "Europe/Berlin").targets.map((target) => target["expr"]);

  it("asks for a ratio by day", () => {
    const question = ask({ figures: [hitRatio("_1d")], buckets: "day" });
    expect(queryOf(question)).toEqual([
      'SELECT sum("local") AS "local", sum("origin") AS "origin" FROM "served_1d" WHERE "region" =~ /^${region:regex}$/ AND time >= 1ms * (${__from} - (${__from} + 7200000) % 86400000) AND time < 1ms * (${__to} + 82799999 - (${__to} + 3599999) % 86400000) GROUP BY time($__interval) fill(none) tz(\'${timezone}\')',
    ]);
    expect(exprOf(question)).toEqual([
      '(sum (sum_over_time({__name__="served_1d_local",region=~"$region"}[1i] offset -0.95i)) if (((time() > start()) default (max (tlast_over_time({__name__="served_1d_local",region=~"$region"}[1i] offset -0.95i @ start())) > ${__from}/1000 - 82800)) if ((time() < end()) default (max (tlast_over_time({__name__="served_1d_local",region=~"$region"}[1i] offset -0.95i @ end())) < ${__to}/1000)))) / (sum (sum_over_time({__name__=~"served_1d_(local|origin)",region=~"$region"}[1i] offset -0.95i)) if (((time() > start()) default (max (tlast_over_time({__name__=~"served_1d_(local|origin)",region=~"$region"}[1i] offset -0.95i @ start())) > ${__from}/1000 - 82800)) if ((time() < end()) default (max (tlast_over_time({__name__=~"served_1d_(local|origin)",region=~"$region"}[1i] offset -0.95i @ end())) < ${__to}/1000))))',
    ]);
  });

  it("asks for days of all sites where a fleet lies in few series, and of chosen sites where each has its own", () => {
    const question: PanelQuestion = {
      figures: [hitRatio("_1d")],
      buckets: "day",
      select: { region: "region", site_name: "site" },
    };
    expect(queryOf(question)).toEqual([
      'SELECT sum("local") AS "local", sum("origin") AS "origin" FROM "fleet_1d", "served_1d" WHERE ("server" = \'\' OR "nothing" !~ /^${site:regex}$/) AND "region" =~ /^${region:regex}$/ AND "site_name" =~ /^${site:regex}$/ AND time >= 1ms * (${__from} - (${__from} + 7200000) % 86400000) AND time < 1ms * (${__to} + 82799999 - (${__to} + 3599999) % 86400000) GROUP BY time($__interval) fill(none) tz(\'${timezone}\')',
    ]);
    expect(queryOf({ ...question, by: ["region"] })[0]).toContain('FROM "served_1d" WHERE "region"');
    expect(queryOf({ ...question, buckets: "range" })[0]).toContain('FROM "served_1d" WHERE "region"');
  });

  it("asks for what was saved, warming left out, by region", () => {
    const days = ask({ figures: [saved("_1d")], by: ["region"], buckets: "range" });
    expect(queryOf(days)).toEqual([
      'SELECT sum("saved") AS "net Saved", sum("saved") * 0 AS "zero" FROM "served_1d" WHERE "region" =~ /^${region:regex}$/ AND time >= 1ms * (${__from} - (${__from} + 7200000) % 86400000) AND time < 1ms * (${__to} + 82799999 - (${__to} + 3599999) % 86400000) GROUP BY "region"',
    ]);
    expect(exprOf(days)).toEqual([
      'clamp_min(sum by (region) (sum_over_time({__name__="served_1d_saved",region=~"$region"}[${__range_ms}ms82799999ms] offset 1ms)), 0)',
    ]);
    const hours = ask({ figures: [saved("_1h")], by: ["region"], buckets: "range" });
    expect(queryOf(hours)).toEqual([
      'SELECT sum("bytes.fromcache.toclients") AS "bytes.fromcache.toclients", sum("bytes.frompeers.toclients") AS "bytes.frompeers.toclients", sum("bytes.fromparents.toclients") AS "bytes.fromparents.toclients", sum("bytes.fromcache.toclients") * 0 AS "zero" FROM "bytestoclients_1h" WHERE "region" =~ /^${region:regex}$/ AND time > ${__from}ms - 1h AND time <= ${__to}ms GROUP BY "region"',
      'SELECT sum("bytes.fromorigin") AS "bytes.fromorigin", sum("bytes.asked") * -1 AS "less bytes.asked" FROM "precacheasset_1h" WHERE "region" =~ /^${region:regex}$/ AND time > ${__from}ms - 1h AND time <= ${__to}ms GROUP BY "region"',
    ]);
    expect(exprOf(hours)).toEqual([
      'clamp_min(sum by (region) (union(label_set(sum by (region) (sum_over_time({__name__=~"bytestoclients_1h_(bytes\\\\.fromcache\\\\.toclients|bytes\\\\.frompeers\\\\.toclients|bytes\\\\.fromparents\\\\.toclients)",region=~"$region"}[${__range_ms}ms1h])), "part", "0"), label_set(sum by (region) (sum_over_time({__name__="precacheasset_1h_bytes.fromorigin",region=~"$region"}[${__range_ms}ms1h])), "part", "1"), label_set(0 - sum by (region) (sum_over_time({__name__="precacheasset_1h_bytes.asked",region=~"$region"}[${__range_ms}ms1h])), "part", "2"))), 0)',
    ]);
  });

  it("asks for the greatest rows alone, each sum once", () => {
    const figures = [saved("_1d"), fromOrigin("_1d"), hitRatio("_1d")];
    const greatest = ask({ figures, by: ["site_name"], buckets: "range", top: { figure: "Saved", rows: 10 } });
    expect(queryOf(greatest)).toEqual([
      'SELECT top("net Saved", "site_name", 10) AS "net Saved", "zero", "From Apple", "local" FROM (SELECT sum("saved") AS "net Saved", sum("saved") * 0 AS "zero", sum("origin") AS "From Apple", sum("local") AS "local" FROM "served_1d" WHERE "region" =~ /^${region:regex}$/ AND time >= 1ms * (${__from} - (${__from} + 7200000) % 86400000) AND time < 1ms * (${__to} + 82799999 - (${__to} + 3599999) % 86400000) GROUP BY "site_name")',
    ]);
    expect(() => influxql({ ...greatest, top: { figure: "Hit ratio", rows: 10 } }, "Europe/Berlin")).toThrow(
      /rank rows by "Hit ratio"/,
    );
  });

  it("cannot be built of a field nobody writes", () => {
    expect(() => fields("bytestoclients_1d", "bytes.fromnowhere")).toThrow(
      expect.objectContaining({ code: "GRAFANA_UNKNOWN_FIELD" }),
    );
    expect(() => fields("cachestatus_1d", "active")).toThrow(/no field "active"/);
    expect(() => fields("precacheasset_1d", "url")).toThrow(/no field "url"/);
  });
});

/** A mount in Compose's long form. */
interface Bind {
  readonly source: string;
}

describe("deploy/compose.yaml", () => {
  const path = join(ROOT, "deploy/compose.yaml");
  const composed = parse(readFileSync(path, "utf8")) as {
    services: Record<
      string,
      {
        image: string;
        healthcheck?: object;
        secrets?: string[];
        environment?: Record<string, string>;
        volumes?: (string | Bind)[];
        ports?: string[];
      }
    >;
    secrets: Record<string, { file: string }>;
    volumes: Record<string, unknown>;
  };

  it("has health checks, pinned images, ports of this machine only, and mounts what is there", () => {
    for (const [name, service] of Object.entries(composed.services)) {
      expect(service.image, name).toMatch(/:\d+\.\d+\.\d+$/);
      expect(service.healthcheck, name).toBeDefined();
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const volume of service.volumes ?? []) {
        if (typeof volume !== "string") continue;
        const [source = ""] = volume.split(":");
        if (source.startsWith(".")) expect(existsSync(join(ROOT, "deploy", source)), source).toBe(true);
        else expect(composed.volumes).toHaveProperty(source);
      }
    }
  });

  it("takes its boards from an export for the zone of the site, and does not start without one", () => {
    const binds = Object.values(composed.services).flatMap(({ volumes = [] }) =>
      volumes.filter((volume): volume is Bind => typeof volume !== "string"),
    );
    const exported = [...exportFiles(DEFAULT_INSTALLATION).keys()].map((path) => dirname(`./boards/${path}`));
    expect(binds.map(({ source }) => source).sort()).toEqual([...new Set(exported)].sort());
    for (const bind of binds) expect(bind).toMatchObject({ read_only: true, bind: { create_host_path: false } });
    expect(readFileSync(path, "utf8")).not.toContain("generated");
  });

  it("keeps secrets in files", () => {
    for (const { file } of Object.values(composed.secrets)) expect(file).toMatch(/^\.\/secrets\//);
    for (const service of Object.values(composed.services)) {
      for (const secret of service.secrets ?? []) expect(composed.secrets).toHaveProperty(secret);
      for (const [key, value] of Object.entries(service.environment ?? {})) {
        if (/PASSWORD/.test(key)) expect(value).toMatch(/^\/run\/secrets\//);
      }
    }
    expect(readFileSync(join(ROOT, ".gitignore"), "utf8")).toContain("deploy/secrets/");
  });
});
