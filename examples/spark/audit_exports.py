"""Audits a directory or bucket of exports with Spark and writes three tables of Parquet.

    spark-submit --py-files export_rows.py audit_exports.py s3a://exports/ s3a://audit/2026-01/
"""

import argparse
import time
from pathlib import Path

import export_rows
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import SparkSession

# Rows that leave Python at once: bounds what a document with 250,000 objects takes.
ROWS_AT_ONCE = 5000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exports", help="directory or bucket; folders below it are read, too")
    parser.add_argument("tables", help="new directory or prefix for objects, findings and secrets")
    parser.add_argument("--glob", default="*", help="read only files with such names, for example *.json")
    parser.add_argument("--policy", type=Path, help="policy of the audit: a file of the driver")
    parser.add_argument("--now", type=float, default=time.time(), help="time of the audit, in seconds since 1970")
    arguments = parser.parse_args()
    policy = arguments.policy.read_bytes() if arguments.policy else None

    spark = (
        SparkSession.builder.appName("audit-exports")
        # Whole files go to Python, so a batch of 10,000 as by default could exceed any memory.
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 16)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .getOrCreate()
    )
    files = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", True)
        .option("pathGlobFilter", arguments.glob)
        .load(arguments.exports)
        .select("path", "content")
    )
    schema = ", ".join(
        f"{table} struct<{', '.join(f'`{column}`: {kind}' for column, kind in columns.items())}>"
        for table, columns in export_rows.TABLES.items()
    )
    # Each document is audited once, and the three tables are written from what is kept on disk.
    rows = files.mapInArrow(audit(policy, arguments.now), schema).persist(StorageLevel.DISK_ONLY)
    for table in export_rows.TABLES:
        rows.where(f"{table} IS NOT NULL").select(f"{table}.*").write.parquet(f"{arguments.tables.rstrip('/')}/{table}")
    rows.unpersist()
    spark.stop()


def audit(policy, now):
    """Makes the function that turns batches of files into batches of rows, of which each belongs to one table."""

    def batches_of_rows(batches):
        schema = pa.schema([(table, pa.struct(list(export_rows.arrow_schema(table)))) for table in export_rows.TABLES])
        for batch in batches:
            for path, content in zip(batch.column("path"), batch.column("content")):
                ready = []
                for table, row in export_rows.rows(path.as_py(), content.as_py(), policy, now):
                    ready.append({table: row})
                    if len(ready) == ROWS_AT_ONCE:
                        yield pa.RecordBatch.from_pylist(ready, schema)
                        ready = []
                yield pa.RecordBatch.from_pylist(ready, schema)

    return batches_of_rows


if __name__ == "__main__":
    main()
