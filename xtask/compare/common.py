"""What the measurements share: calling servers, watching processes, and writing down what was found."""

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
PAGE = ROOT / "docs" / "performance.md"
API = "/masking/api"


def build(*arguments):
    subprocess.run(["cargo", "build", "--locked", "--workspace", *arguments], cwd=ROOT, check=True)
    WORK.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def running(command):
    """A process with all that it starts; ended at the end."""
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
    """Milliseconds until somebody can log in."""
    start = time.monotonic()
    while time.monotonic() - start < patience:
        try:
            login(port)
            return (time.monotonic() - start) * 1000
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"nothing answers on port {port}")


def resident(pid):
    """MiB resident in a process and its children."""
    total = 0
    for line in subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True).stdout.splitlines()[1:]:
        own, parent, rss = map(int, line.split())
        if pid in (own, parent):
            total += rss
    return total / 1024


def used(process):
    """Milliseconds of processor time that a process has used."""
    threads = pathlib.Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def version(*command):
    output = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d[\d.]+", output.stdout + output.stderr)
    return found.group(0) if found else "?"


def machine():
    """One sentence on what the figures were taken on."""
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (f"{datetime.date.today()}, {os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()} "
            f"{platform.machine()}, Rust {version('rustc', '--version')}; load average at the start {load:.1f}.")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def publish(name, text):
    """Prints a measurement, and puts it between its marks in docs/performance.md."""
    print(text)
    begin, end = f"<!-- {name}: written by 'cargo xtask compare {name}' -->", f"<!-- /{name} -->"
    page = PAGE.read_text()
    if begin not in page or end not in page:
        print(f"docs/performance.md has no place marked {begin}", file=sys.stderr)
        return
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")
