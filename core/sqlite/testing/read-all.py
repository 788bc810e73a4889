"""What SQLite itself reads: for every path on stdin a line with the rows of t as JSON, or the error."""
import json
import sqlite3
import sys

for path in sys.stdin.read().split("\n"):
    try:
        db = sqlite3.connect(path)
        print(json.dumps({"rows": db.execute("SELECT a, b FROM t ORDER BY a").fetchall()}))
        db.close()
    except sqlite3.Error as error:
        print(json.dumps({"error": str(error)}))
