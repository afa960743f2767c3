#!/usr/bin/env python3
"""Cargo's benchmarks, with their output written into docs/performance.md.

    cargo xtask compare benches [NAME ...]

`audit` needs jq and 1.1 GB of temporary files; `document`, `diff` and `audit` need OpenSSL.
"""

import subprocess
import sys

from common import ROOT, machine, publish

BENCHES = ["document", "signature", "diff", "merge", "audit"]


def main():
    names = sys.argv[1:] or BENCHES
    for name in names:
        conditions = machine()
        command = ["cargo", "bench", "--quiet", "--locked", "--bench", name]
        output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        lines = [line.rstrip() for line in output.strip().splitlines()]
        publish(name, f"{conditions}\n\n```text\n" + "\n".join(lines) + "\n```", command="benches")


main()
