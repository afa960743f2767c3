#!/usr/bin/env python3
"""Writes two small export documents out by hand, with nothing but the standard library and the `openssl` command.

    assemble.py                   write both documents and what is expected of them, after verifying the stored seals
    assemble.py --check           write nothing; fail when the files differ from what this script makes
    assemble.py --new-signature   make new keys and signatures and print them, for pasting into SEALS below

Every byte of the blob stands here: tags and small numbers in hex, texts as texts, times in decimal. Only lengths and
long varints are computed. DSA signatures are random, so public keys and signatures are stored and running the script
reproduces the documents byte for byte; the private keys were thrown away after signing.

    masking-job.json       declares the signing rule records-v1 in field 15 of its header record
    undeclared-rule.json   the same objects without that declaration, sealed by the same rule
"""

import base64
import hashlib
import json
import pathlib
import secrets
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# ---------------------------------------------------------------------------------------------------------------------
# Protobuf, as far as it is needed: a tag is spelled out in hex, its low three bits are 0 for a varint and 2 for
# anything with a length; the rest is the field number (0a = field 1 with length, 20 = field 4 varint, ...). From
# field 16 on a tag takes two bytes (b2 01 = field 22 with length).
# ---------------------------------------------------------------------------------------------------------------------


def varint(number):
    """Seven bits per byte, lowest first, the top bit set on every byte but the last."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def sized(tag, *pieces):
    """A field with a length: texts and messages alike."""
    body = b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    return bytes.fromhex(tag) + varint(len(body)) + body


def number(tag, value):
    """A varint field whose value is too long to spell out in hex."""
    return bytes.fromhex(tag) + varint(value)


def bare(hexadecimal):
    """Bytes as they are."""
    return bytes.fromhex(hexadecimal)


def record(*pieces):
    """A record of the blob: a little-endian 32-bit length, then one message."""
    body = b"".join(pieces)
    return struct.pack("<I", len(body)) + body


# ---------------------------------------------------------------------------------------------------------------------
# Identifiers: {1: numeric object type, 2: Any {1: type URL, 2: value}}
# ---------------------------------------------------------------------------------------------------------------------

MASKING_JOB_4 = (
    bare("08 14")  # 1: type 20, MASKING_JOB
    + sized("12", sized("0a", "type.googleapis.com/IntegerIdentifier"), sized("12", bare("08 04")))  # 2: 4
)
DATABASE_RULESET_2 = (
    bare("08 0e")  # 1: type 14, DATABASE_RULESET
    + sized("12", sized("0a", "type.googleapis.com/IntegerIdentifier"), sized("12", bare("08 02")))  # 2: 2
)
DATABASE_CONNECTOR_3 = (
    bare("08 0a")  # 1: type 10, DATABASE_CONNECTOR
    + sized("12", sized("0a", "type.googleapis.com/IntegerIdentifier"), sized("12", bare("08 03")))  # 2: 3
)
DOMAIN_REFERENCE_FIRST_NAME = (
    bare("08 13")  # 1: type 19, DOMAIN_REFERENCE
    + sized("12", sized("0a", "type.googleapis.com/StringIdentifier"), sized("12", sized("0a", "FIRST_NAME")))
)
ALGORITHM_REFERENCE_FIRST_NAME_LOOKUP = (
    bare("08 12")  # 1: type 18, ALGORITHM_REFERENCE
    + sized("12", sized("0a", "type.googleapis.com/AlgorithmIdentifier"), sized("12", sized("0a", "FirstNameLookup")))
)

# ---------------------------------------------------------------------------------------------------------------------
# Revisions: each object's UUID pair. A revision hash covers these and nothing else.
# ---------------------------------------------------------------------------------------------------------------------

JOB_UUIDS = ("d41c7a90-1b52-4f0e-8a3d-0c9e6f21b7a4", "27f3b0c8-95de-4c61-b7aa-e83d140f9652")
RULESET_UUIDS = ("5e80c9f1-7d24-4ab3-9f16-3b2a7c4e8d05", "b96a1d37-c04f-4e82-8d5b-61f7a02c93de")
CONNECTOR_UUIDS = ("03a9e7d2-48bc-4156-a1f0-97cd5e6b2384", "f812c64e-0a97-4d3f-92be-5a74d1038c6b")
DOMAIN_UUIDS = ("8c5f20b6-e3a1-4794-bd08-2f6e91c7d3a5", "4160d9ae-72c5-4b8f-a6e3-d08b35f914c7")
ALGORITHM_UUIDS = ("e7b43d1f-60c8-4925-87fa-c5129e0d64b3", "9a2d58f0-b16e-4c73-b4d9-03e87fa65c21")

# ---------------------------------------------------------------------------------------------------------------------
# Objects: {1: own identifier, 2*: direct dependencies, 3: revision, 4: Any with the data}
# ---------------------------------------------------------------------------------------------------------------------

JOB = (
    sized("0a", MASKING_JOB_4)
    + sized("12", DATABASE_RULESET_2)
    + sized(
        "1a",
        sized("0a", JOB_UUIDS[0]),
        sized("12", JOB_UUIDS[1]),
        sized(
            "1a",
            '{\n  "objectType": "MASKING_JOB",\n  "id": {\n'
            '    "@type": "type.googleapis.com/IntegerIdentifier",\n    "id": 4\n  }\n}',
        ),
        number("28", 1583226000118),  # 5: created, 2020-03-03T09:00:00.118Z
        number("30", 1583830860734),  # 6: modified, 2020-03-10T09:01:00.734Z
    )
    + sized(
        "22",
        sized("0a", "type.googleapis.com/MaskingJobData"),
        sized(
            "12",
            sized("0a", "Nightly guest masking"),  # 1: job name
            sized("12", "GuestbookRules"),  # 2: ruleset name
            sized("2a", bare("08 a0 1f")),  # 5: commit size, 4000
            sized("32", bare("08 e8 07")),  # 6: feedback size, 1000
            sized("3a", bare("08 80 04")),  # 7: minimal memory, 512
            sized("42", bare("08 80 10")),  # 8: maximal memory, 2048
            sized("4a"),  # 9: there, but null
            sized("52", bare("08 02")),  # 10
            sized("5a", sized("0a", "0")),  # 11
            sized("62", sized("0a", "1")),  # 12
            sized("6a", sized("0a", "masking@hotel.example")),  # 13: whom to tell
            sized("72", sized("0a", "N")),  # 14
            sized("7a", sized("0a", "N")),  # 15
            sized("82 01", sized("0a", "N")),  # 16
            sized("92 01", sized("0a", "Y")),  # 18
            sized("9a 01", sized("0a", "N")),  # 19
            sized("a2 01", bare("08 01")),  # 20
            sized("aa 01", sized("0a", "1")),  # 21
            sized("b2 01", sized("0a", "N")),  # 22
            sized("c2 01"),  # 24: there, but null
            sized("ca 01", number("08", 1583226000110)),  # 25: a time
            sized("da 01", sized("0a", "0")),  # 27
        ),
    )
)

RULESET = (
    sized("0a", DATABASE_RULESET_2)
    + sized("12", DATABASE_CONNECTOR_3)
    + sized("12", DOMAIN_REFERENCE_FIRST_NAME)  # for the column GIVEN_NAME
    + sized("12", ALGORITHM_REFERENCE_FIRST_NAME_LOOKUP)
    + sized("12", DOMAIN_REFERENCE_FIRST_NAME)  # once more, for the column MIDDLE_NAME
    + sized("12", ALGORITHM_REFERENCE_FIRST_NAME_LOOKUP)
    + sized(
        "1a",
        sized("0a", RULESET_UUIDS[0]),
        sized("12", RULESET_UUIDS[1]),
        sized(
            "1a",
            '{\n  "objectType": "DATABASE_RULESET",\n  "id": {\n'
            '    "@type": "type.googleapis.com/IntegerIdentifier",\n    "id": 2\n  }\n}',
        ),
        number("28", 1583224800442),  # 5: created, 2020-03-03T08:40:00.442Z
        number("30", 1583915400027),  # 6: modified, 2020-03-11T08:30:00.027Z
    )
    + sized(
        "22",
        sized("0a", "type.googleapis.com/DatabaseRulesetData"),
        sized(
            "12",
            sized("0a", "GuestbookRules"),  # 1: ruleset name
            sized("12", "Guestbook copy"),  # 2: connector name
            sized(
                "22",  # 4: a table
                sized("0a", "GUEST"),  # 1: its name
                sized("12", sized("0a", "SQLLOADER")),  # 2: loader
                sized(
                    "42",  # 8: its record type
                    sized("0a", "All Row"),  # 1: name
                    sized(
                        "22",  # 4: a masked column
                        sized("0a", "GIVEN_NAME"),  # 1: its name
                        sized("12", sized("0a", "FirstNameLookup")),  # 2: algorithm
                        sized("1a", sized("0a", "FIRST_NAME")),  # 3: domain
                        sized("22", sized("0a", "Guest")),  # 4: classification
                        sized("2a"),  # 5: there, but null
                        sized("32", sized("0a", "true")),  # 6: masked
                        sized("3a", sized("0a", "false")),  # 7
                        sized("4a", sized("0a", "A")),  # 9
                        sized("52", sized("0a", "VARCHAR")),  # 10: SQL type
                        sized("5a", sized("0a", "60")),  # 11: length
                        sized("62", sized("0a", "N")),  # 12: no primary key
                        sized("6a", sized("0a", "N")),  # 13: no index
                        sized("82 01", sized("0a", "C")),  # 16
                        sized("8a 01", sized("0a", "N")),  # 17
                        sized("92 01"),  # 18: there, but null
                        sized("a2 01", sized("0a", "N")),  # 20
                    ),
                    sized(
                        "22",  # 4: another, with the same domain and algorithm
                        sized("0a", "MIDDLE_NAME"),
                        sized("12", sized("0a", "FirstNameLookup")),
                        sized("1a", sized("0a", "FIRST_NAME")),
                        sized("22", sized("0a", "Guest")),
                        sized("32", sized("0a", "true")),
                        sized("3a", sized("0a", "false")),
                        sized("4a", sized("0a", "A")),
                        sized("52", sized("0a", "VARCHAR")),
                        sized("5a", sized("0a", "60")),
                        sized("62", sized("0a", "N")),
                        sized("6a", sized("0a", "N")),
                        sized("82 01", sized("0a", "C")),
                        sized("8a 01", sized("0a", "N")),
                        sized("92 01"),
                        sized("a2 01", sized("0a", "N")),
                    ),
                    sized(
                        "22",  # 4: a column that is not masked
                        sized("0a", "GUEST_ID"),
                        sized("32", sized("0a", "false")),  # 6: masked
                        sized("3a", sized("0a", "false")),
                        sized("4a", sized("0a", "A")),
                        sized("52", sized("0a", "INTEGER")),
                        sized("5a", sized("0a", "10")),
                        sized("62", sized("0a", "GUEST_PK")),  # 12: name of the primary key
                        sized("6a", sized("0a", "GUEST_PK")),  # 13: name of the index
                        sized("82 01", sized("0a", "C")),
                        sized("8a 01", sized("0a", "N")),
                        sized("92 01"),
                        sized("a2 01", sized("0a", "N")),
                    ),
                ),
            ),
        ),
    )
)

CONNECTOR = (
    sized("0a", DATABASE_CONNECTOR_3)
    + sized(
        "1a",
        sized("0a", CONNECTOR_UUIDS[0]),
        sized("12", CONNECTOR_UUIDS[1]),
        sized(
            "1a",
            '{\n  "objectType": "DATABASE_CONNECTOR",\n  "id": {\n'
            '    "@type": "type.googleapis.com/IntegerIdentifier",\n    "id": 3\n  }\n}',
        ),
        number("28", 1583223600901),  # 5: created, 2020-03-03T08:20:00.901Z
        number("30", 1583223600905),  # 6: modified, 2020-03-03T08:20:00.905Z
    )
    + sized(
        "22",
        sized("0a", "type.googleapis.com/DatabaseConnectorData"),
        sized(
            "12",
            sized("0a", "postgres"),  # 1: database type
            sized("12", sized("0a", "guestbook")),  # 2
            sized("22", sized("0a", "public")),  # 4: schema
            sized("3a", sized("0a", "db.hotel.example")),  # 7: host
            sized("42", sized("0a", "Guestbook copy")),  # 8: connector name
            sized("4a", sized("0a", "masker")),  # 9
            sized("52", bare("08 b8 2a")),  # 10: port, 5432
            sized("b2 01", sized("0a", "N")),  # 22
        ),
    )
)

DOMAIN = (
    sized("0a", DOMAIN_REFERENCE_FIRST_NAME)
    + sized("12", ALGORITHM_REFERENCE_FIRST_NAME_LOOKUP)
    + sized(
        "1a",
        sized("0a", DOMAIN_UUIDS[0]),
        sized("12", DOMAIN_UUIDS[1]),
        sized(
            "1a",  # of what is referred to, a DOMAIN
            '{\n  "objectType": "DOMAIN",\n  "id": {\n'
            '    "@type": "type.googleapis.com/StringIdentifier",\n    "id": "FIRST_NAME"\n  }\n}',
        ),
        number("28", 1583150400310),  # 5: created, 2020-03-02T12:00:00.310Z
        number("30", 1583150400312),  # 6: modified, 2020-03-02T12:00:00.312Z
    )
    + sized("22", sized("0a", "type.googleapis.com/EmptyData"))  # a reference carries no data
)

ALGORITHM = (
    sized("0a", ALGORITHM_REFERENCE_FIRST_NAME_LOOKUP)
    + sized(
        "1a",
        sized("0a", ALGORITHM_UUIDS[0]),
        sized("12", ALGORITHM_UUIDS[1]),
        sized(
            "1a",  # of what is referred to, a LOOKUP
            '{\n  "objectType": "LOOKUP",\n  "id": {\n'
            '    "@type": "type.googleapis.com/AlgorithmIdentifier",\n    "algorithmName": "FirstNameLookup"\n  }\n}',
        ),
        number("28", 1583150399008),  # 5: created, 2020-03-02T11:59:59.008Z
        number("30", 1583150399377),  # 6: modified, 2020-03-02T11:59:59.377Z
    )
    + sized("22", sized("0a", "type.googleapis.com/EmptyData"))
)

# ---------------------------------------------------------------------------------------------------------------------
# Documents
# ---------------------------------------------------------------------------------------------------------------------

# The 512-bit parameter set that Java's DSA key generator uses, and with it every known engine.
P = "fca682ce8e12caba26efccf7110e526db078b05edecbcd1eb4a208f3ae1617ae01f35b91a47e6df63413c5e12ed0899bcd132acd50d99151bdc43ee737592e17"
Q = "962eddcc369cba8ebb260ee6b6a126d9346e38c5"
G = "678471b27a9cf44ee91a49c5147db1a9aaf244f05a434d6486931d2d14271b9e35030b71fd73da179069b32e2935630e1c2062354d0da20a6c416e50be794ca4"

# Public value y and signature of each document. The private keys no longer exist.
SEALS = {
    "masking-job.json": {
        "y": "00357e3315406dddd175b31d2a6fec2871c6f8ee0018e4ef82c0356568c117937a850ae4ae71bbe6e426334c1c0734bca89e51d5ff4d3a15aadaa0d28c95d115",
        "signature": "302c0214190a9cf75f5978de02a4de23e9954103ae6dc35602144cdbd9fe082d6f78bd208543e0cc67e44b7af582",
    },
    "undeclared-rule.json": {
        "y": "7fdaf326fc14d8fffda57a1325597b0785054aacc09cdc899cf6872fd9fd9aed8d1f9a5300a354b314459ff8aa811484915201d7253e70b296513d5745b10275",
        "signature": "302c02145bfeb8521f4e29cf55d8d15667e37a8ed3d48aaa021413fc01b971f7976b15805b501ed45bd0056c9b6a",
    },
}

DOCUMENTS = {
    "masking-job.json": {
        "export_id": "6b1f0c52-3f8e-4d0a-9c77-1e5a4b8d2f60",
        "instant": "2020-03-11T09:26:51.482Z",
        "date": "Wed Mar 11 09:26:53 UTC 2020",
        "rule": "records-v1",
    },
    "undeclared-rule.json": {
        "export_id": "c2d7e941-08b5-4f36-8e1d-74a09f5c63b8",
        "instant": "2020-03-11T09:31:07.016Z",
        "date": "Wed Mar 11 09:31:08 UTC 2020",
        "rule": None,
    },
}


def signed_part(document):
    """The blob without its trailer: what records-v1 signs."""
    export_id = sized("0a", document["export_id"])  # 1: in every record
    return (
        record(
            export_id,
            sized("12", document["instant"]),  # 2: start of the export
            bare("20 05"),  # 4: five objects
            bare("28 01"),  # 5: format 1
            sized("7a", document["rule"]) if document["rule"] else b"",  # 15: signing rule
        )
        # Breadth-first from the job, the first visit counts.
        + record(export_id, sized("12", JOB))
        + record(export_id, sized("12", RULESET))
        + record(export_id, sized("12", CONNECTOR))
        + record(export_id, sized("12", DOMAIN))
        + record(export_id, sized("12", ALGORITHM))
    )


def trailer(document, signature):
    """The last record, with the same signature as the JSON."""
    return record(sized("0a", document["export_id"]), sized("1a", signature))


def revision_hash(*closure):
    """SHA-1 over the sorted UUID pairs of an object and everything it depends on."""
    return hashlib.sha1("".join(sorted(a + b for a, b in closure)).encode()).hexdigest()


ALGORITHM_HASH = revision_hash(ALGORITHM_UUIDS)
DOMAIN_HASH = revision_hash(DOMAIN_UUIDS, ALGORITHM_UUIDS)
CONNECTOR_HASH = revision_hash(CONNECTOR_UUIDS)
RULESET_HASH = revision_hash(RULESET_UUIDS, CONNECTOR_UUIDS, DOMAIN_UUIDS, ALGORITHM_UUIDS)
JOB_HASH = revision_hash(JOB_UUIDS, RULESET_UUIDS, CONNECTOR_UUIDS, DOMAIN_UUIDS, ALGORITHM_UUIDS)


def der(tag, *pieces):
    """A DER element of at most 64 KiB, its length in as few bytes as possible."""
    body = b"".join(pieces)
    if len(body) < 0x80:
        length = bytes([len(body)])
    elif len(body) < 0x100:
        length = bytes([0x81, len(body)])
    else:
        length = struct.pack(">BH", 0x82, len(body))
    return bytes([tag]) + length + body


def integer(value):
    """A DER INTEGER: as short as it can be, with a zero in front when the top bit is set."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def public_key(y):
    """SubjectPublicKeyInfo of a DSA key."""
    parameters = der(0x30, integer(int(P, 16)), integer(int(Q, 16)), integer(int(G, 16)))
    algorithm = der(0x30, bare("06 07 2a 86 48 ce 38 04 01"), parameters)  # 1.2.840.10040.4.1, id-dsa
    return der(0x30, algorithm, der(0x03, bare("00"), integer(y)))


def pem(label, body):
    """The form that the openssl command reads."""
    text = base64.encodebytes(body).decode().replace("\n", "")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def openssl(key, data, *arguments):
    """Runs `openssl dgst -sha1` over the data; "KEY" in the arguments stands for a file with the key."""
    with tempfile.TemporaryDirectory() as directory:
        key_file = pathlib.Path(directory, "key.pem")
        key_file.write_text(key)
        arguments = [str(key_file) if a == "KEY" else a for a in arguments]
        if isinstance(arguments[-1], bytes):
            pathlib.Path(directory, "signature").write_bytes(arguments[-1])
            arguments[-1] = str(pathlib.Path(directory, "signature"))
        return subprocess.run(["openssl", "dgst", "-sha1", *arguments], input=data, capture_output=True, check=False)


def new_seal(document):
    """A fresh key and its signature. The private key is gone when this returns."""
    p, q, g = int(P, 16), int(Q, 16), int(G, 16)
    x = secrets.randbelow(q - 1) + 1
    y = pow(g, x, p)
    private = der(0x30, *(integer(n) for n in (0, p, q, g, y, x)))
    result = openssl(pem("DSA PRIVATE KEY", private), signed_part(document), "-sign", "KEY")
    if result.returncode:
        sys.exit(f"openssl could not sign: {result.stderr.decode()}")
    return {"y": f"{y:0128x}", "signature": result.stdout.hex()}


def verify(name, data, key, signature):
    """Stops the script when the stored seal does not fit the data any more."""
    result = openssl(pem("PUBLIC KEY", key), data, "-verify", "KEY", "-signature", signature)
    if result.returncode or b"Verified OK" not in result.stdout:
        sys.exit(f"{name}: the stored signature does not verify; has the document changed? Try --new-signature")


def listed(kind, identifier, revision):
    """An entry of the metadata's exportedObjectList."""
    return {"objectIdentifier": identifier, "objectType": kind, "revisionHash": revision}


def described(kind, kind_number, identifier, name, revision, uuids, dependencies):
    """What a reader of the document should see of one object."""
    return {
        "type": kind,
        "number": kind_number,
        "identifier": identifier,
        "name": name,  # as its data has it; a reference has none
        "hash": revision,
        "uuids": uuids,
        "dependencies": dependencies,  # as they stand in the blob, repetitions included
    }


def assemble(name):
    """One document and what is expected of it, both as text."""
    document, seal = DOCUMENTS[name], SEALS[name]
    data, signature, key = signed_part(document), bytes.fromhex(seal["signature"]), public_key(int(seal["y"], 16))
    verify(name, data, key, signature)
    blob = data + trailer(document, signature)

    envelope = {
        "exportResponseMetadata": {
            "exportHost": "masker.hotel.example:8282",
            "exportDate": document["date"],
            "requestedObjectList": [{"objectIdentifier": {"id": 4}, "objectType": "MASKING_JOB"}],
            # In an order of its own, like that of a hash set.
            "exportedObjectList": [
                listed("DOMAIN_REFERENCE", {"id": "FIRST_NAME"}, DOMAIN_HASH),
                listed("MASKING_JOB", {"id": 4}, JOB_HASH),
                listed("ALGORITHM_REFERENCE", {"algorithmName": "FirstNameLookup"}, ALGORITHM_HASH),
                listed("DATABASE_RULESET", {"id": 2}, RULESET_HASH),
                listed("DATABASE_CONNECTOR", {"id": 3}, CONNECTOR_HASH),
            ],
        },
        "blob": base64.b64encode(blob).decode(),
        "signature": base64.b64encode(signature).decode(),
        "publicKey": base64.b64encode(key).decode(),
    }

    ruleset = {"type": "DATABASE_RULESET", "identifier": {"id": 2}}
    connector = {"type": "DATABASE_CONNECTOR", "identifier": {"id": 3}}
    domain = {"type": "DOMAIN_REFERENCE", "identifier": {"id": "FIRST_NAME"}}
    algorithm = {"type": "ALGORITHM_REFERENCE", "identifier": {"algorithmName": "FirstNameLookup"}}

    expected = {
        "exportId": document["export_id"],
        "instant": document["instant"],
        "format": 1,
        "declaredRule": document["rule"],
        "verdict": "valid",
        "rule": "records-v1",
        "count": 5,
        "signedBytes": len(data),
        "blobBytes": len(blob),
        "keySha256": hashlib.sha256(key).hexdigest(),
        "objects": [
            described("MASKING_JOB", 20, {"id": 4}, "Nightly guest masking", JOB_HASH, JOB_UUIDS, [ruleset]),
            described("DATABASE_RULESET", 14, {"id": 2}, "GuestbookRules", RULESET_HASH, RULESET_UUIDS,
                      [connector, domain, algorithm, domain, algorithm]),
            described("DATABASE_CONNECTOR", 10, {"id": 3}, "Guestbook copy", CONNECTOR_HASH, CONNECTOR_UUIDS, []),
            described("DOMAIN_REFERENCE", 19, {"id": "FIRST_NAME"}, None, DOMAIN_HASH, DOMAIN_UUIDS, [algorithm]),
            described("ALGORITHM_REFERENCE", 18, {"algorithmName": "FirstNameLookup"}, None, ALGORITHM_HASH,
                      ALGORITHM_UUIDS, []),
        ],
    }
    # Engines write one compact line without a line end.
    return json.dumps(envelope, separators=(",", ":")), json.dumps(expected, indent=2) + "\n"


def main(arguments):
    if arguments == ["--new-signature"]:
        print(json.dumps({name: new_seal(document) for name, document in DOCUMENTS.items()}, indent=4))
        return
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    differing = []
    for name in DOCUMENTS:
        for path, text in zip((HERE / name, HERE / name.replace(".json", ".expected.json")), assemble(name)):
            if not arguments:
                path.write_text(text)
            elif not path.exists() or path.read_text() != text:
                differing.append(path.name)
    if differing:
        sys.exit(f"not as this script makes them: {', '.join(differing)}")


if __name__ == "__main__":
    main(sys.argv[1:])
