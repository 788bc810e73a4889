"""The program an admin would have cron start every minute: the rows of the last minute to InfluxDB, as lines."""
import sqlite3
import sys
import urllib.request

path, url, database = sys.argv[1:4]
db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
last = db.execute("SELECT max(collectionDate) FROM statsData").fetchone()[0]
groups = {}
rows = db.execute(
    "SELECT collectionDate, metricName, dataValue FROM statsData WHERE rowid > (SELECT max(rowid) FROM statsData) - 21 AND collectionDate = ?",
    [last],
)
for date, name, value in rows:
    measurement = "bytestoclients" if name.startswith("bytes.from") else name.split(".")[0]
    groups.setdefault((measurement, date), []).append(f"{name}={value}i")
lines = [f"{measurement},server=c {','.join(fields)} {date * 1000}" for (measurement, date), fields in groups.items()]
request = urllib.request.Request(f"{url}/write?db={database}&precision=ms", "\n".join(lines).encode())
urllib.request.urlopen(request).read()
