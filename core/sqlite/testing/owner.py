"""The owner of a database in another process: runs the SQL it is told, one JSON line each, and answers with the rows."""
import json
import sqlite3
import sys

SAFE = 2**53 - 1


def coded(value):
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, int) and abs(value) > SAFE:
        return {"int": str(value)}
    return value


def plain(value):
    if isinstance(value, dict):
        return int(value["int"]) if "int" in value else bytes.fromhex(value["hex"])
    return value


db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
for line in sys.stdin:
    order = json.loads(line)
    try:
        if "many" in order:
            db.executemany(order["sql"], [[plain(v) for v in row] for row in order["many"]])
            rows = []
        else:
            rows = db.execute(order["sql"], [plain(v) for v in order["args"]]).fetchall()
        answer = {"rows": [[coded(v) for v in row] for row in rows]}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
db.close()
