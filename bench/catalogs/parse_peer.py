"""The peer of catalog-parse: Python's plistlib reads the same files, and counts what is in them."""
import json
import plistlib
import sys
import time

start = time.perf_counter()
count = 0
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        top = plistlib.load(file)
    if "Assets" in top:
        count += len(top["Assets"])
    else:
        count += sum(len(product.get("Packages", [])) for product in top["Products"].values())
print(json.dumps({"assets": count, "inside": time.perf_counter() - start, "cpu": time.process_time()}))
