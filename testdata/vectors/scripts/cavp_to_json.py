#!/usr/bin/env python3
"""NIST CAVP SigVer.rsp files -> cavp_sigver.json. Usage: cavp_to_json.py cryptography_vectors-50.0.2-py3-none-any.whl OUT"""
import json
import re
import sys
import zipfile

FILES = ["FIPS_186-2/SigVer.rsp", "FIPS_186-3/SigVer.rsp"]


def groups(text, source):
    group = None
    case = {}
    for line in text.splitlines():
        line = line.strip()
        if match := re.fullmatch(r"\[mod = L=(\d+), N=(\d+), SHA-(\d+)\]", line):
            bits, q_bits, sha = match.groups()
        elif match := re.fullmatch(r"\[mod = (\d+)\]", line):
            bits, q_bits, sha = match.group(1), "160", "1"
        elif match := re.fullmatch(r"(\w+) = (.*)", line):
            name, value = match.groups()
            if name == "P":
                group = dict(source=source, bits=int(bits), q_bits=int(q_bits), hash=f"SHA-{sha}", p=value, cases=[])
                yield group
            elif name in ("Q", "G"):
                group[name.lower()] = value
            elif name in ("Msg", "Y", "R", "S"):
                case[name.lower()] = value
            elif name == "Result":
                case["valid"] = value.startswith("P")
                case["note"] = value[1:].strip(" ()")
                group["cases"].append(case)
                case = {}


def main():
    wheel, out = sys.argv[1:]
    found = []
    with zipfile.ZipFile(wheel) as archive:
        for name in FILES:
            text = archive.read(f"cryptography_vectors/asymmetric/DSA/{name}").decode()
            found += groups(text, f"NIST CAVP {name}, from PyPI cryptography_vectors 50.0.2")
    with open(out, "w") as file:
        json.dump(found, file, indent=0)
        file.write("\n")
    for group in found:
        print(group["source"][:30], group["bits"], group["q_bits"], group["hash"], len(group["cases"]))


main()
