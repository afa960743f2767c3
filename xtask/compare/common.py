"""Shared by the measurements: calls to servers, processes, and the page of results."""

import contextlib
import datetime
import json
import os
import pathlib
import platform
import re
import signal
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "compare"
XTASK = ROOT / "target" / "release" / "xtask"
TIME = pathlib.Path("/usr/bin/time")
PAGE = ROOT / "docs" / "performance.md"
API = "/masking/api"


def build(*arguments):
    subprocess.run(["cargo", "build", "--locked", "--workspace", *arguments], cwd=ROOT, check=True)
    WORK.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def running(command):
    """Runs a process, and ends it with all its children."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(list(map(str, command)), cwd=WORK, start_new_session=True, **silent)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def call(port, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = token
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=600) as answer:
        return answer.read()


def login(port):
    answer = call(port, "POST", f"{API}/login", '{"username":"u","password":"p"}')
    return json.loads(answer).get("Authorization", "x")


def first_answer(port, patience=60):
    """Milliseconds until the server answers a login."""
    start = time.monotonic()
    while time.monotonic() - start < patience:
        try:
            login(port)
            return (time.monotonic() - start) * 1000
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"nothing answers on port {port}")


def resident(pid):
    """Resident MiB of a process and its children."""
    total = 0
    for line in subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True).stdout.splitlines()[1:]:
        own, parent, rss = map(int, line.split())
        if pid in (own, parent):
            total += rss
    return total / 1024


def used(process):
    """Milliseconds of processor time used by a process."""
    threads = pathlib.Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def measured(command, statuses=(0,)):
    """Elapsed seconds, processor seconds and peak MiB of a command and its children.

    GNU time starts the command: the kernel counts the parent's memory as the child's, and GNU time has 2 MiB.
    """
    if not TIME.exists():
        raise SystemExit("GNU time is missing: apt-get install time")
    report = WORK / "peak"
    shell = ["sh", "-c", command] if isinstance(command, str) else command
    start = time.monotonic()
    timed = [TIME, "-q", "-f", "%M", "-o", report, *shell]
    child = subprocess.Popen(list(map(str, timed)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = child.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    elapsed = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) not in statuses:
        raise SystemExit(f"{command}: status {status}\n{output}")
    return elapsed, usage.ru_utime + usage.ru_stime, int(report.read_text()) / 1024


def version(*command):
    output = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d[\d.]+", output.stdout + output.stderr)
    return found.group(0) if found else "?"


def machine():
    """Describes the machine in one sentence."""
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (f"{datetime.date.today()}, {os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()} "
            f"{platform.machine()}, Rust {version('rustc', '--version')}; load average at the start {load:.1f}.")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def publish(name, text, command=None):
    """Prints a measurement, and writes it between its markers in docs/performance.md."""
    print(text)
    begin, end = f"<!-- {name}: written by 'cargo xtask compare {command or name}' -->", f"<!-- /{name} -->"
    page = PAGE.read_text()
    if begin not in page or end not in page:
        print(f"docs/performance.md has no marker {begin}", file=sys.stderr)
        return
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")
