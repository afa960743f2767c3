#!/usr/bin/env python3
"""Shows every record of an export document's blob as `protoc --decode_raw` reads it.

    decode_raw.py DOCUMENT

prints a line `=== record N` before each record. Needs the `protoc` command.
"""

import base64
import json
import struct
import subprocess
import sys


def main(path):
    with open(path, encoding="utf-8") as file:
        blob = base64.b64decode(json.load(file)["blob"], validate=True)
    at = number = 0
    while at < len(blob):
        (length,) = struct.unpack_from("<I", blob, at)
        message = blob[at + 4 : at + 4 + length]
        if len(message) < length:
            sys.exit(f"record {number} points past the end of the blob")
        print(f"=== record {number}", flush=True)
        if subprocess.run(["protoc", "--decode_raw"], input=message, check=False).returncode:
            sys.exit(f"record {number} is no protobuf message")
        at += 4 + length
        number += 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
