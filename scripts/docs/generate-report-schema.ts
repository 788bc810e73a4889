/**
 * Writes docs/report.schema.json from the schema of the report's JSON.
 *
 * @module
 */
import * as z from "zod";
import { reportSchema } from "../../report/json.ts";
import { type GeneratedPage, writeWhenStarted } from "./generated-page.ts";

export const reportSchemaPage: GeneratedPage = {
  path: "docs/report.schema.json",
  text: () => {
    // a bigint is a whole number with all its digits in JSON
    const schema = z.toJSONSchema(reportSchema, {
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema._zod.def.type === "bigint") jsonSchema.type = "integer";
      },
    });
    return `${JSON.stringify({ title: "larder report", ...schema }, null, 2)}\n`;
  },
};

writeWhenStarted(import.meta, reportSchemaPage);
