/**
 * Writes every generated page: `npm run docs`, after a change of the schema, the settings or the commands.
 */
import { generatedPages } from "./generated-pages.ts";
import { writePage } from "./generated-page.ts";

for (const page of generatedPages) writePage(page);
