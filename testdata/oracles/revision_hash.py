#!/usr/bin/env python3
"""Recomputes every revision hash of an export document from its blob alone.

    revision_hash.py DOCUMENT...

prints for each document {"NUMBER:IDENTIFIER": HASH, ...}: the numeric object type, the identifier as compact JSON, and the hash, or null
where an object depends on one that isn't in the document. Standard library only, with a protobuf reader of its own, so
that it can judge the Rust implementation without sharing anything with it.
"""

import base64
import hashlib
import json
import struct
import sys

# Type URL of an identifier -> its JSON member. The value is a varint in the first and text in the others.
IDENTIFIERS = {
    "type.googleapis.com/IntegerIdentifier": "id",
    "type.googleapis.com/StringIdentifier": "id",
    "type.googleapis.com/AlgorithmIdentifier": "algorithmName",
    "type.googleapis.com/EncryptionKeyIdentifier": "keyId",
}


def records(blob):
    """The messages of a blob, each after its little-endian length."""
    at = 0
    while at < len(blob):
        if len(blob) - at < 4:
            raise ValueError(f"half a length at byte {at}")
        (length,) = struct.unpack_from("<I", blob, at)
        if length > len(blob) - at - 4:
            raise ValueError(f"the record at byte {at} points past the end")
        yield blob[at + 4 : at + 4 + length]
        at += 4 + length


def fields(message):
    """(field number, value) pairs of a message; a value is an int or bytes."""

    def varint(at):
        value = 0
        for count in range(10):
            value |= (message[at + count] & 0x7F) << (7 * count)
            if message[at + count] < 0x80:
                return value, at + count + 1
        raise ValueError("a varint of more than ten bytes")

    at = 0
    while at < len(message):
        tag, at = varint(at)
        match tag & 7:
            case 0:
                value, at = varint(at)
            case 1:
                value, at = message[at : at + 8], at + 8
            case 2:
                length, at = varint(at)
                value, at = message[at : at + length], at + length
            case 5:
                value, at = message[at : at + 4], at + 4
            case other:
                raise ValueError(f"wire type {other}")
        if at > len(message):
            raise ValueError("a field points past the end of its message")
        yield tag >> 3, value


def only(message, number, default=None):
    """The last value of a field, as protobuf readers take it."""
    found = default
    for field, value in fields(message):
        if field == number:
            found = value
    return found


def key(identifier):
    """{1: type, 2: Any} as one line of text."""
    any_ = only(identifier, 2, b"")
    url, value = only(any_, 1, b"").decode(), only(any_, 2, b"")
    if url not in IDENTIFIERS:
        shown = {"@type": url, "value": value.hex()}
    elif url.endswith("/IntegerIdentifier"):
        (signed,) = struct.unpack("<q", struct.pack("<Q", only(value, 1, 0)))
        shown = {"id": signed}
    else:
        shown = {IDENTIFIERS[url]: only(value, 1, b"").decode()}
    return f"{only(identifier, 1, 0)}:{json.dumps(shown, separators=(',', ':'), ensure_ascii=False)}"


def main(path):
    with open(path, encoding="utf-8") as file:
        blob = base64.b64decode(json.load(file)["blob"], validate=True)

    pairs, edges = {}, {}
    for record in list(records(blob))[1:]:  # the first is the header
        message = only(record, 2)
        if message is None:  # the trailer has none
            continue
        name, revision = key(only(message, 1)), only(message, 3, b"")
        if name in pairs:
            raise ValueError(f"{name} twice")
        pairs[name] = (only(revision, 1, b"") + only(revision, 2, b"")).decode()
        edges[name] = [key(value) for field, value in fields(message) if field == 2]

    hashes = {}
    for start in pairs:
        closure, todo = set(), [start]
        while todo:
            name = todo.pop()
            if name not in closure:
                closure.add(name)
                todo.extend(edges.get(name, []))
        complete = all(name in pairs for name in closure)
        text = "".join(sorted(pairs[name] for name in closure)) if complete else ""
        hashes[start] = hashlib.sha1(text.encode()).hexdigest() if complete else None
    print(json.dumps(hashes, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        main(path)
