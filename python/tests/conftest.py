"""Documents and programs for the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTDATA = ROOT / "testdata"
JOB = TESTDATA / "handmade/masking-job.json"
SCRIPTS = Path(sys.executable).parent

pytest_plugins = ["pytester"]


def every_document():
    """The documents of testdata, sound and damaged ones."""
    return sorted(path for path in TESTDATA.rglob("*.json") if b'"blob"' in path.read_bytes())


def run(program, *words, **options):
    """Runs a script of the package."""
    command = [SCRIPTS / program, *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=60, **options)


@pytest.fixture
def job():
    return JOB.read_bytes()
