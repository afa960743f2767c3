"""The scripts behave as the binaries."""

import json
import signal
import subprocess
import time
import urllib.request

import pytest
from conftest import JOB, SCRIPTS, run


def test_exit_codes_and_output_are_those_of_the_command():
    assert run("exportdoc", "verify-signature", JOB).returncode == 0
    wrong = run("exportdoc", "inspect", "nope.json")
    assert wrong.returncode == 2
    assert b"Usage: exportdoc" in run("exportdoc", "--help").stdout
    assert run("exportdoc", "inspekt").returncode == 2
    assert run("mock-engine", "--port", "x").returncode == 2
    assert run("mock-engine", "faults").returncode == 0


def test_both_programs_have_the_version_of_the_package():
    from importlib.metadata import version

    for program in ("exportdoc", "mock-engine"):
        assert run(program, "--version").stdout.decode().split() == [program, version("exportdoc")]


def test_standard_input_and_output_are_pipes_of_the_program(job):
    printed = run("exportdoc", "inspect", "--format", "ndjson", "-", input=job)
    assert json.loads(printed.stdout)["path"] == "-"


def test_reader_that_leaves_early_is_no_error():
    command = f"'{SCRIPTS}/exportdoc' inspect --format json '{JOB}' | head -c 1; echo ${{PIPESTATUS[0]}}"
    shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert shell.stdout == "{0\n"
    assert "Traceback" not in shell.stderr and "BrokenPipe" not in shell.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_engine_ends_in_order_on_signals(number, tmp_path):
    ready = tmp_path / "ready.json"
    command = [SCRIPTS / "mock-engine", "--port", "0", "--ready-file", ready]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.01)
        url = json.loads(ready.read_text())["engines"][0]["url"]
        assert urllib.request.urlopen(f"{url}/__admin/health").status == 200
        process.send_signal(number)
        log = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert "Traceback" not in log and signal.Signals(number).name in log


def heeds_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_a_command_that_reads():
    command = [SCRIPTS / "exportdoc", "inspect", "-"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A shell starts background jobs with the signal ignored, and children inherit that.
    with subprocess.Popen(command, **pipes, preexec_fn=heeds_ctrl_c) as process:
        # More than a pipe holds: once it is written, the command reads.
        process.stdin.write(b'{"blob": "' + b"A" * (4 << 20))
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert process.stderr.read() == b""
    assert process.returncode == -signal.SIGINT
