#!/usr/bin/env python3
"""Requests per second and memory of mock-engine next to WireMock and Prism, serving the same bytes.

    python3 benches/compare/mock.py [SECONDS] > table.md

Needs cargo, Node.js with npm, and Java. Installs wiremock, @stoplight/prism-cli and autocannon below target/compare.
All servers keep their request journal (Prism has none to switch off), all run on loopback with default heaps, one after
the other; the client, autocannon with 16 connections, shares the machine. Each measurement follows a warm-up of 2 s.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "compare"
SECONDS = sys.argv[1] if len(sys.argv) > 1 else "5"
PACKAGES = ["wiremock@3.13.2", "@stoplight/prism-cli@5.16.0", "autocannon@8"]
LIST = "/masking/api/syncable-objects?page_size=100"
EXPORT = "/masking/api/export"
REQUEST = json.dumps([{"objectIdentifier": {"id": 4}, "objectType": "MASKING_JOB"}])


def prepare():
    WORK.mkdir(parents=True, exist_ok=True)
    if not (WORK / "node_modules" / "autocannon").exists():
        subprocess.run(["npm", "install", "--silent", "--prefix", WORK, *PACKAGES], check=True, stdout=sys.stderr)
    subprocess.run(["cargo", "build", "--release", "--locked", "-p", "mock-engine"], cwd=ROOT, check=True)


def call(port, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = token
    data = body.encode() if body else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def wait(port, path, token=None, method="GET", body=None):
    """Milliseconds until the first good answer."""
    start = time.monotonic()
    while time.monotonic() - start < 60:
        try:
            call(port, method, path, body, token)
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


def load(port, path, token=None, body=None):
    command = [WORK / "node_modules" / ".bin" / "autocannon", "-c", "16", "-d", SECONDS, "-W", "[", "-c", "16", "-d", "2", "]", "--json"]
    if token:
        command += ["-H", f"Authorization={token}"]
    if body:
        command += ["-m", "POST", "-H", "Content-Type=application/json", "-b", body]
    result = subprocess.run([*map(str, command), f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True)
    answers = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    if not answers:
        raise SystemExit(result.stderr)
    return answers[-1]


def measure(name, command, port, token_of=lambda port: None):
    start = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=WORK, start_new_session=True)
    try:
        ready = wait(port, "/masking/api/login", method="POST", body='{"username":"u","password":"p"}')
        token = token_of(port) or "x"
        listing = load(port, LIST, token)
        export = load(port, EXPORT, token, REQUEST)
        bad = listing["non2xx"] + export["non2xx"]
        return name, ready, listing, export, resident(start.pid), bad
    finally:
        os.killpg(start.pid, signal.SIGTERM)
        start.wait()


def login(port):
    return json.loads(call(port, "POST", "/masking/api/login", '{"username":"u","password":"p"}'))["Authorization"]


def mock_command(port):
    return [ROOT / "target/release/mock-engine", "--port", port, "--concurrent-sync"]


def save_answers():
    """The mock's own answers, for the others to serve."""
    process = subprocess.Popen(list(map(str, mock_command(8901))), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(8901, "/masking/api/login", method="POST", body='{"username":"u","password":"p"}')
        token = login(8901)
        return {
            "login": call(8901, "POST", "/masking/api/login", '{"username":"u","password":"p"}').decode(),
            "list": call(8901, "GET", LIST, token=token).decode(),
            "export": call(8901, "POST", EXPORT, REQUEST, token).decode(),
        }
    finally:
        process.terminate()
        process.wait()


def wiremock(answers):
    mappings = WORK / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    for name, method, path in [
        ("login", "POST", "/masking/api/login"),
        ("list", "GET", "/masking/api/syncable-objects"),
        ("export", "POST", "/masking/api/export"),
    ]:
        mapping = {
            "request": {"method": method, "urlPath": path},
            "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": answers[name]},
        }
        (mappings / f"{name}.json").write_text(json.dumps(mapping))
    jar = next((WORK / "node_modules" / "wiremock").rglob("*.jar"))
    return ["java", "-jar", jar, "--port", "8902", "--root-dir", WORK / "wiremock", "--disable-banner"]


def prism(answers):
    def operation(name):
        content = {"application/json": {"schema": {}, "example": json.loads(answers[name])}}
        return {"responses": {"200": {"description": "ok", "content": content}}}

    body = {"requestBody": {"content": {"application/json": {"schema": {}}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "sync", "version": "1"},
        "paths": {
            "/masking/api/login": {"post": {**operation("login"), **body}},
            "/masking/api/syncable-objects": {"get": operation("list")},
            "/masking/api/export": {"post": {**operation("export"), **body}},
        },
    }
    (WORK / "prism.json").write_text(json.dumps(document))
    return [WORK / "node_modules" / ".bin" / "prism", "mock", "-p", "8903", WORK / "prism.json"]


def version(command, pattern=r"[\d.]+"):
    output = subprocess.run(command, capture_output=True, text=True)
    found = re.search(pattern, output.stdout + output.stderr)
    return found.group(0) if found else "?"


def main():
    prepare()
    answers = save_answers()
    rows = [
        measure("mock-engine", mock_command(8904), 8904, login),
        measure("WireMock 3.13.2", wiremock(answers), 8902),
        measure("Prism 5.16.0", prism(answers), 8903),
    ]
    cores = os.cpu_count()
    print(f"{cores} cores, Java {version(['java', '-version'])}, Node {version(['node', '--version'])}; "
          f"autocannon, 16 connections, {SECONDS} s after 2 s of warm-up; journals on.")
    print(f"Answers: list {len(answers['list'])} bytes, export {len(answers['export'])} bytes (mock-engine makes and signs each export anew).\n")
    print("| server | list req/s | list p99 ms | export req/s | export p99 ms | memory MiB | first answer ms | not 2xx |")
    print("|---|---|---|---|---|---|---|---|")
    for name, ready, listing, export, memory, bad in rows:
        print(f"| {name} | {listing['requests']['average']:.0f} | {listing['latency']['p99']} | {export['requests']['average']:.0f} "
              f"| {export['latency']['p99']} | {memory:.0f} | {ready:.0f} | {bad} |")


main()
