"""msksidekick: syncs an environment from one engine to another with requests.

It accepts only 200, for POST and PUT also 409, sends ids as text, reads one page of 999 entries, logs in again if an
answer contains one of two texts, and needs a version of four parts.

sidekick.py SOURCE TARGET EXPIRING
"""

import json
import sys
import time

import requests

from expect import expect, journal

EXPIRED = (
    "Provided Authentication has expired. Please log in again.",
    "Invalid authorization, check to make sure it has not expired.",
)
PAGE = "page_number=1&page_size=999"


class Engine:
    def __init__(self, url):
        self.url = url
        self.base = f"{url}/masking/api/"
        self.logins = 0
        self.login()

    def login(self):
        self.logins += 1
        answer = requests.post(
            self.base + "login",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            data=json.dumps({"username": "admin", "password": "Admin-12"}),
        )
        expect(answer.status_code == 200, "200 for a login", answer.text)
        self.token = answer.json()["Authorization"]

    def call(self, method, path, body=None):
        for _ in range(2):
            answer = requests.request(
                method,
                self.base + path,
                headers={"Authorization": self.token, "Content-Type": "application/json"},
                data=None if body is None else json.dumps(body),
            )
            if "errorMessage" in answer.text and isinstance(answer.json(), dict):
                if answer.json()["errorMessage"] in EXPIRED:
                    self.login()
                    continue
            return answer
        expect(False, f"{method} {path} to work after another login", answer.text)

    def get(self, path):
        answer = self.call("GET", path)
        expect(answer.status_code == 200, f"200 for GET {path}", str(answer.status_code), answer.text)
        return answer.json()

    def write(self, method, path, body):
        """409 counts as success. The caller checks the body."""
        answer = self.call(method, path, body)
        expect(answer.status_code in (200, 409), f"200 or 409 for {method} {path}", str(answer.status_code), answer.text)
        return answer.json()

    def delete(self, path):
        answer = self.call("DELETE", path)
        expect(answer.status_code == 200, f"200 for DELETE {path}", str(answer.status_code), answer.text)

    def list(self, path):
        return self.get(f"{path}{'&' if '?' in path else '?'}{PAGE}")["responseList"]

    def find(self, path, name_member, name):
        return next((entry for entry in self.list(path) if entry[name_member] == name), None)

    def create(self, path, body, name_member, id_member):
        made = self.write("POST", path, body)
        if "errorMessage" in made.keys():
            made = self.find(path, name_member, body[name_member])
            expect(made, f"{body[name_member]} to be in the list after a conflict")
        return str(made[id_member])

    def environment_objects(self, environment):
        return self.list(f"syncable-objects/environments/{environment}")


def version_of(engine):
    parts = engine.get("system-information")["version"].split(".")
    return [int(parts[index]) for index in range(4)]


def sync_objects(source, target, object_type):
    for entry in source.list(f"syncable-objects?object_type={object_type}"):
        document = source.write("POST", "export", [entry])
        expect("blob" in document, f"a document for {entry}", document)
        rows = target.write("POST", "import?force_overwrite=true", document)
        expect(rows and all(row["importStatus"] == "SUCCESS" for row in rows), f"{entry} to be imported", rows)


def sync_environment(source, target, name):
    """Returns "nothing" or the id of the new environment."""
    environment = source.find("environments", "environmentName", name)
    objects = source.environment_objects(environment["environmentId"])
    expect(objects, f"syncable objects of {name}")
    for entry in objects:
        expect(entry["objectType"] == "ENVIRONMENT", "an environment", entry)
        shown = source.get(f"environments/{entry['objectIdentifier']['id']}")
        expect(shown["environmentName"] == name, f"environment {name}", shown)
    application = source.get(f"applications/{environment['applicationId']}")["applicationName"]

    own_application = target.create("applications", {"applicationName": application}, "applicationName", "applicationId")
    own = target.create(
        "environments",
        {
            "environmentName": name,
            "applicationId": own_application,
            "purpose": environment["purpose"],
            "isWorkflowEnabled": "false",
        },
        "environmentName",
        "environmentId",
    )
    hashes = [entry["revisionHash"] for entry in objects]
    if hashes == [entry["revisionHash"] for entry in target.environment_objects(own)]:
        return "nothing"

    for object_type in ("GLOBAL_OBJECT", "FILE_FORMAT", "MOUNT_INFORMATION"):
        sync_objects(source, target, object_type)

    dummy_application = target.create("applications", {"applicationName": "dummy app"}, "applicationName", "applicationId")
    dummy = target.create(
        "environments",
        {"environmentName": "dummy env", "applicationId": dummy_application, "purpose": "MASK"},
        "environmentName",
        "environmentId",
    )
    document = source.write("POST", "export", objects)
    rows = target.write(
        "POST", f"import?force_overwrite=true&environment_id={own}&source_environment_id={dummy}", document
    )
    expect(rows and all(row["importStatus"] == "SUCCESS" for row in rows), f"{name} to be imported", rows)
    there = [entry["revisionHash"] for entry in target.environment_objects(own)]
    expect(there == hashes, f"the source's hashes of {name} after the sync", hashes, there)

    # On-the-fly jobs refer to connectors of the dummy environment, which it deletes later.
    connectors = target.list(f"database-connectors?environment_id={own}")
    for job in target.list(f"masking-jobs?environment_id={own}"):
        if job.get("onTheFlyMasking"):
            whole = target.get(f"masking-jobs/{job['maskingJobId']}")
            expect("connectorId" in whole["onTheFlyMaskingSource"], "the source of a job on the fly", whole)
            imported = target.get(f"database-connectors/{whole['onTheFlyMaskingSource']['connectorId']}")
            expect(str(imported["environmentId"]) == dummy, "a source in the dummy environment", imported, whole)
            whole["onTheFlyMaskingSource"]["connectorId"] = str(connectors[0]["databaseConnectorId"])
            put = target.write("PUT", f"masking-jobs/{whole['maskingJobId']}?{PAGE}", whole)
            expect("errorMessage" not in put.keys(), "the job to be changed", put)
            expect(
                put["onTheFlyMaskingSource"]["connectorId"] == connectors[0]["databaseConnectorId"],
                "the job to read from the connector that was put",
                put,
            )
    target.delete(f"environments/{dummy}")
    target.delete(f"applications/{dummy_application}")
    return own


def main(source_url, target_url, expiring_url):
    source, target = Engine(source_url), Engine(target_url)
    expect(version_of(source) <= version_of(target), "a target that is not older")

    # sync-eng: every environment, then roles and users.
    environments = source.list("environments")
    on_the_fly = set()
    for environment in environments:
        jobs = source.list(f"masking-jobs?environment_id={environment['environmentId']}")
        if any(job.get("onTheFlyMasking") for job in jobs):
            on_the_fly.add(environment["environmentId"])
    expect(on_the_fly, "a job on the fly")
    expect(len(on_the_fly) < len(environments), "an environment without jobs on the fly", environments)
    for environment in environments:
        made = sync_environment(source, target, environment["environmentName"])
        expect(made != "nothing", "work to do for a new environment")
        for path in ("database-connectors", "database-rulesets", "file-connectors", "masking-jobs", "profile-jobs"):
            theirs = source.list(f"{path}?environment_id={environment['environmentId']}")
            ours = target.list(f"{path}?environment_id={made}")
            expect(len(theirs) == len(ours), f"as many {path} as in {environment['environmentName']}", theirs, ours)
    for environment in environments:
        if environment["environmentId"] not in on_the_fly:
            made = sync_environment(source, target, environment["environmentName"])
            expect(made == "nothing", "nothing to do at the second sync", environment, made)
    left = [entry["environmentName"] for entry in target.list("environments")]
    expect("dummy env" not in left, "the dummy environment to be gone", left)
    source.list("roles")
    source.list("users")
    user = {"userName": "ada", "password": "Ada-1234", "firstName": "Ada", "lastName": "A", "email": "ada@example.com"}
    target.write("POST", "users", user)
    again = target.write("POST", "users", user)
    expect("User already exists" in again["errorMessage"], "the text for a user who exists", again)

    # It accepts 409, so it does not notice that nothing was imported. The journal shows it.
    connector = target.list("database-connectors")[0]
    target.write("PUT", f"database-connectors/{connector['databaseConnectorId']}", {"host": "changed.example.com"})
    environment = target.get(f"environments/{connector['environmentId']}")
    theirs = source.find("environments", "environmentName", environment["environmentName"])
    connectors = source.list(f"database-connectors?environment_id={theirs['environmentId']}")
    (same,) = [c for c in connectors if c["connectorName"] == connector["connectorName"]]
    entry = {"objectIdentifier": {"id": same["databaseConnectorId"]}, "objectType": "DATABASE_CONNECTOR"}
    document = source.write("POST", "export", [entry])
    believed = target.write("POST", f"import?force_overwrite=false&environment_id={environment['environmentId']}", document)
    expect(isinstance(believed, list) and believed[0]["importStatus"] == "FAILED", "the array of outcomes", believed)
    refused = [r for r in journal(target_url) if r["path"].endswith("/import") and r["status"] == 409]
    expect(len(refused) == 1, "the journal to show the import that was taken for a success", refused)

    # Errors that are objects, not arrays.
    own = environment["environmentId"]
    same_twice = target.call(
        "POST", f"import?force_overwrite=true&environment_id={own}&source_environment_id={own}", document
    )
    expect(
        same_twice.status_code not in (200, 409)
        and same_twice.json()["errorMessage"].rstrip(".") == "Source environment cannot be the same as environment",
        "the text for one environment as both",
        str(same_twice.status_code),
        same_twice.text,
    )
    unknown = target.call("POST", "import?force_overwrite=true&environment_id=None&source_environment_id=None", document)
    expect(unknown.status_code == 400 and "errorMessage" in unknown.json(), "400 for environment None", unknown.text)

    # Expired and unknown tokens.
    expiring = Engine(expiring_url)
    time.sleep(4.1)
    expiring.list("applications")
    expect(expiring.logins == 2, "one more login after the token expired", str(expiring.logins))
    expiring.token = "00000000-0000-0000-0000-000000000000"
    expiring.list("applications")
    expect(expiring.logins == 3, "one more login after the token was lost", str(expiring.logins))


main(*sys.argv[1:])
