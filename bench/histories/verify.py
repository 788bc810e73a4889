"""Compares what larder keeps with the book of world.py: field by field and day by day.

verify.py JSON: {folder, stateDir, zone, historyZone, influx: {url, database}, victoria: {url, server}, history: [...]}
Prints a JSON list of sentences; empty when all is right. Reads larder's files and servers by itself.
"""

import collections
import datetime
import glob
import gzip
import json
import os
import re
import sqlite3
import sys
import urllib.parse
import urllib.request
import zoneinfo

asked = json.loads(sys.argv[1])
zone = zoneinfo.ZoneInfo(asked["zone"])
wrong = []


def day(ms, where=zone):
    return datetime.datetime.fromtimestamp(ms // 1000, where).strftime("%Y-%m-%d")


def measurement(field):
    head = field.split(".")
    if head[0] == "bytes":
        return "bytestoclients" if head[1].startswith("from") else {"dropped": "bytesdropped", "imported": "bytesimported", "purged": "bytespurged"}[head[1]]
    return head[0]


def compare(where, expected, found):
    for key in sorted(set(expected) | set(found)):
        if expected.get(key, 0) != found.get(key, 0):
            wrong.append("%s: %s is %s, the book says %s" % (where, key, found.get(key, 0), expected.get(key, 0)))


# the book
truth = collections.Counter()
# hours are those of UTC, which days of some zones cut
UTC = zoneinfo.ZoneInfo("UTC")
truth_utc = collections.Counter()
book = sqlite3.connect(os.path.join(asked["folder"], "book.sqlite"))
for at, field, value in book.execute("SELECT at, field, value FROM book"):
    truth[(field, day(int(at * 1000)))] += value
    truth_utc[(field, day(int(at * 1000), UTC))] += value
fields = {field for field, _ in truth}


# the journal: lines up to the last commit mark, the last line of a point wins
def journal_lines(stream):
    for path in sorted(glob.glob(os.path.join(asked["stateDir"], "journal", stream, "*.lp*"))):
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rb") as file:
            content = file.read()
        if not path.endswith(".gz"):
            marks = [match.end() for match in re.finditer(rb"^#commit [^\n]*\n", content, re.M)]
            content = content[: marks[-1]] if marks else b""
        for line in content.split(b"\n"):
            if line and not line.startswith(b"#"):
                yield line.decode("utf-8")


def points(stream):
    for line in journal_lines(stream):
        series, values, at = re.fullmatch(r"((?:\\.|[^\\ ])+) (.*) (-?\d+)", line).groups()
        name = re.split(r"(?<!\\),", series)[0]
        for field, value in re.findall(r'(?:^|,)((?:\\.|[^\\=,])+)=(-?\d+)i', values):
            yield name, series, field, int(value), int(at)


raw = {}
for name, series, field, value, at in points("collector"):
    if field in fields and name == measurement(field):
        raw[(series, field, at)] = value
journal = collections.Counter()
for (_, field, at), value in raw.items():
    journal[(field, day(at))] += value
compare("journal", truth, journal)

rolled = {"_1h": {}, "_1d": {}}
for name, series, field, value, at in points("rollup"):
    unit = name[-3:]
    if unit in rolled and field in fields and name[:-3] == measurement(field):
        rolled[unit][(series, field, at)] = value
# only closed hours and days are rolled up; the world is years old, so all of them are
hours = collections.Counter()
for (_, field, at), value in rolled["_1h"].items():
    hours[(field, day(at, UTC))] += value
compare("hours of the journal", truth_utc, hours)
days = collections.Counter()
for (_, field, at), value in rolled["_1d"].items():
    days[(field, day(at))] += value
compare("days of the journal", truth, days)


# larder history --json
served = collections.Counter()
history_zone = zoneinfo.ZoneInfo(asked["historyZone"])
for at, field, value in book.execute("SELECT at, field, value FROM book"):
    if re.fullmatch(r"bytes\.from\w+\.toclients", field):
        served[day(int(at * 1000), history_zone)] += value
compare("larder history", served, {row["day"]: row["served"] for row in asked["history"]})


# servers
def influx_days(suffix, where):
    found = collections.Counter()
    database = asked["influx"]["database"]
    for field in fields:
        query = 'SELECT sum("%s") FROM "%s" WHERE time >= 0 AND time < \'2100-01-01\' GROUP BY time(1d) fill(none) tz(\'%s\')' % (
            field,
            measurement(field) + suffix,
            where.key,
        )
        ask = urllib.parse.urlencode({"db": database, "epoch": "ms", "q": query})
        answer = json.load(urllib.request.urlopen(asked["influx"]["url"] + "/query?" + ask))
        for result in answer["results"]:
            if "error" in result:
                raise SystemExit(result["error"])
            for series in result.get("series", []):
                for at, value in series["values"]:
                    found[(field, day(at, where))] += value
    return found


def victoria_days(suffix, where):
    found = collections.Counter()
    for field in fields:
        name = "%s_%s" % (measurement(field) + suffix, field)
        selector = '{__name__="%s",server="%s"}' % (name, asked["victoria"]["server"])
        ask = urllib.parse.urlencode({"match[]": selector, "start": "0"})
        text = urllib.request.urlopen(asked["victoria"]["url"] + "/api/v1/export?" + ask).read().decode()
        for line in text.splitlines():
            series = json.loads(line)
            for value, at in zip(series["values"], series["timestamps"]):
                found[(field, day(at, where))] += int(value)
    return found


for name, ask in (("InfluxDB", influx_days), ("VictoriaMetrics", victoria_days)):
    compare(name, truth, ask("", zone))
    compare(name + ", hours", truth_utc, ask("_1h", UTC))
    compare(name + ", days", truth, ask("_1d", zone))

print(json.dumps(wrong))
