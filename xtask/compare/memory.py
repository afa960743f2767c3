#!/usr/bin/env python3
"""Peak memory and time of the commands that hold documents, of two builds of exportdoc side by side.

    cargo xtask compare memory OLD NEW [--rounds N] [--sizes BYTES ...]

OLD and NEW are programs. Needs GNU time (`apt-get install time`), which starts a command from a process of 2 MiB: the
kernel counts memory of the parent as memory of the child. Each program runs each command in turn, and the table has the
medians. Only a run over all sizes is written into docs/performance.md.
"""

import argparse
import pathlib
import statistics
import subprocess
import time

from common import WORK, XTASK, build, machine, publish, table

# Bytes of a document, and how many objects it has.
SIZES = {22_000: 10, 4_000_000: 60, 256_000_000: 200}
TIME = "/usr/bin/time"


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


def run(program, arguments):
    """Milliseconds and peak MiB."""
    report = WORK / "memory-report"
    start = time.monotonic()
    done = subprocess.run([TIME, "-q", "-f", "%M", "-o", report, program, *arguments], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE)
    elapsed = (time.monotonic() - start) * 1e3
    # 1 is diff's answer for documents that differ.
    if done.returncode not in (0, 1 if arguments[0] == "diff" else 0):
        raise SystemExit(f"{program} {arguments[0]}: status {done.returncode}\n{done.stderr.decode()}")
    return elapsed, int(report.read_text()) / 1024


def compared(programs, arguments, rounds):
    runs = [[run(program, arguments) for program in programs] for _ in range(rounds)]
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
    if not pathlib.Path(TIME).exists():
        raise SystemExit("GNU time is missing: apt-get install time")
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
            ratio = f"{new[1] / read:.1f} ×" if read > 64 else "–"
            rows.append([human(size), name, f"{old[0]:,.0f}", f"{new[0]:,.0f}", f"{old[1]:,.0f}", f"{new[1]:,.0f}", ratio])
    head = ["document", "command", "old ms", "new ms", "old peak MiB", "new peak MiB", "new peak ÷ inputs"]
    text = f"{conditions}\nMedians of {arguments.rounds} rounds.\n\n{table(head, rows)}"
    if arguments.sizes == list(SIZES):
        publish("memory", text)
    else:
        print(text)


main()
