"""Reports are those of the command line."""

import io
import json
import threading

import exportdoc
import pytest
from conftest import JOB, every_document, run

NOW = 1_700_000_000
POLICY = b'[allow]\nmax-age = "3650d"\n'


def same_text(report, printed):
    """Whether both are the same JSON, with the members in the same order."""
    return json.dumps(report) == json.dumps(json.loads(printed))


def command_or_error(call, printed):
    """The function's report equals the command's line, or both refuse the document with the same message."""
    line = json.loads(printed)
    try:
        report = call()
    except exportdoc.ExportdocError as error:
        return error.message.split(": ", 1)[1] == line["error"]["message"] and error.code != ""
    return json.dumps(report) == json.dumps(line)


@pytest.fixture(scope="module")
def printed():
    """The lines that the command prints for all documents."""

    def lines(*command):
        out = run("exportdoc", *command, "--format", "ndjson", *every_document()).stdout
        return dict(zip(every_document(), out.decode().splitlines()))

    return lines


def test_there_are_documents_to_compare():
    assert len(every_document()) > 20


@pytest.mark.parametrize(
    "call, command",
    [
        (exportdoc.inspect, "inspect"),
        (exportdoc.verify, "verify-signature"),
    ],
)
def test_report_equals_output_of_the_command(printed, call, command):
    lines = printed(command)
    different = [path for path in lines if not command_or_error(lambda path=path: call(str(path)), lines[path])]
    assert different == []


def test_audit_equals_output_of_the_command(printed):
    lines = printed("audit")
    different = [path for path in lines if not command_or_error(lambda path=path: exportdoc.audit(path), lines[path])]
    assert different == []


def test_diff_equals_output_of_the_command():
    documents = [path for path in every_document() if path.parent == JOB.parent]
    for new in documents:
        printed = run("exportdoc", "diff", "--format", "json", JOB, new)
        if printed.stdout:
            assert same_text(exportdoc.diff(str(JOB), str(new)), printed.stdout), new


def test_plan_equals_output_of_the_command():
    printed = run("exportdoc", "plan", "--format", "json", JOB, "--target", JOB, "--environment", "1").stdout
    assert same_text(exportdoc.plan(JOB, JOB, environment=1), printed)


def test_merge_equals_output_of_the_command(tmp_path):
    out = tmp_path / "merged.json"
    printed = run("exportdoc", "merge", JOB, JOB, "--format", "json", "-o", out).stdout
    report, merged = exportdoc.merge(JOB, JOB)
    assert same_text(report, printed)
    assert exportdoc.diff(out, merged)["same"]


def test_bytes_files_and_paths_give_one_report(job):
    reports = [exportdoc.inspect(form) for form in [job, bytearray(job), memoryview(job), io.BytesIO(job)]]
    assert all(report == reports[0] for report in reports)
    for path in (str(JOB), JOB):
        assert exportdoc.inspect(path) == {**reports[0], "path": str(JOB)}
    with JOB.open("rb") as file:
        assert exportdoc.inspect(file, name=str(JOB)) == exportdoc.inspect(JOB)


def test_report_shows_only_the_asked_types():
    report = exportdoc.inspect(JOB, objects=["MASKING_JOB"])
    assert [item["type"] for item in report["objects"]] == ["MASKING_JOB"]


def test_audit_knows_only_the_given_time():
    fresh = exportdoc.audit(JOB, policy=POLICY, now=NOW)
    late = exportdoc.audit(JOB, policy=POLICY, now=NOW * 1.5)
    ids = [[finding["id"] for finding in report["findings"]] for report in (fresh, late)]
    assert ids[0] != ids[1]


def test_batch_is_taken_apart(job):
    batch = b"[" + job + b"," + job + b"]"
    with pytest.raises(exportdoc.ExportdocError) as caught:
        exportdoc.inspect(batch)
    assert caught.value.code == "several"
    assert "documents()" in caught.value.help
    assert [exportdoc.verify(document)["verdict"] for document in exportdoc.documents(batch)] == ["valid", "valid"]


def test_other_threads_run_during_the_work(job):
    """A call that held the lock of the interpreter would stop the counter."""
    document = exportdoc.documents(job)[0]
    counted, over = [0], threading.Event()

    def count():
        while not over.is_set():
            counted[0] += 1

    counter = threading.Thread(target=count)
    counter.start()
    try:
        before = counted[0]
        exportdoc.new_key(2048)
        for _ in range(20):
            exportdoc.audit(document)
        assert counted[0] - before > 1000
    finally:
        over.set()
        counter.join()


def test_notebook_shows_escaped_tables(job):
    report = exportdoc.inspect(job, name="<b>x</b>")
    shown = report._repr_html_()
    assert "Nightly guest masking" in shown
    assert "&lt;b&gt;x" in shown and "<b>" not in shown
    assert "verdict='valid'" in repr(report)
