"""The same with Python's json and re, as somebody would write it: see read.ts."""
import json
import re
import sys
import time

REQUEST = re.compile(r"^#(\S+) Received (\w+) request (?:from (\S+):\d+ )?(.*) (\S+)$")
SERVED = re.compile(r"^#(\S+) Served (?:all )?(\S+) ?(\w*) of \S+ \w+; (\S+) ?(\w*) from cache, (\S+) ?(\w*) stored from Internet, (\S+) ?(\w*) from peers")
MODEL = re.compile(r"model/(\w+,\d+)")
SYSTEM = re.compile(r"(iOS|Darwin|OS X)[/ ]([\d.]+)")
KIND = re.compile(r"\.(pkg|ipa|ipsw|zip|epub)$")
UNITS = {"": 1, "bytes": 1, "byte": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}

start = time.process_time()
devices = {}
kinds = {}
clients = set()
waiting = {}
sums = {"requests": 0, "transfers": 0, "bytes": 0, "lines": 0}
with open(sys.argv[1], encoding="utf-8") as log:
    for text in log:
        line = json.loads(text)
        if line.get("subsystem") != "com.apple.AssetCache":
            continue
        sums["lines"] += 1
        message = line["eventMessage"]
        day = line["timestamp"][:10]
        found = REQUEST.match(message)
        if found:
            request, method, address, agent, path = found.groups()
            model = MODEL.search(agent)
            system = SYSTEM.search(agent)
            kind = KIND.search(path)
            key = (model and model.group(1), system and system.group(0))
            devices[key] = devices.get(key, 0) + 1
            clients.add((day, address))
            waiting[request] = kind.group(1) if kind else "other"
            sums["requests"] += 1
            continue
        found = SERVED.match(message)
        if found:
            sent = round(float(found.group(2)) * UNITS[found.group(3)])
            kind = waiting.pop(found.group(1), "other")
            kinds[kind] = kinds.get(kind, 0) + sent
            sums["transfers"] += 1
            sums["bytes"] += sent
print(json.dumps({"sums": sums, "cpu": time.process_time() - start}))
