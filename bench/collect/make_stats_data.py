"""Makes a Metrics.sqlite with N rows of statsData, 21 for each minute: make_stats_data.py PATH N [plain|pk]."""

import random
import sqlite3
import sys

path, rows = sys.argv[1], int(sys.argv[2])
key = "INTEGER" if len(sys.argv) > 3 and sys.argv[3] == "plain" else "INTEGER PRIMARY KEY"
NAMES = [
    *("bytes.from%s.toclients" % source for source in ("cache", "origin", "peers")),
    *("bytes.from%s.topeers" % source for source in ("cache", "origin")),
    "bytes.dropped",
    *("bytes.imported.by%s" % way for way in ("http", "xpc")),
    "bytes.purged.total",
    *("bytes.purged.youngerthan%s" % age for age in ("1day", "7days", "30days")),
    *("imports.by%s" % way for way in ("http", "xpc")),
    *("replies.from%s.toclients" % source for source in ("cache", "origin", "peers")),
    *("replies.from%s.topeers" % source for source in ("cache", "origin")),
    "requests.fromclients",
    "requests.frompeers",
]
random.seed(7)
db = sqlite3.connect(path)
db.execute("PRAGMA synchronous=OFF")
db.execute(
    "CREATE TABLE statsData (entryIndex %s, collectionDate INTEGER, expirationDate INTEGER, metricName TEXT, dataValue INTEGER)"
    % key
)
START = 1487115473


def generate():
    for entry in range(rows):
        batch, place = divmod(entry, len(NAMES))
        date = START + batch * 60
        name = NAMES[place]
        zero = random.random() < 0.45
        value = 0 if zero else random.randrange(8_000_000_000 if name.startswith("bytes") else 500)
        yield entry + 1, date, date + 604800, name, value


db.executemany("INSERT INTO statsData VALUES (?,?,?,?,?)", generate())
db.commit()
