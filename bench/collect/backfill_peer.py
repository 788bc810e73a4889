"""The program an admin would write: Metrics.sqlite to InfluxDB with nothing but the standard library.

Usage: backfill_peer.py DATABASE URL DB [SERVER]. One line for each measurement and collection date, 5,000 lines a request.
"""

import sqlite3
import sys
import urllib.request

path, url, database = sys.argv[1:4]
server = sys.argv[4] if len(sys.argv) > 4 else "peer"
TAGS = ",region=North,school_type=primary,server=%s,site_code=1234,site_name=Hill\\ School" % server


def measurement(name):
    if name.startswith("bytes.from"):
        return "bytestoclients"
    if name.startswith("bytes."):
        return "bytes" + name.split(".")[1]
    return name.split(".")[0]


def send(lines):
    request = urllib.request.Request(
        "%s/write?db=%s&precision=ms" % (url, database), data="\n".join(lines).encode("utf-8"), method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def main():
    names = {}
    lines = []
    date = None
    fields = {}

    def flush():
        for group, values in fields.items():
            lines.append("%s%s %s %d" % (group, TAGS, ",".join(values), date * 1000))

    rows = sqlite3.connect("file:%s?mode=ro" % path, uri=True).execute(
        "SELECT collectionDate, metricName, dataValue FROM statsData ORDER BY entryIndex"
    )
    for collected, name, value in rows:
        if collected != date:
            if date is not None:
                flush()
                if len(lines) >= 5000:
                    send(lines)
                    lines = []
            date = collected
            fields = {}
        group = names.get(name)
        if group is None:
            group = names[name] = measurement(name)
        fields.setdefault(group, []).append("%s=%di" % (name, value))
    if date is not None:
        flush()
    if lines:
        send(lines)


main()
