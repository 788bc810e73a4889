/** What `core` reads from outside. */
import { isDeepStrictEqual } from "node:util";
import { parseStatus } from "../../../core/cache/status/status.ts";
import {
  FieldTable,
  forEachField,
  forEachLine,
  type LineValue,
  lineTime,
  NumberReader,
  parseLine,
  parseTags,
  pointLine,
} from "../../../core/line/line.ts";
import { parsePlist } from "../../../core/plist/plist.ts";
import { lines, ownFiles, sharedFiles, texts } from "../seeds.ts";
import { NotTheSame, type Target } from "../target.ts";

/** Every kind of value, as plistlib writes it. */
const BINARY =
  "YnBsaXN0MDDcAQIDBAUGBwgJCgsMDQ4PEBESExQVHiMkUWFRYlFjUWRRZVFmUWdRaFFpUWpUbG9uZ1N1aWQQARP/////////+xMAAAEAAAAAACM/+AAAAAAAAFR0ZXh0ZAD8AG4A7yYDTxAeAAECAAECAAECAAECAAECAAECAAECAAECAAECAAECM0HHgvhAAAAAow0WFxACohgZEAPSGhscHVF4UXkJCNEfIFFr0SEiUWygXxAoeHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eIADCCEjJScpKy0vMTM1Oj5ASVJbYGmKk5eZnJ6jpaeoqayusbO03wAAAAAAAAEBAAAAAAAAACUAAAAAAAAAAAAAAAAAAADh";

const journal = () => ownFiles("fixtures/state/0.1", ".lp");

/** A line as a point: what can be written again. */
function readLine(line: string) {
  const parsed = parseLine(line);
  if (parsed === undefined) return undefined;
  const fields: Record<string, LineValue> = Object.create(null) as Record<string, LineValue>;
  forEachField(parsed.fieldText, (name, value) => {
    fields[name] = value;
  });
  return { measurement: parsed.measurement, tags: parseTags(parsed.tagText), fields, timeMs: parsed.timeMs };
}

export const targets: readonly Target[] = [
  {
    name: "core/line",
    seeds: () => [
      ...lines(journal(), 8),
      ...texts('m\\ x,a\\,b=c\\=d,e=f\\\\ g="a \\" b",h=1i,j=-0.5e3,k=true 1', "m v=9223372036854775807i -1"),
    ],
    words: ["i", "\\ ", "\\,", "\\=", "=1i ", ' "', ",=", "true"],
    run: (input) => {
      const text = input.toString("utf8");
      const point = readLine(text);
      if (point === undefined || Object.keys(point.fields).length === 0) return undefined;
      const again = readLine(pointLine(point));
      if (!isDeepStrictEqual(again, readLine(pointLine(again ?? point)))) throw new NotTheSame(point, again);
      return point;
    },
  },
  {
    name: "core/line-bytes",
    seeds: () => journal().map((each) => each.subarray(0, 4096)),
    words: ["i", "\\ ", "\n", "=1i ", "#commit "],
    run: (input) => {
      const fields = new FieldTable();
      const times: (number | undefined)[] = [];
      new NumberReader(() => ({ fields })).read(input, (_, values, timeMs) => times.push(timeMs, values.count));
      forEachLine(input, (start, end) => times.push(lineTime(input, start, end)));
      return times;
    },
  },
  {
    name: "core/status",
    seeds: () => [
      ...sharedFiles("metrics/status-json"),
      ...sharedFiles("metrics/status-text"),
      ...sharedFiles("metrics/serveradmin"),
      ...sharedFiles("reported/status-empty-neighbours"),
      ...sharedFiles("reported/status-old-plist-header"),
      ...sharedFiles("reported/status-server3-names"),
      ...ownFiles("fixtures/doctor", "status.json"),
    ],
    words: [
      "CacheUsed",
      "Active",
      "_array_index:0:",
      " = ",
      "{",
      "(",
      "Parents",
      "bytes",
      "KB",
      "GB",
      "Caching status: {",
    ],
    run: (input) => parseStatus(input.toString("utf8"), "the cache"),
  },
  {
    name: "core/plist",
    seeds: () => [
      ...ownFiles("deploy", ".plist", ".mobileconfig"),
      ...ownFiles("fixtures/doctor", ".plist"),
      ...sharedFiles("precache/precache", ".plist"),
      ...sharedFiles("precache/applecache", ".plist"),
      Buffer.from(BINARY, "base64"),
    ],
    words: ["bplist00", "<!ENTITY a 'b'>", "<key>", "<![CDATA[", "<data>"],
    run: (input) => parsePlist(input, "a file"),
  },
];
