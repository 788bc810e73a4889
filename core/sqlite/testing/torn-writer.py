"""A busy owner: collections of 25 rows come and go in one transaction each, every seventh is rolled back."""
import random
import select
import sqlite3
import sys

path, mode, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
spill, churn = sys.argv[4] == "spill", sys.argv[4] == "churn"
db = sqlite3.connect(path, isolation_level=None, timeout=30)
db.execute("PRAGMA journal_mode=" + mode)
db.execute("PRAGMA synchronous=OFF" if mode == "delete" else "PRAGMA synchronous=NORMAL")
db.execute("PRAGMA wal_autocheckpoint=40")
if spill:
    db.execute("PRAGMA cache_size=4")
db.execute("CREATE TABLE IF NOT EXISTS m(entryIndex INTEGER PRIMARY KEY, collection INTEGER, name TEXT, value INTEGER)")
db.execute("CREATE INDEX IF NOT EXISTS mc ON m(collection)")


def rows(collection):
    return [(collection, "metric.%d" % k, random.randrange(10**9)) for k in range(25)]


db.execute("BEGIN")
for collection in range(80):
    db.executemany("INSERT INTO m(collection, name, value) VALUES(?,?,?)", rows(collection))
db.execute("COMMIT")
print("ready", flush=True)
turn = 0
while not select.select([sys.stdin], [], [], pause)[0]:
    turn += 1
    if churn:
        db.close()
        db = sqlite3.connect(path, isolation_level=None, timeout=30)
    db.execute("BEGIN IMMEDIATE")
    first = 80 + turn * 100
    for collection in range(first, first + (40 if spill and turn % 5 == 0 else 1)):
        db.executemany("INSERT INTO m(collection, name, value) VALUES(?,?,?)", rows(collection))
    db.execute("DELETE FROM m WHERE collection IN (SELECT DISTINCT collection FROM m ORDER BY collection LIMIT "
               "max(0, (SELECT count(DISTINCT collection) FROM m) - 80))")
    db.execute("ROLLBACK" if turn % 7 == 0 else "COMMIT")
print(turn, flush=True)
db.close()
