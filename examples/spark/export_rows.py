"""The rows of three tables: objects, findings, and how many secrets of which kind an object has.

Both programs share this module, so that a table doesn't depend on the one that wrote it.
"""

import json
import re
from datetime import datetime, timedelta, timezone

import exportdoc
import pyarrow as pa

# What every row says about its document: so no query has to join.
DOCUMENT = {
    "path": "string",
    "document": "bigint",
    "export_id": "string",
    "engine": "string",
    "exported_at": "timestamp",
    "verdict": "string",
}
OBJECT = {"type": "string", "identifier": "string", "name": "string"}
TABLES = {
    "objects": {
        **DOCUMENT,
        **OBJECT,
        "data_type": "string",
        "revision_object": "string",
        "revision_save": "string",
        "revision_hash": "string",
        "created": "timestamp",
        "modified": "timestamp",
        "bytes": "bigint",
        "dependencies": "bigint",
    },
    "findings": {
        **DOCUMENT,
        "finding": "string",
        "severity": "string",
        "count": "bigint",
        "object_type": "string",
        "object_identifier": "string",
        "object_name": "string",
        "file_offset": "bigint",
    },
    "secrets": {**DOCUMENT, **OBJECT, "kind": "string", "count": "bigint"},
}

_ARROW = {"string": pa.string(), "bigint": pa.int64(), "timestamp": pa.timestamp("us", tz="UTC")}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def arrow_schema(table):
    """The Arrow schema of a table."""
    return pa.schema([(column, _ARROW[kind]) for column, kind in TABLES[table].items()])


def rows(path, content, policy, now):
    """Yields `(table, row)` for each row of a file: a document or a batch.

    An unreadable document is a row of `findings` with the error's code, so that it doesn't vanish from an archive of thousands.
    """
    try:
        documents = exportdoc.documents(content)
    except exportdoc.ExportdocError as error:
        yield "findings", _unreadable(path, None, error)
        return
    for number, document in enumerate(documents, start=1):
        try:
            inspected = exportdoc.inspect(document, name=path)
            audited = exportdoc.audit(document, name=path, policy=policy, now=now)
        except exportdoc.ExportdocError as error:
            yield "findings", _unreadable(path, number, error)
            continue
        yield from _rows_of(path, number, inspected, audited)


def _rows_of(path, number, inspected, audited):
    export = inspected["export"]
    common = {
        "path": path,
        "document": number,
        "export_id": export["export_id"],
        "engine": export["host"],
        # The metadata's date may be in a zone without one offset. The header's time is always in UTC.
        "exported_at": _instant(export["instant"]) or _instant(export["started"]),
        "verdict": inspected["verdict"],
    }
    for item in inspected["objects"]:
        named = {"type": item["type"], "identifier": _text(item["identifier"]), "name": item["name"]}
        yield "objects", {
            **common,
            **named,
            "data_type": item["data_type"],
            "revision_object": item["revision"]["object"],
            "revision_save": item["revision"]["save"],
            "revision_hash": item["revision_hash"]["stated"],
            "created": _milliseconds(item["created"]),
            "modified": _milliseconds(item["modified"]),
            "bytes": item["bytes"],
            "dependencies": len(item["dependencies"]),
        }
        for secret in item["secrets"]:
            yield "secrets", {**common, **named, "kind": secret["kind"], "count": secret["count"]}
    for finding in audited["findings"]:
        concerned = finding["object"] or {}
        # The message stays behind: it may quote hosts, users and addresses of the document.
        yield "findings", {
            **common,
            "finding": finding["id"],
            "severity": finding["severity"],
            "count": finding["count"],
            "object_type": concerned.get("type"),
            "object_identifier": _text(concerned["identifier"]) if concerned else None,
            "object_name": concerned.get("name"),
            "file_offset": (finding["at"] or {}).get("file_offset"),
        }


def _unreadable(path, number, error):
    return {"path": path, "document": number, "finding": error.code, "severity": "error", "count": 1}


def _text(identifier):
    return json.dumps(identifier, sort_keys=True, ensure_ascii=False)


def _instant(text):
    """A time in UTC; none for a damaged one. Python 3.9 reads neither `Z` nor fractions of any length."""
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", text or "", re.ASCII)
    if not parts:
        return None
    try:
        second = datetime.fromisoformat(parts[1]).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return second.replace(microsecond=int((parts[2] or "0").ljust(6, "0")[:6]))


def _milliseconds(value):
    """A time; none outside the years 1 to 9999, which a hostile document can name and Parquet's readers can't show."""
    try:
        return None if value is None else _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return None
