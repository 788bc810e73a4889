"""The same page the short way: the sums of the `sqlite3` program over the rows in a table, put into a template.

    TZ=Europe/Berlin python3 page_peer.py rows.sqlite FROM_MS TO_MS page.html

Prints the numbers of the page as JSON, so that the comparison can see that they are the same.
"""

import html
import json
import string
import subprocess
import sys

DAY_MS = 86_400_000
SOURCES = ("cache", "peers", "parents", "origin")
SUMS = ", ".join(f'coalesce(sum("bytes.from{name}.toclients"), 0)' for name in SOURCES)
LOCAL_DAY = "strftime('%Y-%m-%d', ms / 1000, 'unixepoch', 'localtime')"

PAGE = string.Template(
    """<!doctype html><html lang="en"><meta charset="utf-8"><title>What the content caches saved</title>
<h1>What the content caches saved</h1><p>$served bytes served, $saved from the caches; the time before $before.</p>
<h2>By day</h2><table>$days</table><h2>Sites</h2><table>$sites</table>
<h2>Held</h2><table>$held</table><h2>What went wrong</h2><table>$events</table></html>
"""
)


def ask(table, *questions):
    """The answers to some questions, from one run of the program."""
    script = "\n".join(f"{question};\nselect '--';" for question in questions)
    text = subprocess.run(["sqlite3", "-tabs", table], input=script, capture_output=True, text=True, check=True).stdout
    answers = text.split("--\n")
    return [[line.split("\t") for line in answer.splitlines()] for answer in answers[: len(questions)]]


def rows(found):
    return "".join("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) for row in found)


def main(table, start, end, out):
    start, end = int(start), int(end)
    span = f"ms >= {start} and ms < {end}"
    before = f"ms >= {2 * start - end} and ms < {start}"
    recent = f"ms >= {max(start, end - 7 * DAY_MS)} and ms < {end}"
    days, earlier, sites, lately, held, events = ask(
        table,
        f"select {LOCAL_DAY}, {SUMS} from rows where {span} group by 1 order by 1",
        f"select {SUMS} from rows where {before}",
        f"select site, {SUMS} from rows where {span} group by 1",
        f"select distinct site from rows where {recent}",
        "select kind, sum(bytes) from content group by 1 order by 2 desc",
        f"select ms, server, title from events where {span} order by ms desc limit 200",
    )
    sums = [sum(int(row[i]) for row in days) for i in range(1, 5)]
    fresh = {row[0] for row in lately}
    ranked = sorted(sites, key=lambda row: -sum(map(int, row[1:])))
    numbers = {
        "served": sum(sums),
        "saved": sum(sums[:3]),
        "days": [sum(map(int, row[1:])) for row in days],
        "sites": [sum(map(int, row[1:])) for row in ranked],
        "held": [int(row[1]) for row in held],
        "events": len(events),
    }
    with open(out, "w", encoding="utf-8") as file:
        file.write(
            PAGE.substitute(
                served=numbers["served"],
                saved=numbers["saved"],
                before=sum(map(int, earlier[0])),
                days=rows(days),
                sites=rows([*row, "" if row[0] in fresh else "silent"] for row in ranked),
                held=rows(held),
                events=rows(events),
            )
        )
    print(json.dumps(numbers))


main(*sys.argv[1:])
