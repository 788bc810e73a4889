/**
 * Opens the CSV of a report in LibreOffice, in English and in German, and looks at the cells: amounts and ratios are numbers,
 * days are dates, names are texts, and nothing is a formula, whatever a site is called.
 *
 *     npx tsx scripts/test/spreadsheet.ts        needs soffice: apt-get install libreoffice-calc
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csv } from "../../report/csv.ts";
import { exampleReport, HOSTILE_NAMES } from "../../report/testing/example.ts";
import { wordsOf } from "../../report/words.ts";

/** What the dialog of LibreOffice offers on a computer of the language: separator, UTF-8, language, detect dates. */
const IMPORT = { en: "44,34,76,1,,1033,false,true", de: "59,34,76,1,,1031,false,true" } as const;

interface Cell {
  readonly type: string;
  readonly value: string;
}

const folder = mkdtempSync(join(tmpdir(), "larder-spreadsheet-"));
const wrong: string[] = [];
try {
  const report = exampleReport(HOSTILE_NAMES);
  for (const language of ["en", "de"] as const) {
    const file = join(folder, `${language}.csv`);
    writeFileSync(file, csv(report, wordsOf(language)));
    const rows = openInSpreadsheet(file, IMPORT[language]);
    const check = (what: string, ok: boolean): void => {
      if (!ok) wrong.push(`${language}: ${what}`);
    };
    const of = (part: string): Cell[][] => rows.filter(([first]) => first?.value === part);
    const [total] = of("total");
    check(
      "the total is a number",
      total?.[3]?.type === "float" && Number(total[3].value) === Number(report.total.served),
    );
    const days = of("day");
    check("every day has a row", days.length === report.buckets.length);
    check(
      "days are dates",
      days.every(([, from]) => from?.type === "date"),
    );
    check("the first day is the first", days[0]?.[1]?.value.startsWith("2026-10-01") === true);
    for (const [i, bucket] of report.buckets.entries()) {
      const [served, ratio] = [days[i]?.[3], days[i]?.[7]];
      if (!bucket.hasData) check(`no data on day ${i} is an empty cell`, served?.value === "");
      else check(`day ${i} is a number`, served?.type === "float" && Number(served.value) === Number(bucket.served));
      const expected = bucket.hitRatio ?? 0;
      if (bucket.hasData) check(`ratio of day ${i}`, Math.abs(Number(ratio?.value) - expected) < 0.0001);
    }
    const sites = of("site");
    check("every site has a row", sites.length === report.sites.length);
    check(
      "sites are texts",
      sites.every(([, , name]) => name?.type !== "float" && name?.type !== "date"),
    );
    check(
      "sites have numbers",
      sites.every(([, , , served]) => served?.type === "float"),
    );
    console.log(`${language}: ${rows.length} rows, ${days.length} days, ${sites.length} sites`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const each of wrong) console.error(each);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** The cells as LibreOffice has them, by its own flat file. */
function openInSpreadsheet(file: string, options: string): Cell[][] {
  const soffice = ["--headless", `-env:UserInstallation=file://${folder}/profile`, "--convert-to", "fods"];
  const filter = `--infilter=Text - txt - csv (StarCalc):${options}`;
  execFileSync("soffice", [...soffice, filter, "--outdir", folder, file], { stdio: "ignore", timeout: 300_000 });
  const xml = readFileSync(file.replace(/csv$/, "fods"), "utf8");
  if (xml.includes("table:formula")) wrong.push(`${file}: there is a formula`);
  return [...xml.matchAll(/<table:table-row[^>]*>(.*?)<\/table:table-row>/gs)].map(([, row = ""]) => cellsOf(row));
}

function cellsOf(row: string): Cell[] {
  const cells = [...row.matchAll(/<table:table-cell([^>]*?)(?:\/>|>(.*?)<\/table:table-cell>)/gs)];
  return cells.flatMap(([, attributes = "", inside = ""]) => {
    const of = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1];
    const text = inside.replace(/<[^>]+>/g, "").trim();
    const value = of("office:value") ?? of("office:date-value") ?? of("office:boolean-value") ?? text;
    const repeated = Math.min(20, Number(of("table:number-columns-repeated") ?? 1));
    return Array.from({ length: repeated }, () => ({ type: of("office:value-type") ?? "", value }));
  });
}
