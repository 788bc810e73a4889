/**
 * The table of all caches in the browser: sorted and filtered without a request, by the rules the server has.
 *
 * @module
 */
import type { Words } from "../../words.ts";
import { compareRows, isShown, queryOf, type RowKeys, sortedBy, type TableView, viewOf } from "../table-view.ts";

/** Makes the table do what its links and its form say. @returns brings rows into their order again */
export function startTable(words: Words): () => void {
  const table = document.getElementById("caches");
  const form = document.getElementById("filter");
  const body = table?.querySelector("tbody");
  if (!(table instanceof HTMLTableElement) || !(form instanceof HTMLFormElement) || !body) return () => undefined;
  let view = viewOf(new URLSearchParams(table.dataset["view"] ?? ""));

  const arrange = (): void => {
    const rows = [...body.rows].map((row) => ({ row, keys: JSON.parse(row.dataset["keys"] ?? "{}") as RowKeys }));
    for (const { row, keys } of rows) row.hidden = !isShown(keys, view);
    const sorted = rows.toSorted((a, b) => compareRows(a.keys, b.keys, view));
    // a row that is where it belongs is not moved: it may have the focus
    for (const [i, { row }] of sorted.entries()) if (body.rows[i] !== row) body.insertBefore(row, body.rows[i] ?? null);
    const shown = document.getElementById("shown");
    const text = words.fill(words.live.shown, {
      shown: rows.filter(({ row }) => !row.hidden).length,
      all: rows.length,
    });
    if (shown !== null && shown.textContent !== text) shown.textContent = text;
  };

  const show = (next: TableView): void => {
    view = next;
    history.replaceState(null, "", queryOf(view));
    for (const head of table.querySelectorAll("th[data-column]")) {
      const column = head.getAttribute("data-column") ?? "";
      if (column === view.sort) head.setAttribute("aria-sort", view.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector("a")?.setAttribute("href", queryOf(sortedBy(view, column)));
    }
    arrange();
  };

  table.tHead?.addEventListener("click", (event) => {
    const head = event.target instanceof Element ? event.target.closest("a")?.closest("th") : undefined;
    if (!head || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(sortedBy(view, head.dataset["column"] ?? "name"));
  });
  const filter = (): void => {
    const chosen = viewOf(new URLSearchParams([...new FormData(form)].map(([key, value]) => [key, String(value)])));
    show({ ...view, search: chosen.search, tags: chosen.tags });
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  return arrange;
}
