/**
 * Grafana's own types with enums as the plain words they are in JSON, so that boards are checked against
 * `@grafana/schema` without needing it when the program runs.
 *
 * @module
 */
import type * as schema from "@grafana/schema";

/** A type in which every string enum accepts its values as text. */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

export type FieldConfigSource = Plain<Pick<schema.FieldConfigSource, "overrides">> & {
  readonly defaults: Readonly<Record<string, unknown>>;
};

/** A panel of a board. */
export type Panel = Plain<Omit<schema.Panel, "fieldConfig" | "options" | "targets" | "transformations">> & {
  readonly fieldConfig?: FieldConfigSource;
  readonly options?: object;
  readonly targets?: readonly Readonly<Record<string, unknown>>[];
  readonly transformations?: readonly Plain<schema.DataTransformerConfig>[];
};

export type Row = Plain<Omit<schema.RowPanel, "panels">> & { readonly panels: readonly Panel[] };
export type Variable = Plain<schema.VariableModel>;
export type DashboardLink = Plain<schema.DashboardLink>;
export type ValueMapping = Plain<schema.ValueMapping>;
export type Annotation = Omit<Plain<schema.AnnotationQuery>, "target"> & {
  readonly target: Readonly<Record<string, unknown>>;
};

/** A dashboard as Grafana stores it: the classic model, which versions 8 to 13 read. */
export type Dashboard = Plain<Omit<schema.Dashboard, "panels" | "templating" | "annotations" | "links">> & {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly (Panel | Row)[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly links: readonly DashboardLink[];
};
