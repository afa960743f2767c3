"""Further commands of msksidekick: sync-eng --delextra, sync-job, backup, restore, compare-rev, test-conn, run-job.

sidekick_engine.py SOURCE TARGET RESTORED
"""

import sys
import time

from engine import Engine
from expect import expect

GLOBAL = ("GLOBAL_OBJECT", "FILE_FORMAT", "MOUNT_INFORMATION")
COMPARED = ("ENVIRONMENT", "DATABASE_CONNECTOR", "DATABASE_RULESET", "DOMAIN", "GLOBAL_OBJECT")
SHOWN = {"ENVIRONMENT": "environments", "DATABASE_CONNECTOR": "database-connectors", "DATABASE_RULESET": "database-rulesets"}
NAMES = {"ENVIRONMENT": "environmentName", "DATABASE_CONNECTOR": "connectorName", "DATABASE_RULESET": "rulesetName"}


def prepare(engine):
    """Creates a role and a user without administrator rights, which the demo lacks."""
    engine.post("roles", {"roleName": "Reader", "domain": {"view": True}})
    role = engine.find("roles", "roleName", "Reader")
    environments = [row["environmentId"] for row in engine.list("environments")][:1]
    engine.post(
        "users",
        {
            "userName": "ada",
            "password": "Secret-1",
            "firstName": "Ada",
            "lastName": "Abbot",
            "email": "ada@example.com",
            "isAdmin": False,
            "nonAdminProperties": {"roleId": role["roleId"], "environmentIds": environments},
        },
    )


def home(engine, name, application):
    applications = {row["applicationName"] for row in engine.list("applications")}
    if application not in applications:
        engine.post("applications", {"applicationName": application})
    found = engine.find("applications", "applicationName", application)
    body = {"environmentName": name, "applicationId": str(found["applicationId"]), "purpose": "MASK"}
    return engine.post("environments", body)["environmentId"]


def delete_extra(source, target):
    for path, name, key in (
        ("environments", "environmentName", "environmentId"),
        ("applications", "applicationName", "applicationId"),
    ):
        there = {row[name] for row in source.list(path)}
        for row in target.list(path):
            if row[name] not in there:
                target.delete(f"{path}/{row[key]}")
        left = {row[name] for row in target.list(path)}
        expect(left <= there, f"{path} of the source alone", sorted(left), sorted(there))


def backup(source):
    saved = {"global": [], "jobs": {}, "documents": {}}
    for object_type in GLOBAL:
        saved["global"] += [source.post("export", [row]) for row in source.list(f"syncable-objects?object_type={object_type}")]
    saved["roles"], saved["users"] = source.list("roles"), source.list("users")
    saved["applications"] = {row["applicationId"]: row["applicationName"] for row in source.list("applications")}
    saved["environments"] = source.list("environments")
    for environment in saved["environments"]:
        number = environment["environmentId"]
        saved["jobs"][number] = source.list(f"masking-jobs?environment_id={number}")
        rows = source.list(f"syncable-objects/environments/{number}")
        saved["documents"][number] = source.post("export", rows)
    return saved


def restore(target, saved):
    for document in saved["global"]:
        target.imported("", document)
    role_ids, environment_ids = {}, {}
    for role in saved["roles"]:
        target.call("POST", "roles", role, (200, 409))
        role_ids[role["roleId"]] = target.find("roles", "roleName", role["roleName"])["roleId"]
    dummy = home(target, "dummy env", "dummy app")
    for environment in saved["environments"]:
        number, name = environment["environmentId"], environment["environmentName"]
        new = home(target, name, saved["applications"][environment["applicationId"]])
        environment_ids[number] = new
        target.imported(f"&environment_id={new}&source_environment_id={dummy}", saved["documents"][number])
        # On-the-fly jobs read from the dummy environment, which it deletes later.
        connectors = target.list(f"database-connectors?environment_id={new}")
        jobs = target.list(f"masking-jobs?environment_id={new}")
        expect(
            sorted(job["jobName"] for job in jobs) == sorted(job["jobName"] for job in saved["jobs"][number]),
            f"the jobs of {name}",
            jobs,
        )
        for job in jobs:
            if job["onTheFlyMasking"]:
                whole = target.get(f"masking-jobs/{job['maskingJobId']}")
                whole["onTheFlyMaskingSource"]["connectorId"] = str(connectors[0]["databaseConnectorId"])
                target.put(f"masking-jobs/{job['maskingJobId']}?{target.page}", whole)
    for path, name, key in (("environments", "dummy env", "environmentId"), ("applications", "dummy app", "applicationId")):
        target.delete(f"{path}/{target.find(path, path[:-1] + 'Name', name)[key]}")
    for user in saved["users"]:
        if user["userName"] == "admin":
            continue
        body = {**user, "password": "Change-me-1"}
        if not user["isAdmin"]:
            own = user["nonAdminProperties"]
            body["nonAdminProperties"] = {
                "roleId": role_ids[own["roleId"]],
                "environmentIds": [environment_ids[number] for number in own["environmentIds"]],
            }
        target.post("users", body)
        made = target.find("users", "userName", user["userName"])
        expect(made.get("nonAdminProperties") == body.get("nonAdminProperties"), "the user's role and homes", made, body)


def revisions(engine, object_type):
    """The revision of each object by name. It reads each object by itself."""
    found = {}
    for row in engine.list(f"syncable-objects?object_type={object_type}"):
        if row["revisionHash"].startswith("Not Syncable"):
            continue
        identifier = row["objectIdentifier"]
        name = next(iter(identifier.values()))
        if object_type in SHOWN:
            name = engine.get(f"{SHOWN[object_type]}/{identifier['id']}")[NAMES[object_type]]
        found.setdefault(name, []).append(row["revisionHash"])
    return {name: sorted(hashes) for name, hashes in found.items()}


def connector(engine, kind, environment, key, body):
    made = engine.post(f"{kind}-connectors", {"environmentId": environment, **body})
    row = next(row for row in engine.list(f"{kind}-connectors") if row[key] == made[key])
    answer = engine.post(f"{kind}-connectors/{row[key]}/test", row)
    expect(answer["response"] == "Connection Succeeded", f"a {kind} connector that connects", answer)


def main(source_url, target_url, restored_url):
    source, target, restored = (
        Engine(url, "page_number=1&page_size=999") for url in (source_url, target_url, restored_url)
    )
    prepare(source)

    # sync-eng --delextra: deletes what the source lacks, with dependents.
    extra = home(target, "extra env", "extra app")
    target.post(
        "database-connectors",
        {
            "connectorName": "extra",
            "environmentId": extra,
            "databaseType": "POSTGRES",
            "host": "db.example.com",
            "port": 5432,
            "databaseName": "d",
            "schemaName": "s",
            "username": "u",
            "password": "p",
        },
    )
    delete_extra(source, target)
    expect(target.list("database-connectors") == [], "the connectors to be gone with their environment")

    # sync-job: all global objects, then a job.
    rows = source.list("syncable-objects?object_type=MASKING_JOB")
    for document in [source.post("export", [row]) for row in source.list("syncable-objects?object_type=GLOBAL_OBJECT")]:
        target.imported("", document)
    own, dummy = home(target, "own env", "own app"), home(target, "dummy env", "dummy app")
    for row in rows:
        job = source.get(f"masking-jobs/{row['objectIdentifier']['id']}")
        document = source.post("export", [row])
        target.imported(f"&environment_id={own}&source_environment_id={dummy}", document)
        made = target.find(f"masking-jobs?environment_id={own}", "jobName", job["jobName"])
        for member in ("jobName", "onTheFlyMasking", "rulesetType"):
            expect(made[member] == job[member], f"the job's {member}", made, job)

    # backup, restore on an empty engine, compare-rev.
    saved = backup(source)
    expect(saved["documents"] and all("blob" in document for document in saved["global"]), "documents", saved["users"])
    restore(restored, saved)
    again = backup(restored)
    for member, name in (("roles", "roleName"), ("users", "userName"), ("environments", "environmentName")):
        expect(
            sorted(row[name] for row in saved[member]) == sorted(row[name] for row in again[member]),
            f"the same {member}",
            saved[member],
            again[member],
        )
    for object_type in COMPARED:
        ours, theirs = revisions(restored, object_type), revisions(source, object_type)
        expect(ours.keys() == theirs.keys(), f"the same names of {object_type}", ours, theirs)
        if object_type in ("DOMAIN", "GLOBAL_OBJECT", "DATABASE_RULESET"):
            expect(ours == theirs, f"the same revisions of {object_type}", ours, theirs)

    # test-conn with each row as the body. The third list's key has two spellings.
    connector(
        source,
        "database",
        1,
        "databaseConnectorId",
        {
            "connectorName": "tested",
            "databaseType": "POSTGRES",
            "host": "db.example.com",
            "port": 5432,
            "databaseName": "d",
            "schemaName": "s",
            "username": "u",
            "password": "p",
        },
    )
    info = {"connectionMode": "SFTP", "host": "files.example.com", "port": 22, "path": "/in", "loginName": "u", "password": "p"}
    connector(
        source, "file", 1, "fileConnectorId", {"connectorName": "tested", "fileType": "DELIMITED", "connectionInfo": info}
    )
    connector(
        source,
        "mainframe-dataset",
        1,
        "mainframeDatasetConnectorId",
        {"connectorName": "tested", "fileType": "MAINFRAME", "connectionInfo": info},
    )
    for kind, key in (
        ("database", "databaseConnectorId"),
        ("file", "fileConnectorId"),
        ("mainframe-dataset", "mainframeDatasetConnectorId"),
    ):
        for row in source.list(f"{kind}-connectors"):
            answer = source.post(f"{kind}-connectors/{row[key]}/test", row)
            expect("response" in answer, "the connector's answer", answer)

    # run-job.
    job = source.list("masking-jobs")[0]
    running = source.post("executions", {"jobId": job["maskingJobId"]})
    for _ in range(100):
        execution = source.get(f"executions/{running['executionId']}")
        if execution["status"] not in ("RUNNING", "QUEUED"):
            break
        time.sleep(0.1)
    expect(execution["status"] == "SUCCEEDED", "the job to succeed", execution)


main(*sys.argv[1:])
