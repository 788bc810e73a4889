/**
 * Puts a board together: places, ids, links to the other boards, annotations and the settings all boards share.
 *
 * @module
 */

import { type Board, type Installation, slug, uidOf } from "../installation.ts";
import { fields, influxWhere, metricsMatchers } from "../query/query.ts";
import type { Annotation, Dashboard, DashboardLink, Panel, Row, Variable } from "./grafana-types.ts";
import type { Unplaced } from "./panels.ts";
import { dataSource } from "./variables.ts";

/** A heading and the panels under it; collapsed rows are drawn when somebody opens them. */
export interface Section {
  readonly title?: string;
  readonly collapsed?: boolean;
  readonly panels: readonly Unplaced[];
}

/** What differs between boards. */
export interface BoardSpec {
  readonly board: Board;
  readonly title: string;
  readonly description: string;
  readonly from: string;
  /** No faster than the data: roll-ups come once an hour, gauges every five minutes. */
  readonly refresh: string;
  readonly variables: readonly Variable[];
  readonly sections: readonly Section[];
  readonly annotations?: readonly Annotation[];
}

const COLUMNS = 24;

/** The whole board. */
export function board(installation: Installation, spec: BoardSpec): Dashboard {
  return {
    uid: uidOf(installation, spec.board),
    title: `${installation.prefix} / ${spec.title}`,
    description: spec.description,
    tags: [slug(installation.prefix), "content-cache"],
    schemaVersion: 42,
    version: 1,
    editable: false,
    // one crosshair for all panels
    graphTooltip: 1,
    timezone: installation.timezone === "UTC" ? "utc" : installation.timezone,
    weekStart: "monday",
    time: { from: spec.from, to: "now" },
    timepicker: { refresh_intervals: ["1m", "5m", "15m", "1h"] },
    refresh: spec.refresh,
    links: [boardLinks(installation), ...runbookLink(installation)],
    templating: { list: spec.variables },
    annotations: { list: spec.annotations ?? [] },
    panels: placed(spec.sections),
  };
}

/** The other boards of this installation, with time range and drop-downs kept. */
function boardLinks(installation: Installation): DashboardLink {
  return {
    type: "dashboards",
    title: "Boards",
    tooltip: "The other boards, for the same time and the same choice",
    tags: [slug(installation.prefix)],
    icon: "dashboard",
    url: "",
    asDropdown: false,
    keepTime: true,
    includeVars: true,
    targetBlank: false,
  };
}

function runbookLink({ runbookUrl }: Installation): DashboardLink[] {
  if (runbookUrl === undefined) return [];
  return [
    {
      type: "link",
      title: "Runbook",
      tooltip: "What to do about problems and alerts",
      tags: [],
      icon: "doc",
      url: runbookUrl,
      asDropdown: false,
      keepTime: false,
      includeVars: false,
      targetBlank: true,
    },
  ];
}

/** Events that a board draws. */
export interface DrawnEvents {
  readonly name: string;
  /** Their kinds: a regular expression without anchors. */
  readonly event: string;
  readonly colour: string;
  readonly select: Readonly<Record<string, string>>;
}

/** Events drawn as lines across every panel. */
export function annotation(installation: Installation, { name, event, colour, select }: DrawnEvents): Annotation {
  const { measurement } = fields("events", "title", "text", "tags");
  const shared = { name, datasource: dataSource(installation), enable: true, hide: false, iconColor: colour };
  if (installation.engine === "influxdb") {
    const where = influxWhere({ select, where: { event } });
    const query = `SELECT "title", "text", "tags" FROM "${measurement}" WHERE ${where}`;
    return {
      ...shared,
      target: {
        refId: "Anno",
        query,
        rawQuery: true,
        fromAnnotations: true,
        titleColumn: "title",
        textColumn: "text",
        tagsColumn: "tags",
        timeEndColumn: "",
      },
    };
  }
  // VictoriaMetrics keeps no text: that an event was, when, of which kind and on which cache is what it knows
  const matchers = metricsMatchers({ select, where: { event } });
  return {
    ...shared,
    target: {
      refId: "Anno",
      expr: `count by (server, event) (count_over_time({__name__="${measurement}_title",${matchers}}[$__interval]))`,
      interval: "1m",
      range: true,
      instant: false,
      fromAnnotations: true,
    },
    titleFormat: "{{event}}",
    textFormat: "{{event}} on {{server}}",
    tagKeys: "event,server",
  } as Annotation;
}

/** Left to right, then down; ids count from 1 and are never given twice. */
function placed(sections: readonly Section[]): (Panel | Row)[] {
  const all: (Panel | Row)[] = [];
  let y = 0;
  let id = 1;
  for (const section of sections) {
    const rowId = id;
    const rowY = y;
    if (section.title !== undefined) {
      id++;
      y++;
    }
    const { panels, bottom } = flow(section.panels, y, id);
    id += panels.length;
    if (section.title !== undefined) {
      const collapsed = section.collapsed === true;
      const gridPos = { h: 1, w: COLUMNS, x: 0, y: rowY };
      all.push({ type: "row", id: rowId, title: section.title, collapsed, gridPos, panels: collapsed ? panels : [] });
      if (collapsed) {
        y = rowY + 1;
        continue;
      }
    }
    all.push(...panels);
    y = bottom;
  }
  return all;
}

function flow(panels: readonly Unplaced[], top: number, firstId: number): { panels: Panel[]; bottom: number } {
  let x = 0;
  let y = top;
  let bottom = top;
  const done = panels.map((panel, i) => {
    const { w, h } = panel.gridPos;
    if (x + w > COLUMNS) {
      x = 0;
      y = bottom;
    }
    const gridPos = { w, h, x, y };
    x += w;
    bottom = Math.max(bottom, y + h);
    return { ...panel, id: firstId + i, gridPos };
  });
  return { panels: done, bottom };
}
