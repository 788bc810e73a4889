"""The world of one random history: a metrics database of either generation, changed step by step, and its own ledger.

Reads one JSON command a line and answers with one JSON line. Nothing of larder is used: this is the independent book
that larder's journal, roll-ups and servers are compared with (see verify.py).

A row counts once it has been in the database when a collection began or while it ran. What a step removes has been
collected before, so that nothing is ever removed unseen.
"""

import json
import os
import random
import shutil
import sqlite3
import sys
import threading
import time

APPLE_EPOCH = 978307200
OLD_NAMES = [
    *("bytes.from%s.toclients" % source for source in ("cache", "origin", "peers")),
    *("bytes.from%s.topeers" % source for source in ("cache", "origin")),
    "bytes.dropped",
    *("bytes.imported.by%s" % way for way in ("http", "xpc")),
    "bytes.purged.total",
    *("imports.by%s" % way for way in ("http", "xpc")),
    *("replies.from%s.toclients" % source for source in ("cache", "origin", "peers")),
    "requests.fromclients",
    "requests.frompeers",
]
COLUMNS = {
    "ZBYTESFROMCACHETOCLIENT": "bytes.fromcache.toclients",
    "ZBYTESFROMORIGINTOCLIENT": "bytes.fromorigin.toclients",
    "ZBYTESFROMPEERTOCLIENT": "bytes.frompeers.toclients",
    "ZBYTESFROMPARENTTOCLIENT": "bytes.fromparents.toclients",
    "ZBYTESFROMCACHETOPEER": "bytes.fromcache.topeers",
    "ZBYTESDROPPED": "bytes.dropped",
    "ZBYTESIMPORTEDBYHTTP": "bytes.imported.byhttp",
    "ZBYTESPURGEDTOTAL": "bytes.purged.total",
    "ZREPLIESFROMCACHETOCLIENT": "replies.fromcache.toclients",
    "ZREQUESTSFROMCLIENT": "requests.fromclients",
}
# read by larder when they are there; added in the middle of a history, with 0 or NULL in the rows so far
LATER_COLUMNS = {
    "ZREQUESTSFROMCHILD": "requests.fromchildren",
    "ZREQUESTSREJECTEDFORNOSPACE": "requests.rejected.fornospace",
    "ZIMPORTSBYXPC": "imports.byxpc",
}


class World:
    def __init__(self, folder, seed, generation, wal, key, start):
        self.random = random.Random(seed)
        self.folder = folder
        self.generation = generation
        self.path = os.path.join(folder, "Metrics.sqlite" if generation == "old" else "Metrics.db")
        self.wal = wal
        self.key = key
        self.now = start
        self.columns = dict(COLUMNS)
        self.dropped = []
        self.lock = threading.Lock()
        self.backups = []
        # (unix seconds, field, value) of every row ever committed
        self.book = sqlite3.connect(os.path.join(folder, "book.sqlite"), check_same_thread=False)
        self.book.execute("CREATE TABLE book (at REAL, field TEXT, value INTEGER)")
        self.create()

    # the database

    def connect(self):
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        db.execute("PRAGMA journal_mode=%s" % ("WAL" if self.wal else "DELETE"))
        return db

    def create(self):
        db = self.connect()
        if self.generation == "old":
            db.execute(
                "CREATE TABLE statsData (entryIndex %s, collectionDate INTEGER, expirationDate INTEGER, metricName TEXT, dataValue INTEGER)"
                % ("INTEGER PRIMARY KEY" if self.key else "INTEGER")
            )
        else:
            db.execute(
                "CREATE TABLE ZMETRIC (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZCREATIONDATE TIMESTAMP, ZPERIOD FLOAT, %s)"
                % ", ".join("%s INTEGER" % column for column in self.columns)
            )
        db.close()

    def next_key(self, db):
        table, key = ("statsData", "entryIndex") if self.generation == "old" else ("ZMETRIC", "Z_PK")
        return (db.execute("SELECT max(%s) FROM %s" % (key, table)).fetchone()[0] or 0) + 1

    def value(self, field):
        roll = self.random.random()
        if roll < 0.4:
            return 0
        if roll < 0.42 and field.startswith("bytes"):
            return self.random.randrange(2**45)
        return self.random.randrange(8_000_000_000 if field.startswith("bytes") else 500)

    def batch(self, db, at):
        """One commit of the cache at a time: 1 row in the newer database, some in the older one."""
        booked = []
        number = self.next_key(db)
        db.execute("BEGIN IMMEDIATE")
        if self.generation == "old":
            names = self.random.sample(OLD_NAMES, self.random.randint(1, len(OLD_NAMES)))
            if self.random.random() < 0.1:
                names.append(self.random.choice(["requests.fromchildren", "uptime", "replies.fromcache.tochildren"]))
            for name in names:
                value = self.value(name)
                if self.random.random() < 0.02:
                    value = None
                db.execute("INSERT INTO statsData (entryIndex, collectionDate, expirationDate, metricName, dataValue) VALUES (?,?,?,?,?)", (number, int(at), int(at) + 604800, name, value))
                number += 1
                if value is not None and name != "uptime":
                    booked.append((int(at), name, value))
        else:
            values = {column: self.value(field) for column, field in self.columns.items()}
            if self.random.random() < 0.1:
                values[self.random.choice(list(values))] = None
            names = ["Z_PK", "Z_ENT", "Z_OPT", "ZCREATIONDATE", "ZPERIOD", *values]
            row = [number, 1, 1, at - APPLE_EPOCH, 60.0, *values.values()]
            db.execute("INSERT INTO ZMETRIC (%s) VALUES (%s)" % (",".join(names), ",".join("?" * len(names))), row)
            booked += [(at, self.columns[column], value) for column, value in values.items() if value is not None]
        # booked first: a row that is in the database is always in the book, even if the process stops in between
        with self.lock:
            db.execute("COMMIT")
            self.book.executemany("INSERT INTO book VALUES (?,?,?)", booked)
            self.book.commit()

    def append(self, minutes):
        db = self.connect()
        for _ in range(minutes):
            self.now += self.random.choice([60, 60, 60, 60, 60, 1, 0, 3600])
            late = self.random.random() < 0.05
            at = self.now - (self.random.randrange(7200) if late else 0)
            fraction = 0 if self.generation == "old" else self.random.randrange(900) / 1000
            self.batch(db, at + fraction)
        db.close()

    # steps that remove only what has been collected

    def purge(self):
        db = self.connect()
        table = "statsData" if self.generation == "old" else "ZMETRIC"
        share = self.random.choice([0.2, 0.7, 1.0])
        count = db.execute("SELECT count(*) FROM %s" % table).fetchone()[0]
        db.execute(
            "DELETE FROM %s WHERE rowid IN (SELECT rowid FROM %s ORDER BY rowid LIMIT %d)" % (table, table, int(count * share))
        )
        db.close()

    def remove_files(self):
        for end in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(self.path + end):
                os.remove(self.path + end)

    def reset(self):
        self.remove_files()
        self.create()

    def backup(self):
        target = os.path.join(self.folder, "backup%d" % len(self.backups))
        source = self.connect()
        copy = sqlite3.connect(target)
        source.backup(copy)
        copy.close()
        source.close()
        self.backups.append((target, dict(self.columns)))

    def restore(self):
        if not self.backups:
            return
        target, columns = self.random.choice(self.backups)
        self.remove_files()
        shutil.copyfile(target, self.path)
        self.columns = columns

    def vacuum(self):
        db = self.connect()
        db.execute("VACUUM")
        db.close()

    def change_columns(self):
        """Another model: a column more, with 0 or nothing in the rows so far, or one larder does not know."""
        db = self.connect()
        if self.generation == "old":
            db.execute("ALTER TABLE statsData ADD COLUMN extra%d TEXT" % self.random.randrange(10**9))
        else:
            missing = [column for column in LATER_COLUMNS if column not in self.columns]
            if missing and self.random.random() < 0.8:
                column = self.random.choice(missing)
                default = self.random.choice(["", " DEFAULT 0"])
                db.execute("ALTER TABLE ZMETRIC ADD COLUMN %s INTEGER%s" % (column, default))
                self.columns[column] = LATER_COLUMNS[column]
            else:
                db.execute("ALTER TABLE ZMETRIC ADD COLUMN ZEXTRA%d INTEGER DEFAULT 0" % self.random.randrange(10**9))
        db.close()

    def renumber(self):
        """A migration gives every row another number."""
        db = self.connect()
        table, key = ("statsData", "entryIndex") if self.generation == "old" else ("ZMETRIC", "Z_PK")
        most = self.next_key(db)
        db.execute("UPDATE %s SET %s = %s + %d" % (table, key, key, most + self.random.randrange(1000)))
        db.close()

    def live(self, milliseconds):
        """Commits batch after batch while larder reads; ends by itself."""
        db = self.connect()
        end = time.monotonic() + milliseconds / 1000
        while time.monotonic() < end:
            self.now += 1
            self.batch(db, self.now)
            time.sleep(self.random.random() * 0.004)
        db.close()


def main():
    world = None
    for line in sys.stdin:
        command = json.loads(line)
        name = command.pop("do")
        if name == "create":
            world = World(**command)
            answer = {"path": world.path}
        else:
            getattr(world, name)(**command)
            answer = {"now": world.now}
        print(json.dumps(answer), flush=True)


main()
