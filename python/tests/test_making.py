"""New documents, and errors."""

import pickle
import re

import exportdoc
import pytest
from conftest import JOB, TESTDATA
from exportdoc import errors


def names(document):
    return [(item["type"], item["name"]) for item in exportdoc.inspect(document)["objects"]]


def test_sealed_document_has_the_given_key(job):
    key = exportdoc.new_key(1024)
    first, second = exportdoc.seal(job, key=key), exportdoc.seal(job, key=key)
    prints = {exportdoc.verify(made)["signature"]["key"]["fingerprint"] for made in (first, second)}
    assert len(prints) == 1
    assert exportdoc.verify(first, trusted_keys=prints.pop())["signature"]["trusted"]
    assert names(first) == names(job)


def test_export_ids_differ_and_time_is_the_given_one(job):
    made = [exportdoc.seal(job, now=1_700_000_000) for _ in range(2)]
    exports = [exportdoc.inspect(document)["export"] for document in made]
    assert exports[0]["export_id"] != exports[1]["export_id"]
    assert exports[0]["instant"] == "2023-11-14T22:13:20Z"


def test_extract_takes_dependencies_along(job):
    smaller = exportdoc.extract(job, "DATABASE_RULESET:2")
    assert ("DATABASE_CONNECTOR", "Guestbook copy") in names(smaller)
    assert ("MASKING_JOB", "Nightly guest masking") not in names(smaller)


def test_unsigned_document_has_no_valid_signature(job):
    assert exportdoc.verify(exportdoc.extract(job, "MASKING_JOB:4", unsigned=True))["verdict"] != "valid"


def test_redacted_copy_keeps_no_host(job):
    host = exportdoc.inspect(job)["export"]["host"]
    assert host.encode() in job
    assert host.encode() not in exportdoc.redact(job)


def test_passphrase_opens_what_it_encrypted(job):
    encrypted = exportdoc.encrypt(job, "made up for the test")
    assert exportdoc.inspect(encrypted)["encryption"]["opened"] is False
    assert exportdoc.inspect(encrypted, passphrase="made up for the test")["encryption"]["opened"] is True
    assert names(exportdoc.decrypt(encrypted, ["another", "made up for the test"])) == names(job)
    with pytest.raises(exportdoc.PassphraseError) as caught:
        exportdoc.decrypt(encrypted, "wrong")
    assert caught.value.code == "wrong-passphrase"


def test_conflict_is_settled_by_the_filled_in_report():
    ours, theirs = (TESTDATA / "generated/merge" / name for name in ("ours.json", "theirs.json"))
    report, merged = exportdoc.merge(ours, theirs)
    assert merged is None and report["merged"] is False
    for conflict in report["conflicts"]:
        conflict["take"] = 1
    report, merged = exportdoc.merge(ours, theirs, resolve=report)
    assert report["conflicts"] == [] and merged is not None


@pytest.mark.parametrize(
    "call, kind, code",
    [
        (lambda: exportdoc.inspect("nope.json"), FileNotFoundError, "input-not-found"),
        (lambda: exportdoc.inspect("."), OSError, "input"),
        (lambda: exportdoc.inspect(b"<html>"), exportdoc.NotADocumentError, "not-a-document"),
        (lambda: exportdoc.inspect(JOB, max_size=10), exportdoc.LimitError, "limit"),
        (lambda: exportdoc.extract(JOB, "nope"), LookupError, "not-found"),
        (lambda: exportdoc.decrypt(JOB, "x"), exportdoc.PassphraseError, "not-encrypted"),
        (lambda: exportdoc.verify(JOB, trusted_keys="sha256:1"), exportdoc.UsageError, "usage"),
        (lambda: exportdoc.verify(JOB, rule="nope"), ValueError, "usage"),
        (lambda: exportdoc.seal(JOB, key=b"nope"), exportdoc.ExportdocError, "key"),
        (lambda: exportdoc.audit(JOB, policy=b"nope = 1"), exportdoc.ExportdocError, "policy"),
        (lambda: exportdoc.plan(JOB, b"{}"), exportdoc.ExportdocError, "target"),
        (lambda: exportdoc.merge(JOB, JOB, prefer="nope"), exportdoc.UsageError, "usage"),
    ],
)
def test_error_has_its_class_and_code(call, kind, code):
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, exportdoc.ExportdocError)
    assert caught.value.code == code
    assert caught.value.message


def test_error_says_where_it_is_and_what_to_do(job):
    with pytest.raises(exportdoc.NotADocumentError) as caught:
        exportdoc.inspect(job[:40] + b"\xff" + job[40:])
    error = caught.value
    assert error.place.file_offset == 40
    assert f"help: {error.help}" in str(error)
    assert pickle.loads(pickle.dumps(error)).place == error.place


@pytest.mark.parametrize("wrong", [5, None, ["a"], {}])
def test_other_types_are_refused(wrong):
    with pytest.raises(TypeError, match="bytes, a path or a file"):
        exportdoc.inspect(wrong)


def test_text_file_is_refused():
    with JOB.open() as file, pytest.raises(TypeError, match="binary mode"):
        exportdoc.inspect(file)


def test_page_lists_every_code_of_errors():
    page = (TESTDATA.parent / "docs/python.md").read_text()
    codes = set(re.findall(r"^/// \| `([a-z-]+)` \|", (TESTDATA.parent / "src/document/error.rs").read_text(), re.MULTILINE))
    assert len(codes) > 10
    assert [code for code in sorted(codes | set(errors._CLASSES)) if f"`{code}`" not in page] == []
