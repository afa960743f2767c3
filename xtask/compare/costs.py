#!/usr/bin/env python3
"""What faults, sessions, snapshots and the journal cost, by the driver mock-engine/benches/costs.rs.

    cargo xtask compare costs

Instructions are counted by callgrind: the difference of two runs with different numbers of requests. Times are medians
of ten interleaved runs. Needs valgrind.
"""

import json
import re
import statistics
import subprocess

from common import ROOT, WORK, XTASK, machine, publish, running, table

ROUNDS = 10
FEW, MANY = 200, 1200
FAULTS = [0, 10, 1_000]
OBJECTS = [1_000, 100_000]


def driver():
    """Builds the driver and returns its path."""
    command = ["cargo", "build", "--release", "--locked", "-p", "mock-engine", "--bench", "costs", "--message-format", "json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    paths = [json.loads(line).get("executable") for line in lines if '"costs"' in line]
    return next(path for path in paths if path)


def instructions(program, requests, faults):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "requests", requests, faults]
    log = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", log).group(1))


def run(program, *words):
    output = subprocess.run(list(map(str, [program, *words])), check=True, capture_output=True, text=True).stdout
    return json.loads(output)


def main():
    conditions = machine()
    program = driver()
    WORK.mkdir(parents=True, exist_ok=True)
    counts = {}
    for faults in FAULTS:
        more = instructions(program, MANY, faults) - instructions(program, FEW, faults)
        counts[faults] = more / (MANY - FEW)
    rows = [[f"{faults:,}", f"{count:,.0f}", f"{count / counts[0]:.2f}"] for faults, count in counts.items()]
    requests = table(["faults, none of which fits", "instructions of a request", "ratio"], rows)

    documents = []
    for count in OBJECTS:
        documents.append(WORK / f"inventory-{count}.json")
        if not documents[-1].exists():
            subprocess.run(["cargo", "build", "--release", "--locked", "-p", "xtask"], cwd=ROOT, check=True)
            with running([XTASK, "inventory", documents[-1], count]) as generator:
                if generator.wait() != 0:
                    raise SystemExit("no document could be made")
    restores, sessions = [[] for _ in documents], []
    for _ in range(ROUNDS):
        for found, document in zip(restores, documents):
            found.append(run(program, "restore", 100, document))
        sessions.append(run(program, "sessions", 1_000))
    journal = run(program, "journal", 100_000)
    median = lambda runs, member: statistics.median(run[member] for run in runs)
    rows = [[f"restore a snapshot of {runs[0]['objects']:,} objects", f"{median(runs, 'us'):,.0f} µs"] for runs in restores]
    rows.append(["ratio of the two", f"{median(restores[1], 'us') / median(restores[0], 'us'):.2f}"])
    rows.append(["make a session", f"{median(sessions, 'us'):,.0f} µs"])
    rows.append(["memory of an engine with the demo inventory", f"{median(sessions, 'before'):,.1f} MiB"])
    rows.append(["the same with 1,000 sessions, each with logins and a change", f"{median(sessions, 'mib'):,.1f} MiB"])
    rows.append([f"memory after {journal['total'] // 10:,} requests of 1 KB", f"{journal['early']:,.1f} MiB"])
    rows.append([f"after {journal['total']:,} of them, {journal['kept']:,} in the journal", f"{journal['mib']:,.1f} MiB"])
    publish("costs", f"{conditions}\nMedians of {ROUNDS} interleaved runs.\n\n{requests}\n\n{table(['what', 'cost'], rows)}")


main()
