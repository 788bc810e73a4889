/**
 * Which caches of the table are shown, and in which order. Pure, and used twice: where the page is made, for those without
 * scripts, and in the browser.
 *
 * @module
 */

/** What a row is sorted and found by. */
export interface RowKeys {
  readonly name: string;
  /** By column; null where nothing is known, which comes last whatever the direction. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface TableView {
  /** A column, or `name`. */
  readonly sort: string;
  readonly descending: boolean;
  /** Every word must be in the name or in a tag. */
  readonly search: string;
  /** Tags a row must have. */
  readonly tags: Readonly<Record<string, string>>;
}

const TAG = "tag.";

/** The view an address asks for: `?sort=served&dir=desc&q=oak&tag.region=North`. */
export function viewOf(query: URLSearchParams): TableView {
  const tags: [string, string][] = [];
  for (const [key, value] of query) {
    if (key.startsWith(TAG) && value !== "") tags.push([key.slice(TAG.length), value]);
  }
  return {
    sort: query.get("sort") ?? "level",
    descending: (query.get("dir") ?? "desc") === "desc",
    search: query.get("q") ?? "",
    tags: Object.fromEntries(tags),
  };
}

/** The address of a view. */
export function queryOf({ sort, descending, search, tags }: TableView): string {
  const query = new URLSearchParams({ sort, dir: descending ? "desc" : "asc" });
  if (search !== "") query.set("q", search);
  for (const [key, value] of Object.entries(tags)) query.set(TAG + key, value);
  return `?${query}`;
}

/** The view after a click on the head of a column: numbers begin with the largest, names with A. */
export function sortedBy(view: TableView, column: string): TableView {
  const descending = view.sort === column ? !view.descending : column !== "name";
  return { ...view, sort: column, descending };
}

export function isShown({ name, tags }: RowKeys, view: TableView): boolean {
  if (Object.entries(view.tags).some(([key, value]) => tags[key] !== value)) return false;
  const words = view.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return true;
  const text = [name, ...Object.values(tags)].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Negative where the first comes first. */
export function compareRows(a: RowKeys, b: RowKeys, { sort, descending }: TableView): number {
  const byName = a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  const turn = descending ? -1 : 1;
  if (sort === "name") return turn * byName;
  const [x, y] = [a.values[sort] ?? null, b.values[sort] ?? null];
  if (x === null || y === null) return x === y ? byName : x === null ? 1 : -1;
  return turn * (x - y) || byName;
}
