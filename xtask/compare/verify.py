#!/usr/bin/env python3
"""Time and memory of verifying a signature, next to the tools that people use for it.

    cargo xtask compare verify [ROUNDS]

Needs OpenSSL, jq and coreutils; installs `cryptography` from PyPI below target/compare. All programs check the same
documents in turn, so that a slow moment of the machine affects all. Each figure is the median over the rounds: elapsed time,
and processor time of all processes together. Where `cryptography` takes part, the key has 1024 bits, because it refuses the
512 bits of engines.
"""

import base64
import json
import os
import shutil
import statistics
import subprocess
import sys

from common import ROOT, WORK, XTASK, build, machine, measured, publish, table, version

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
SMALL = 10_000
OURS = ROOT / "target" / "release" / "exportdoc"
VENV = WORK / "venv"
CRYPTOGRAPHY = "50.0.2"

BY_HAND = """
import base64, hashlib, json, sys
from cryptography.hazmat.primitives import hashes, serialization
for path in sys.argv[2:]:
    with open(path, "rb") as file:
        document = json.load(file)
    blob = base64.b64decode(document["blob"])
    key = serialization.load_der_public_key(base64.b64decode(document["publicKey"]))
    key.verify(base64.b64decode(document["signature"]), blob[: len(blob) - int(sys.argv[1])], hashes.SHA1())
"""


def make(name, *arguments):
    path = WORK / name
    if not path.exists():
        subprocess.run([XTASK, "large", path, *map(str, arguments)], check=True)
    return path


def prepare():
    build("--release")
    if not (VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        install = [VENV / "bin" / "pip", "install", "--quiet", f"cryptography=={CRYPTOGRAPHY}"]
        subprocess.run(install, check=True, stdout=sys.stderr)


def apart(work):
    """Runs in a child process: the kernel counts the peak memory of this process as that of later children."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("writing the parts of a document failed")


class Parts:
    """Blob, signature and key of a document as files, and the length of its trailer record."""

    def __init__(self, document):
        self.document, self.blob, self.signature, self.key = document, WORK / "blob.bin", WORK / "signature.der", WORK / "key.pem"
        apart(self.write)
        # Length prefix, export id (a UUID of 36 characters) and signature, each with tag and length.
        self.trailer = 4 + 2 + 36 + 2 + self.signature.stat().st_size
        self.signed = self.blob.stat().st_size - self.trailer

    def write(self):
        parts = json.loads(self.document.read_bytes())
        self.blob.write_bytes(base64.b64decode(parts["blob"]))
        self.signature.write_bytes(base64.b64decode(parts["signature"]))
        lines = "\n".join(parts["publicKey"][at : at + 64] for at in range(0, len(parts["publicKey"]), 64))
        self.key.write_text(f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")

    def pipeline(self):
        return (
            f"jq -r .blob '{self.document}' | base64 -d | head -c {self.signed}"
            f" | openssl dgst -sha1 -verify '{self.key}' -signature '{self.signature}'"
        )


def measure(steps, rounds):
    seen = {name: [] for name in steps}
    for _ in range(rounds):
        for name, command in steps.items():
            seen[name].append(measured(command))
    return {name: [statistics.median(column) for column in zip(*runs)] for name, runs in seen.items()}


def compared(title, results, against):
    head = ["what", "wall ms", "processor ms", "peak MiB", f"× {against} (wall)", "(processor)"]
    wall, processor, _ = results[against]
    rows = [
        [name, f"{own_wall * 1e3:,.0f}", f"{own_processor * 1e3:,.0f}", f"{peak:.0f}", f"{own_wall / wall:.2f}",
         f"{own_processor / processor:.2f}"]
        for name, (own_wall, own_processor, peak) in results.items()
    ]
    return f"{title}\n\n{table(head, rows)}\n"


def main():
    prepare()
    text = [
        f"{machine()}\nOpenSSL {version('openssl', 'version')}, jq {version('jq', '--version')}, Python "
        f"{version('python3', '--version')} with cryptography {CRYPTOGRAPHY}; medians of {ROUNDS} rounds, of "
        f"{max(ROUNDS // 2, 1)} for the second and third table.\n"
    ]
    python = VENV / "bin" / "python"

    large = Parts(make("64MiB.json", 64 << 20, 204, 0, 1024))
    results = measure(
        {
            "openssl dgst -sha1 (the decoded blob)": ["openssl", "dgst", "-sha1", large.blob],
            "openssl dgst -sha1 (the document)": ["openssl", "dgst", "-sha1", large.document],
            "exportdoc verify-signature": [OURS, "verify-signature", large.document],
            "exportdoc verify-signature, from a pipe": f"cat '{large.document}' | '{OURS}' verify-signature -",
            "jq, base64, openssl dgst -verify": large.pipeline(),
            "Python json, base64, cryptography": [python, "-c", BY_HAND, str(large.trailer), large.document],
        },
        ROUNDS,
    )
    megabytes = large.document.stat().st_size >> 20
    title = f"A blob of 64 MiB in a document of {megabytes} MiB:"
    text.append(compared(title, results, "openssl dgst -sha1 (the decoded blob)"))

    huge = make("1GiB.json", 1 << 30, 200, 500 << 20)
    many = make("100000.json", 50_000_000, 100_000)
    base = measured([OURS, "verify-signature", make("20KB.json", 14_000, 20)])[2]
    results = measure(
        {
            "1 GiB, 200 objects, one of 500 MiB": [OURS, "verify-signature", huge],
            "the same, inspect": [OURS, "inspect", huge],
            "the same, audit": [OURS, "audit", huge],
            "the same, from a pipe": f"cat '{huge}' | '{OURS}' verify-signature -",
            "100,000 objects in 48 MiB": [OURS, "verify-signature", many],
            "the same objects, audit": [OURS, "audit", many],
        },
        max(ROUNDS // 2, 1),
    )
    text.append(compared("Memory:", results, "1 GiB, 200 objects, one of 500 MiB"))
    each = (results["100,000 objects in 48 MiB"][2] - base) * 2**20 / 100_000
    text.append(f"A small document takes {base:.0f} MiB; each of the 100,000 objects takes {each:.0f} bytes more.\n")

    directory = WORK / "small"
    one = Parts(make("20KB-1024.json", 14_000, 20, 0, 1024))
    files = [directory / f"{at}.json" for at in range(SMALL)]
    directory.mkdir(exist_ok=True)
    for file in files:
        shutil.copyfile(one.document, file)
    some = 100
    results = measure(
        {
            "exportdoc verify-signature -r": [OURS, "verify-signature", "--quiet", "-r", directory],
            "Python json, base64, cryptography": [python, "-c", BY_HAND, str(one.trailer), *files],
        },
        max(ROUNDS // 2, 1),
    )
    wall, processor, peak = measured("for i in $(seq %d); do %s; done" % (some, one.pipeline()))
    results[f"jq, base64, openssl dgst -verify (of {some}, times {SMALL // some})"] = [
        wall * SMALL / some,
        processor * SMALL / some,
        peak,
    ]
    title = f"{SMALL:,} documents of {one.document.stat().st_size // 1000} KB:"
    text.append(compared(title, results, "exportdoc verify-signature -r"))
    publish("verify", "\n".join(text))


main()
