"""Leaves a WAL database as a killed owner does: random transactions, rollbacks and checkpoints, then gone without closing."""
import os
import random
import sqlite3
import sys

path, seed = sys.argv[1], int(sys.argv[2])
pick = random.Random(seed)
db = sqlite3.connect(path, isolation_level=None)
db.execute("PRAGMA page_size=%d" % (512 << pick.randrange(8)))
db.execute("PRAGMA auto_vacuum=%d" % pick.randrange(3))
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=OFF")
db.execute("PRAGMA wal_autocheckpoint=%d" % pick.choice([0, 3, 40]))
db.execute("PRAGMA cache_size=%d" % pick.choice([2, 2000]))
db.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)")
for turn in range(pick.randrange(5, 40)):
    db.execute("BEGIN")
    for _ in range(pick.choice([1, 5, 60])):
        kind = pick.random()
        if kind < 0.7:
            db.execute("INSERT INTO t(b) VALUES(?)", ["%x" % pick.getrandbits(pick.choice([40, 800, 40000]))])
        else:
            db.execute("DELETE FROM t WHERE a = (SELECT a FROM t WHERE a >= ? LIMIT 1)", [pick.randrange(1000)])
    db.execute("ROLLBACK" if pick.random() < 0.2 else "COMMIT")
    if pick.random() < 0.15:
        db.execute("PRAGMA wal_checkpoint(%s)" % pick.choice(["PASSIVE", "RESTART", "TRUNCATE"])).fetchall()
    if pick.random() < 0.05:
        db.execute("VACUUM")
if pick.random() < 0.5:
    db.execute("BEGIN")
    db.executemany("INSERT INTO t(b) VALUES(?)", [["left open %d" % n] for n in range(3000)])
os._exit(0)
