#!/usr/bin/env python3
"""Peak memory and time of the commands that hold documents, of two builds of exportdoc side by side.

    cargo xtask compare memory OLD NEW [--rounds N] [--sizes BYTES ...]

OLD and NEW are programs. Needs GNU time. Both programs run each command in turn, and the table has the medians. Only a run
over all sizes is written into docs/performance.md.
"""

import argparse
import pathlib
import statistics
import subprocess

from common import WORK, XTASK, build, machine, measured, publish, table

# Bytes of a document, and how many objects it has.
SIZES = {22_000: 10, 4_000_000: 60, 256_000_000: 200}


def make(size, objects, save):
    """A document of about so many bytes. The second save differs in one row of the last object."""
    path = WORK / f"memory-{size}-{save}.json"
    if not path.exists():
        # Base64 makes four characters of three bytes.
        numbers = [size * 3 // 4, objects, 0, 512, save]
        subprocess.run([XTASK, "large", path, *map(str, numbers)], check=True)
    return path


def commands(size, objects, key):
    first, second = make(size, objects, 1), make(size, objects, 2)
    output = ["--key", key, "--force", "-o", WORK / "memory-output.json"]
    return {
        "extract": (["extract", first, "--object", f"LOOKUP:Lookup{objects // 2}", *output], [first]),
        "merge": (["merge", first, second, "--prefer", "theirs", *output], [first, second]),
        "seal": (["seal", first, *output], [first]),
        "diff": (["diff", first, second], [first, second]),
    }


def compared(programs, arguments, rounds):
    # diff returns 1 for documents that differ.
    statuses = [1] if arguments[0] == "diff" else [0]
    runs = [[measured([program, *arguments], statuses) for program in programs] for _ in range(rounds)]
    return [tuple(map(statistics.median, zip(*column))) for column in zip(*runs)]


def human(size):
    for unit, bytes in [("MB", 1_000_000), ("KB", 1_000)]:
        if size >= bytes:
            return f"{size // bytes} {unit}"
    return f"{size} bytes"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    arguments = parser.parse_args()
    conditions = machine()
    build("--release", "-p", "xtask")
    programs = [program.resolve(strict=True) for program in (arguments.old, arguments.new)]
    key = WORK / "memory-key.pem"
    if not key.exists():
        subprocess.run([programs[1], "keygen", "--dsa-bits", "1024", "-o", key], check=True, stdout=subprocess.DEVNULL)
    rows = []
    for size in arguments.sizes:
        objects = SIZES.get(size, 60)
        for name, (command, inputs) in commands(size, objects, key).items():
            old, new = compared(programs, command, arguments.rounds)
            read = sum(path.stat().st_size for path in inputs) / 2**20
            ratio = f"{new[2] / read:.1f} ×" if read > 64 else "–"
            rows.append([human(size), name, f"{old[0] * 1e3:,.0f}", f"{new[0] * 1e3:,.0f}", f"{old[2]:,.0f}", f"{new[2]:,.0f}", ratio])
    head = ["document", "command", "old ms", "new ms", "old peak MiB", "new peak MiB", "new peak ÷ inputs"]
    text = f"{conditions}\nMedians of {arguments.rounds} rounds.\n\n{table(head, rows)}"
    if arguments.sizes == list(SIZES):
        publish("memory", text)
    else:
        print(text)


main()
