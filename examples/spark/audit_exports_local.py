"""Audits a directory of exports in one process and writes the same three tables as audit_exports.py. Needs no Spark.

    python audit_exports_local.py exports/ tables/
"""

import argparse
import fnmatch
import time
from pathlib import Path

import export_rows
import pyarrow as pa
import pyarrow.parquet as parquet

ROWS_AT_ONCE = 5000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exports", type=Path, help="directory; folders below it are read, too")
    parser.add_argument("tables", type=Path, help="new directory for objects, findings and secrets")
    parser.add_argument("--glob", default="*", help="read only files with such names, for example *.json")
    parser.add_argument("--policy", type=Path, help="policy of the audit")
    parser.add_argument("--now", type=float, default=time.time(), help="time of the audit, in seconds since 1970")
    arguments = parser.parse_args()
    policy = arguments.policy.read_bytes() if arguments.policy else None

    schemas = {table: export_rows.arrow_schema(table) for table in export_rows.TABLES}
    writers = {}
    for table, schema in schemas.items():
        (arguments.tables / table).mkdir(parents=True)
        writers[table] = parquet.ParquetWriter(arguments.tables / table / "part-0.parquet", schema)
    ready = {table: [] for table in schemas}

    def write(table):
        writers[table].write_table(pa.Table.from_pylist(ready[table], schemas[table]))
        ready[table] = []

    for path in files(arguments.exports.resolve(), arguments.glob):
        # As Spark writes the path of a local file.
        for table, row in export_rows.rows(f"file:{path}", path.read_bytes(), policy, arguments.now):
            ready[table].append(row)
            if len(ready[table]) == ROWS_AT_ONCE:
                write(table)
    for table, writer in writers.items():
        write(table)
        writer.close()


def files(directory, glob):
    """The files that Spark would read: it skips names with `_` or `.` at the start."""
    for path in sorted(directory.iterdir()):
        if path.name.startswith(("_", ".")):
            continue
        if path.is_dir():
            yield from files(path, glob)
        elif fnmatch.fnmatchcase(path.name, glob):
            yield path


if __name__ == "__main__":
    main()
