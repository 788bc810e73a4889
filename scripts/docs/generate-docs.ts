/**
 * Writes every generated page: `npm run docs`, after a change of the schema, the settings or the commands.
 */

import { writePage } from "./generated-page.ts";
import { generatedPages } from "./generated-pages.ts";

for (const page of generatedPages) writePage(page);
