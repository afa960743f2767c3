"""Reads many documents from Python and with the command, and times single calls.

Rates are per second of processor time, so that other load on the machine, or a second thread that prints, doesn't count.

python3 python/benches/audit.py COMMAND [DOCUMENT]...: COMMAND is the program exportdoc; build it and the wheel with --release.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import exportdoc

COPIES = 1000
ROUNDS = 5


def seconds(work):
    """Processor time of this process and of those that it has waited for."""
    began = sum(os.times()[:4])
    work()
    return sum(os.times()[:4]) - began


def best(work):
    times = []
    for _ in range(50):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main(command, documents):
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for number in range(COPIES):
            source = documents[number % len(documents)]
            paths.append(shutil.copy(source, Path(directory, f"{number}.json")))
        one_thread = {**os.environ, "RAYON_NUM_THREADS": "1"}
        for name, call in (("verify-signature", exportdoc.verify), ("inspect", exportdoc.inspect), ("audit", exportdoc.audit)):
            words = [command, name, "-r", "--format", "ndjson", directory]

            def by_command():
                subprocess.run(words, env=one_thread, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

            def from_python():
                for path in paths:
                    call(path)

            # Alternating, so that other load on the machine meets both.
            times = [(seconds(by_command), seconds(from_python)) for _ in range(ROUNDS)]
            command_time, python_time = (min(column) for column in zip(*times))
            print(f"{COPIES} documents, {call.__name__}: command {COPIES / command_time:.0f}/s,"
                  f" Python {COPIES / python_time:.0f}/s, {command_time / python_time:.0%}")

    for document in documents:
        content = Path(document).read_bytes()
        for call in (exportdoc.verify, exportdoc.inspect, exportdoc.audit):
            print(f"{call.__name__} of {len(content)} bytes: {best(lambda: call(content)) * 1e6:.0f} µs")
    print(f"engine in the process: {best(start) * 1e3:.1f} ms")


def start():
    with exportdoc.MockEngine():
        pass


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2] / "testdata"
    main(sys.argv[1], sys.argv[2:] or [here / "handmade/masking-job.json", here / "generated/engine-like.json"])
