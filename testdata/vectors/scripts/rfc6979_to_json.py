#!/usr/bin/env python3
"""RFC 6979 A.2.1 and A.2.2, as transcribed in the tests of the dsa crate, -> rfc6979.json.

Usage: rfc6979_to_json.py ~/.cargo/registry/src/*/dsa-0.7.0/tests/deterministic.rs OUT
"""
import json
import re
import sys


def main():
    source, out = sys.argv[1:]
    text = open(source).read().replace("\\\n", "")
    text = re.sub(r'("[0-9A-Fa-f ]+")', lambda match: match.group(1).replace(" ", ""), text)
    keys = {}
    for bits in (1024, 2048):
        body = text.split(f"fn dsa_{bits}_signing_key()")[1].split("\n}")[0]
        keys[bits] = dict(zip("pqgxy", re.findall(r'"([0-9A-Fa-f]{20,})"', body), strict=True))
    cases = []
    pattern = r'// sha(\d+), (\d+), "(\w+)"\s*\(\s*from_str_signature\(\s*"(\w+)",\s*"(\w+)",'
    for sha, bits, message, r, s in re.findall(pattern, text):
        cases.append(dict(bits=int(bits), hash=f"SHA-{sha}", message=message, r=r, s=s))
    with open(out, "w") as file:
        json.dump(dict(source="RFC 6979 A.2.1 and A.2.2", keys=keys, cases=cases), file, indent=0)
        file.write("\n")
    print(len(cases), "cases")


main()
