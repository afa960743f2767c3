#!/usr/bin/env python3
"""mock-engine next to WireMock, MockServer and Prism, with the same answers.

    cargo xtask compare mock [--seconds N] [--memory N] [--connections N]

Needs Node.js with npm, Java and wrk (a Debian package). Installs the other servers from npm below target/compare. All run
on loopback with their defaults and their request journal, one after the other; the client uses the same machine. Each
measurement follows a warm-up. `--memory` is the number of list requests (a million by default) after which memory is
measured again, for mock-engine only unless `--memory-of-all`: the other servers would need an hour.
"""

import argparse
import json
import math
import re
import shutil
import subprocess
import sys

from common import API, ROOT, WORK, build, call, first_answer, login, machine, publish, resident, running, table, used, version

PACKAGES = {"wiremock": "3.13.2", "mockserver-node": "8.0.0", "@stoplight/prism-cli": "5.16.0"}
LOGIN = f"{API}/login"
LIST = f"{API}/syncable-objects"
EXPORT = f"{API}/export"
REQUEST = json.dumps([{"objectIdentifier": {"id": 4}, "objectType": "MASKING_JOB"}])
PORT = 8904
# Share of the requests that counts as warm-up: by then the journal is full and allocators have reached their peak.
WARM = 0.1
# Seconds of load before each measurement, for virtual machines to compile the code in use.
WARM_UP = 10


def prepare():
    build("--release")
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    wanted = [f"{name}@{number}" for name, number in PACKAGES.items()]
    if not all((WORK / "node_modules" / name).exists() for name in PACKAGES):
        subprocess.run(["npm", "install", "--silent", "--prefix", WORK, *wanted], check=True, stdout=sys.stderr)


def load(connections, seconds, path, token, body=None):
    """Requests per second, the 99th percentile in ms, and failed requests."""
    script = WORK / "load.lua"
    lines = [f'wrk.headers["Authorization"] = {json.dumps(token)}']
    if body:
        lines += ['wrk.method = "POST"', 'wrk.headers["Content-Type"] = "application/json"', f"wrk.body = {json.dumps(body)}"]
    script.write_text("\n".join(lines))
    command = ["wrk", "-t", 2, "-c", connections, "-d", f"{seconds}s", "--timeout", "30s", "--latency", "-s", script,
               f"http://127.0.0.1:{PORT}{path}"]
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    found = lambda pattern: re.search(pattern, said)
    rate = float(found(r"Requests/sec:\s+([\d.]+)").group(1))
    number, unit = found(r"99%\s+([\d.]+)(us|ms|s)").groups()
    late = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    bad = found(r"Non-2xx or 3xx responses: (\d+)")
    errors = found(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
    return rate, late, int(bad.group(1)) if bad else 0, sum(map(int, errors.groups())) if errors else 0


def measure(name, command, arguments, requests):
    with running(command) as process:
        ready = first_answer(PORT)
        token = login(PORT)
        found, bad = [], 0
        for path, body in [(f"{LIST}?page_size=100", None), (EXPORT, REQUEST)]:
            load(arguments.connections, WARM_UP, path, token, body)
            before = used(process)
            rate, late, *others = load(arguments.connections, arguments.seconds, path, token, body)
            each = (used(process) - before) * 1000 / (rate * arguments.seconds)
            found += [f"{rate:,.0f}", f"{each:,.0f}", f"{late:.1f}"]
            bad += sum(others)
            if path != EXPORT:
                listed = rate
        memory = resident(process.pid)
        later = growth(process.pid, token, arguments, requests, listed) if requests else "–"
    print(f"{name}: {listed:.0f} lists/s, {memory:.0f} MiB", file=sys.stderr)
    row = [name, found[0], "", *found[1:], f"{memory:.0f}", later, f"{ready:.0f}", bad]
    return row, listed, memory


def growth(pid, token, arguments, requests, rate):
    """Memory after that many requests, and its growth since the first tenth."""
    run = lambda count: load(arguments.connections, math.ceil(count / rate), f"{LIST}?page_size=100", token)[0]
    done = seconds = 0
    warm = None
    while done < requests:
        share = requests * WARM if warm is None else min(requests - done, requests * 0.2)
        took = math.ceil(share / rate)
        rate = run(share)
        done, seconds = done + rate * took, seconds + took
        warm = warm or resident(pid)
    end = resident(pid)
    return f"{end:.1f} after {done:,.0f} ({(end / warm - 1) * 100:+.1f} %)"


def mock_engine():
    return [ROOT / "target/release/mock-engine", "--port", PORT, "--concurrent-sync"]


def save_answers():
    """The mock's answers, which the other servers repeat."""
    with running(mock_engine()):
        first_answer(PORT)
        token = login(PORT)
        return {
            ("POST", LOGIN): call(PORT, "POST", LOGIN, '{"username":"u","password":"p"}').decode(),
            ("GET", LIST): call(PORT, "GET", f"{LIST}?page_size=100", token=token).decode(),
            ("POST", EXPORT): call(PORT, "POST", EXPORT, REQUEST, token).decode(),
        }


def jar(package):
    return next((WORK / "node_modules" / package).rglob("*.jar"))


def wiremock(answers):
    mappings = WORK / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    for at, ((method, path), body) in enumerate(answers.items()):
        mapping = {
            "request": {"method": method, "urlPath": path},
            "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body},
        }
        (mappings / f"{at}.json").write_text(json.dumps(mapping))
    return ["java", "-jar", jar("wiremock"), "--port", PORT, "--root-dir", WORK / "wiremock", "--disable-banner"]


def mockserver(answers):
    expectations = [
        {
            "httpRequest": {"method": method, "path": path},
            "httpResponse": {"statusCode": 200, "headers": {"Content-Type": ["application/json"]}, "body": body},
        }
        for (method, path), body in answers.items()
    ]
    path = WORK / "mockserver.json"
    path.write_text(json.dumps(expectations))
    properties = [f"-Dmockserver.initializationJsonPath={path}", "-Dmockserver.logLevel=WARN"]
    return ["java", *properties, "-jar", jar("mockserver-node"), "-serverPort", PORT]


def prism(answers):
    paths = {}
    for (method, path), body in answers.items():
        content = {"application/json": {"schema": {}, "example": json.loads(body)}}
        operation = {"responses": {"200": {"description": "ok", "content": content}}}
        if method == "POST":
            operation["requestBody"] = {"content": {"application/json": {"schema": {}}}}
        paths[path] = {method.lower(): operation}
    document = {"openapi": "3.1.0", "info": {"title": "sync", "version": "1"}, "paths": paths}
    (WORK / "prism.json").write_text(json.dumps(document))
    return [WORK / "node_modules" / ".bin" / "prism", "mock", "-p", PORT, WORK / "prism.json"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--memory", type=int, default=1_000_000)
    parser.add_argument("--memory-of-all", action="store_true")
    arguments = parser.parse_args()
    prepare()
    conditions = machine()
    answers = save_answers()
    rivals = [
        (f"WireMock {PACKAGES['wiremock']}", wiremock),
        (f"MockServer {PACKAGES['mockserver-node']}", mockserver),
        (f"Prism {PACKAGES['@stoplight/prism-cli']}", prism),
    ]
    measured = [measure("mock-engine", mock_engine(), arguments, arguments.memory)]
    for name, command in rivals:
        requests = arguments.memory if arguments.memory_of_all else 0
        measured.append(measure(name, command(answers), arguments, requests))
    fastest = max(measured[1:], key=lambda one: one[1])
    for row, listed, _ in measured:
        row[2] = f"{listed / fastest[1]:.1f} ×"
    head = ["server", "list req/s", "to fastest other", "list µs", "list p99 ms", "export req/s", "export µs",
            "export p99 ms", "memory MiB",
            "memory after a million lists (growth)", "first answer ms", "failed"]
    sizes = [len(answer) for answer in answers.values()]
    text = f"""{conditions}
Java {version("java", "-version")}, Node {version("node", "--version")}, wrk with {arguments.connections} connections, \
{arguments.seconds} s each after {WARM_UP} s of warm-up; µs are processor time of the server per request.

{table(head, [row for row, _, _ in measured])}

Answers: list {sizes[1]:,} bytes, export {sizes[2]:,} bytes; mock-engine makes and signs each export anew. Its memory is \
{measured[0][2] / fastest[2] * 100:.1f} % of what the fastest other one takes. Growth counts from a tenth of the requests on."""
    publish("mock", text)


main()
