#!/usr/bin/env python3
"""How the time of mock-engine's operations grows with the number of its objects.

    cargo xtask compare growth [--engine PROGRAM] [OBJECTS ...]

Each document (`cargo xtask inventory`) is loaded at the start of one engine and imported into another; then it is listed,
exported and changed. The figures are processor time of the engine, which other programs on the machine disturb less than
elapsed time. Only a run without arguments is written into docs/performance.md.
"""

import argparse
import json

from common import API, ROOT, WORK, XTASK, build, call, first_answer, login, machine, publish, resident, running, table, used

SIZES = [1_000, 10_000, 100_000]
PORT = 8911
BUNDLES = json.dumps([
    {"objectIdentifier": {"id": "global"}, "objectType": "GLOBAL_OBJECT"},
    {"objectIdentifier": {"id": 1}, "objectType": "ENVIRONMENT"},
])
JOB = json.dumps([{"objectIdentifier": {"id": 1}, "objectType": "MASKING_JOB"}])


def timed(process, work):
    """The processor time of a call, and its result."""
    before = used(process)
    result = work()
    return used(process) - before, result


def walk(port, token, path, size):
    """All pages of a list."""
    page, seen, total = 1, 0, 1
    while seen < total:
        answer = json.loads(call(port, "GET", f"{API}/{path}?page_size={size}&page_number={page}", token=token))
        total = answer["_pageInfo"]["total"]
        seen, page = seen + len(answer["responseList"]), page + 1
    return seen


def connector(n, environment):
    return json.dumps({
        "connectorName": f"new {n}", "databaseType": "POSTGRES", "environmentId": environment, "host": "h", "port": 1,
    })


def loaded(engine, document):
    """Measures an engine that starts with the document."""
    found = {}
    # The second copy has only known objects.
    with running([engine, "--port", PORT, "--log-level", "off", "--load", document, "--load", document]) as process:
        first_answer(PORT, 3600)
        found["start with `--load`, twice the document"] = used(process)
    with running([engine, "--port", PORT, "--log-level", "off", "--load", document]) as process:
        first_answer(PORT, 3600)
        found["start with `--load`"] = used(process)
        token = login(PORT)
        get = lambda path: call(PORT, "GET", f"{API}/{path}", token=token)
        post = lambda path, body: call(PORT, "POST", f"{API}/{path}", body, token)
        page = "syncable-objects?page_size=100"
        found["first page of the list, after a change"], _ = timed(process, lambda: get(page))
        again = lambda: [get(page) for _ in range(100)]
        found["100 × the same page again"], _ = timed(process, again)
        found["whole list, 100 a page"], _ = timed(process, lambda: walk(PORT, token, "syncable-objects", 100))
        found["whole REST list of connectors, 100 a page"], _ = timed(process, lambda: walk(PORT, token, "database-connectors", 100))
        one = lambda: [post("export", JOB) for _ in range(10)]
        found["10 × export of one job"], _ = timed(process, one)
        found["export of everything"], whole = timed(process, lambda: post("export", BUNDLES))
        assert len(whole) > document.stat().st_size / 2
        create = lambda: [post("database-connectors", connector(n, 1)) for n in range(100)]
        found["100 × POST of a connector"], _ = timed(process, create)
        memory = resident(process.pid)
    return found, memory


def imported(engine, document):
    """Measures an empty engine that imports the document."""
    found = {}
    content = document.read_bytes()
    with running([engine, "--port", PORT, "--log-level", "off", "--empty"]) as process:
        first_answer(PORT)
        token = login(PORT)
        post = lambda path, body: call(PORT, "POST", f"{API}/{path}", body, token)
        post("applications", '{"applicationName":"a"}')
        post("environments", '{"environmentName":"e","applicationId":1}')
        path = "import?force_overwrite=true&environment_id=1"
        found["import of everything"], rows = timed(process, lambda: post(path, content))
        assert {row["importStatus"] for row in json.loads(rows)} == {"SUCCESS"}
        found["the same import again"], _ = timed(process, lambda: post(path, content))
        job = post("export", JOB)
        one = lambda: [post(path, job) for _ in range(10)]
        found["10 × import of one job"], _ = timed(process, one)
        delete = lambda: call(PORT, "DELETE", f"{API}/environments/1", token=token)
        found["DELETE of the environment with all in it"], _ = timed(process, delete)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine")
    parser.add_argument("objects", type=int, nargs="*", default=SIZES)
    arguments = parser.parse_args()
    conditions = machine()
    build("--release")
    engine = arguments.engine or ROOT / "target/release/mock-engine"
    columns, memories = [], []
    for count in arguments.objects:
        document = WORK / f"inventory-{count}.json"
        with running([XTASK, "inventory", document, count]) as generator:
            if generator.wait() != 0:
                raise SystemExit("no document could be made")
        found, memory = loaded(engine, document)
        columns.append(found | imported(engine, document))
        memories.append(memory)
    head = ["ms of processor time", *(f"{count:,} objects" for count in arguments.objects), "per object, last ÷ one before"]
    rows = []
    for name in columns[0]:
        cells = [f"{column[name]:,.1f}" if column[name] < 10 else f"{column[name]:,.0f}" for column in columns]
        ratio = ""
        if len(columns) > 1:
            grown = columns[-1][name] / max(columns[-2][name], 0.05)
            ratio = f"{grown / (arguments.objects[-1] / arguments.objects[-2]):.2f}"
        rows.append([name, *cells, ratio])
    rows.append(["memory with the document loaded, MiB", *(f"{memory:,.0f}" for memory in memories), ""])
    text = f"{conditions}\n\n{table(head, rows)}"
    if arguments.engine or arguments.objects != SIZES:
        print(text)
    else:
        publish("growth", text)


main()
