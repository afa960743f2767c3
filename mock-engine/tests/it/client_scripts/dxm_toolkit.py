"""dxm-toolkit: a client that was generated from an API description and uses urllib3.

It logs in only after a probe gets 401, reads pages until they have all entries, stores and sends documents with member
names in snake case, reads the list of objects from a 404 or 409 of an import, and regards a task that is not running as
finished.

dxm_toolkit.py SOURCE TARGET
"""

import json
import re
import sys
import time
from urllib.parse import urlencode

import urllib3

from expect import expect

LAST_PAGE = "is outside of the acceptable range. The last page is"


class ApiException(Exception):
    def __init__(self, status, body):
        super().__init__(f"({status}) {body}")
        self.status, self.body = status, body


class Client:
    def __init__(self, url):
        self.base = f"{url}/masking/api"
        self.pool = urllib3.PoolManager(num_pools=4, maxsize=4)
        self.token = None

    def call(self, method, path, query=(), body=None, files=None, headers=(), raw=False):
        own = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "Swagger-Codegen/1.0.0/python",
            **dict(headers),
        }
        if self.token:
            own["authorization"] = self.token
        url = self.base + path + ("?" + urlencode(query) if query else "")
        arguments = {"timeout": urllib3.Timeout(connect=15, read=60), "retries": False, "headers": own}
        if files:
            # urllib3 sets the boundary.
            del own["Content-Type"]
            arguments |= {"fields": files, "encode_multipart": True}
        elif method != "GET":
            arguments["body"] = json.dumps({} if body is None else body)
        answer = self.pool.request(method, url, **arguments)
        if not 200 <= answer.status <= 299:
            raise ApiException(answer.status, answer.data.decode())
        if raw:
            return answer.data
        return json.loads(answer.data) if answer.data else None

    def connect(self):
        """Logs in if a probe gets 401."""
        try:
            self.call("GET", "/applications")
            expect(False, "a probe without a token to be refused", "2xx")
        except ApiException as refusal:
            expect(refusal.status == 401, "401 for a probe without a token", str(refusal))
        self.token = self.call("POST", "/login", body={"username": "admin", "password": "Admin-12"})["Authorization"]
        self.call("GET", "/applications")
        version = self.call("GET", "/system-information")["version"]
        self.version = tuple(int(part) for part in version.split("."))

    def pages(self, path, **query):
        """All entries of a list: reads pages up to the total or to the error behind the last page."""
        got, number = 0, 1
        while True:
            try:
                page = self.call("GET", path, [("page_number", number), ("page_size", 100), *query.items()])
            except ApiException as refusal:
                if LAST_PAGE in str(refusal):
                    return
                raise
            yield from page["responseList"]
            got += page["_pageInfo"]["numberOnPage"]
            if page["_pageInfo"]["total"] == 0 or got >= page["_pageInfo"]["total"]:
                return
            expect(page["_pageInfo"]["numberOnPage"] > 0, "a page with something on it", page["_pageInfo"])
            number += 1

    def wait(self, task):
        """Polls while the status is RUNNING."""
        for _ in range(600):
            state = self.call("GET", f"/async-tasks/{task}")
            if state["status"] != "RUNNING":
                return state["status"] == "SUCCEEDED", state
            time.sleep(0.1)
        return False, state


def snake(name):
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def snake_case(value):
    if isinstance(value, dict):
        return {snake(name): snake_case(member) for name, member in value.items()}
    return [snake_case(item) for item in value] if isinstance(value, list) else value


def identifier(entry):
    """The client's identifiers have two members. It drops a third one."""
    known = ("id", "algorithmName")
    return {name: value for name, value in entry["objectIdentifier"].items() if name in known}


def export(client, entry):
    request = {"objectIdentifier": identifier(entry), "objectType": entry["objectType"]}
    if "revisionHash" in entry:
        request["revisionHash"] = entry["revisionHash"]
    document = client.call("POST", "/export", body=[request])
    # The client stores documents in files.
    return {**document, "exportResponseMetadata": snake_case(document["exportResponseMetadata"])}


def load(client, document, force, environment=None):
    """The outcomes, and whether the client regards the import as successful."""
    query = [("force_overwrite", force)]
    if environment is not None:
        query.append(("environment_id", environment))
    try:
        results = client.call("POST", "/import", query, document)
        return results, all(result["importStatus"] == "SUCCESS" for result in results)
    except ApiException as refusal:
        if refusal.status not in (404, 409):
            raise
        results = json.loads(refusal.body)
        for result in results:
            if result["importStatus"] == "FAILED":
                result["failureMessage"].upper()
            else:
                result["objectIdentifier"], result["objectType"]
        return results, False


def find(entries, object_type, identifier=None):
    for entry in entries:
        if entry["objectType"] == object_type and identifier in (None, entry["objectIdentifier"]):
            return entry
    expect(False, f"a syncable {object_type} {identifier or ''}", [e["objectIdentifier"] for e in entries][:50])


def main(source_url, target_url):
    source, target = Client(source_url), Client(target_url)
    source.connect()
    target.connect()

    algorithm_types = ["SEGMENT", "DATE_SHIFT", "LOOKUP", "TOKENIZATION"]
    if source.version > (6, 0, 3):
        algorithm_types.append("USER_ALGORITHM")
    algorithms = {t: list(source.pages("/syncable-objects", object_type=t)) for t in algorithm_types}
    for object_type, entries in algorithms.items():
        wrong = [e for e in entries if e["objectType"] != object_type]
        expect(not wrong, f"only {object_type} when asked for it", wrong)
    for object_type in algorithm_types[:4]:
        expect(algorithms[object_type], f"algorithms of type {object_type}", algorithms)

    everything = list(source.pages("/syncable-objects"))
    total = source.call("GET", "/syncable-objects", [("page_size", 1)])["_pageInfo"]["total"]
    expect(len(everything) == total, f"{total} objects on all pages together", str(len(everything)))
    reasons = {}
    for entry in everything:
        match = re.match("Not Syncable: (.*)", entry.get("revisionHash", ""))
        if match:
            reasons[entry["objectType"]] = match.group(1)
        else:
            expect(re.fullmatch("[0-9a-f]{40}", entry["revisionHash"]), "a hash or a reason", entry)
    expect(reasons.get("DOMAIN"), "a domain that is not syncable, with the reason", reasons)
    try:
        source.call("GET", "/syncable-objects", [("page_number", 1000), ("page_size", 100)])
        expect(False, "a refusal for a page after the last", "2xx")
    except ApiException as refusal:
        expect(LAST_PAGE in str(refusal), "the text for a page after the last", str(refusal))

    # The lists with which it resolves names. It reads events together with jobs.
    names = {}
    for path, key, name in (
        ("/applications", "applicationId", "applicationName"),
        ("/environments", "environmentId", "environmentName"),
        ("/database-connectors", "databaseConnectorId", "connectorName"),
        ("/file-connectors", "fileConnectorId", "connectorName"),
        ("/database-rulesets", "databaseRulesetId", "rulesetName"),
        ("/file-rulesets", "fileRulesetId", "rulesetName"),
        ("/masking-jobs", "maskingJobId", "jobName"),
    ):
        names[path] = {entry[key]: entry[name] for entry in source.pages(path)}
    list(source.pages("/executions"))
    list(source.pages("/execution-events"))
    for object_type, path in (
        ("DATABASE_CONNECTOR", "/database-connectors"),
        ("DATABASE_RULESET", "/database-rulesets"),
        ("MASKING_JOB", "/masking-jobs"),
    ):
        ids = {e["objectIdentifier"]["id"] for e in everything if e["objectType"] == object_type}
        expect(ids and ids <= names[path].keys(), f"every {object_type} to have a name at {path}", sorted(ids), names[path])

    # A job without its algorithms is refused with a reason.
    (environment,) = [e["environmentId"] for e in target.pages("/environments")]
    job = export(source, find(everything, "MASKING_JOB", {"id": 4}))
    results, done = load(target, job, False, environment)
    failed = [r for r in results if r["importStatus"] == "FAILED"]
    expect(not done and len(failed) == 1, "one failed object, since references are missing", results)
    expect(not list(target.pages("/masking-jobs")), "nothing of it to stay", results)

    # One algorithm of each type, without and with force.
    for object_type in algorithm_types[:4]:
        entry = algorithms[object_type][0]
        document = export(source, entry)
        for force in (True, False):
            results, done = load(target, document, force)
            expect(done, f"{entry} to be imported, force_overwrite={force}", results)
        there = find(list(target.pages("/syncable-objects", object_type=object_type)), object_type, entry["objectIdentifier"])
        expect(there["revisionHash"] == entry["revisionHash"], "the hash of the source", entry, there)

    # The key, whose identifier the client drops.
    key = export(source, find(everything, "KEY"))
    expect(load(target, key, True)[1], "the key to be imported", key["exportResponseMetadata"])

    # All global objects, with tasks.
    task = source.call("POST", "/export-async", body=[{"objectIdentifier": {"id": "global"}, "objectType": "GLOBAL_OBJECT"}])
    done, state = source.wait(task["asyncTaskId"])
    expect(done, "the export to have succeeded at the first status that is not RUNNING", state)
    document = source.call("GET", f"/file-downloads/{task['reference']}", raw=True)
    json.loads(document)
    source.call("DELETE", "/export-async")
    task = target.call(
        "POST", "/import-async", [("force_overwrite", True)], files={"file": ("global.bin", document, "text/plain")}
    )
    done, state = target.wait(task["asyncTaskId"])
    expect(done, "the import to have succeeded at the first status that is not RUNNING", state)
    results = target.call("GET", f"/file-downloads/{task['reference']}")
    expect({r["importStatus"] for r in results} == {"SUCCESS"}, "success for every object", results)
    target.call("DELETE", "/import-async")
    try:
        target.call("PUT", f"/async-tasks/{task['asyncTaskId']}/cancel")
    except ApiException as refusal:
        expect(refusal.status == 400 and "errorMessage" in json.loads(refusal.body), "400 for cancelling", str(refusal))

    # The job again: unchanged, changed on the target, and with force.
    results, done = load(target, job, False, environment)
    expect(done, "the job to be imported", results)
    ids = {(r["objectType"], str(r["objectIdentifier"])): r["importedObjectIdentifier"] for r in results}
    results, done = load(target, job, False, environment)
    again = {(r["objectType"], str(r["objectIdentifier"])): r["importedObjectIdentifier"] for r in results}
    expect(done and again == ids, "the same ids at the second import", ids, again)
    connector = next(target.pages("/database-connectors", environment_id=environment))
    target.call("PUT", f"/database-connectors/{connector['databaseConnectorId']}", body={"host": "changed.example.com"})
    results, done = load(target, job, False, environment)
    failed = [r["objectType"] for r in results if r["importStatus"] == "FAILED"]
    expect(not done and failed == ["DATABASE_CONNECTOR"], "the changed connector to fail the import", results)
    results, done = load(target, job, True, environment)
    again = {(r["objectType"], str(r["objectIdentifier"])): r["importedObjectIdentifier"] for r in results}
    expect(done and again == ids, "the same ids when overwriting", ids, again)

    for client in (source, target):
        client.call("PUT", "/logout")


main(*sys.argv[1:])
