/**
 * A board as a file holds it, from any tool: what is missing or of another kind is left out, so that the rules can be
 * checked on any board of any Grafana.
 *
 * @module
 */
import * as z from "zod";
import type { Dashboard } from "../look/look.ts";

const words = z.string().optional().catch(undefined);
const number = z.number().catch(0);
const things = z.record(z.string(), z.unknown());
const list = <T extends z.ZodType>(each: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) => items.flatMap((item) => each.safeParse(item).data ?? []));

const panelShape = {
  type: z.string().catch(""),
  title: words,
  description: words,
  gridPos: z.looseObject({ x: number, y: number, w: number, h: number }).optional().catch(undefined),
  targets: list(things),
  fieldConfig: z
    .looseObject({ defaults: things.catch({}), overrides: list(things) })
    .optional()
    .catch(undefined),
};
const panelSchema = z.looseObject({ ...panelShape, panels: list(z.looseObject(panelShape)) });

const boardSchema = z.looseObject({
  uid: z.string().catch(""),
  title: z.string().catch(""),
  panels: z.array(z.unknown()).pipe(list(panelSchema)),
  templating: z.looseObject({ list: list(z.looseObject({ type: z.string().catch(""), name: z.string().catch("") })) }),
  annotations: z.looseObject({ list: list(z.looseObject({ name: z.string().catch(""), target: things.catch({}) })) }),
});

/** A board out of JSON; undefined where there are no panels, variables and annotations. */
export function boardOf(json: unknown): Dashboard | undefined {
  return boardSchema.safeParse(json).data as unknown as Dashboard | undefined;
}
