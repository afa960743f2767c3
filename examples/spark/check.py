"""Makes a thousand small exports, audits them by both programs, compares the tables, and asks the queries.

    python check.py WORK

WORK is a new directory. The Python that runs this needs the packages exportdoc, pyarrow, pyspark and duckdb.
"""

import gzip
import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import exportdoc
import pyarrow.parquet as parquet

HERE = Path(__file__).resolve().parent
TESTDATA = HERE.parent.parent / "testdata/generated"
ENGINES = [f"engine-{number}.example.com" for number in range(4)]
# From these documents on, an engine exports the changed algorithm. The other engines keep it as it was.
CHANGED_FROM = {ENGINES[0]: 500, ENGINES[2]: 702}
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc).timestamp()
# What testdata/README.md and docs/rules.md say about the documents: whether they have the global key, findings of level
# error, and how many objects.
EXPECTED = {
    "key": (True, ["secrets-in-clear"], 1),
    "global": (True, ["secrets-in-clear"], 124),
    "before": (False, ["secrets-in-clear"], 1),
    "after": (False, ["secrets-in-clear"], 1),
    "job": (False, [], 21),
}


def main():
    work = Path(sys.argv[1]).resolve()
    exports = work / "exports"
    exports.mkdir(parents=True)
    made = make(exports)
    submit = [Path(sys.executable).with_name("spark-submit"), "--py-files", HERE / "export_rows.py"]
    # Without this, Spark's workers are the first python3 of PATH.
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    runs = [(submit, "audit_exports.py", "tables-spark"), ([sys.executable], "audit_exports_local.py", "tables")]
    for start, program, tables in runs:
        started = time.monotonic()
        command = [*start, HERE / program, exports, work / tables, "--now", str(NOW)]
        run = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=environment)
        if run.returncode:
            sys.exit(f"error: {program} fails:\n{run.stderr}")
        print(f"{program}: {time.monotonic() - started:.1f} s")
    objects = sum(EXPECTED[kind][2] for kind, *_ in made)
    compare(work, objects)
    ask(work, made)
    print(f"{len(made)} documents, {objects} objects: same rows by both programs, and the queries have the expected answers")


def make(exports):
    """Writes the files, and returns the kind, engine, time, path and number in its file of each document."""
    bases = {
        "key": exportdoc.extract(TESTDATA / "global-small.json", "KEY:global"),
        "global": (TESTDATA / "global-small.json").read_bytes(),
        "before": (TESTDATA / "audit/algorithm-changed/baseline.json").read_bytes(),
        "after": (TESTDATA / "audit/algorithm-changed/fires.json").read_bytes(),
        "job": (TESTDATA / "masking-job.json").read_bytes(),
    }
    made, batch = [], []
    for number in range(1000):
        engine = ENGINES[number % 4]
        exported = datetime(2022, 1, 1, tzinfo=timezone.utc) + timedelta(hours=35 * number)
        kind = "before" if number < CHANGED_FROM.get(engine, 1000) else "after"
        if number % 10 == 9:
            kind = {9: "job", 59: "global"}.get(number % 100, "key")
        document = json.loads(bases[kind])
        # The signature doesn't cover these two.
        document["exportResponseMetadata"]["exportHost"] = engine
        document["exportResponseMetadata"]["exportDate"] = exported.strftime("%a %b %d %H:%M:%S UTC %Y")
        text = json.dumps(document)
        if number % 250 == 0:
            batch.append(text)
            path = exports / "batch.jsonl.gz"
        else:
            path = exports / f"{exported.year} #{number % 3}" / f"{number:04}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        made.append((kind, engine, exported, f"file:{path}", len(batch) if number % 250 == 0 else 1))
    (exports / "batch.jsonl.gz").write_bytes(gzip.compress("\n".join(batch).encode()))
    (exports / "notes.txt").write_text("no export")
    (exports / "_SUCCESS").write_text("what Spark skips")
    return made


def compare(work, objects):
    """Compares every row of both programs, and looks for secrets."""
    texts = set()
    for table in ["objects", "findings", "secrets"]:
        by_spark, by_local = (parquet.read_table(work / tables / table).to_pylist() for tables in ["tables-spark", "tables"])
        first, second = (sorted(json.dumps(row, default=str, sort_keys=True) for row in rows) for rows in [by_spark, by_local])
        assert first == second, f"{table}: {next((pair for pair in zip(first, second) if pair[0] != pair[1]), 'lengths differ')}"
        assert by_local, f"{table} is empty"
        print(f"{table}: {len(first)} rows")
        texts.update(value for row in by_local for value in row.values() if isinstance(value, str))
        if table == "objects":
            assert len(first) == objects, f"{len(first)} objects instead of {objects}"
    report = exportdoc.inspect(TESTDATA / "global-small.json", show_secrets=True)
    shown = [secret for item in report["objects"] for secret in item.get("secret_values", [])]
    values = [secret["value"] for secret in shown if secret["kind"].endswith("-key")]
    assert len(values) == 36, f"{len(values)} keys instead of 36"
    for secret in [*values, "masking@example.com"]:
        assert not any(secret in text for text in texts), "a table has a secret"


def ask(work, made):
    """Runs the queries and compares their answers with what was made."""
    os.chdir(work)
    answers = []
    with duckdb.connect() as database:
        for statement in database.extract_statements((HERE / "queries.sql").read_text()):
            result = database.execute(statement)
            if statement.type == duckdb.StatementType.SELECT:
                answers.append(result.fetchall())
    global_key, changes, errors = answers

    expected = sorted(
        (engine, exported, path, place)
        for kind, engine, exported, path, place in made
        if EXPECTED[kind][0] and exported.year == 2024
    )
    assert global_key == expected, (global_key[:3], expected[:3])

    before, after = (datetime(2018, 2, 12, hour, tzinfo=timezone.utc) for hour in [10, 11])
    expected = []
    for engine in CHANGED_FROM:
        times = [exported for kind, of, exported, *_ in made if kind == "after" and of == engine]
        expected.append((engine, "LOOKUP", after, times[0], len(times), before))
    assert changes == expected, (changes, expected)

    notes = (None, f"file:{work}/exports/notes.txt", 1, ["not-a-document"])
    expected = [(engine, path, place, EXPECTED[kind][1]) for kind, engine, _, path, place in made if EXPECTED[kind][1]]
    assert errors == [*sorted(expected), notes], (errors[:2], errors[-2:])
    print(f"global key in 2024: {len(global_key)} documents; changes: {len(changes)}; with errors: {len(errors)}")


if __name__ == "__main__":
    main()
