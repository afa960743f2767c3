"""The commands of dxmc: lists, sync, jobs with reports, metadata, masking of columns, users, profile jobs.

dxm_toolkit.py tests its transport and its documents.

dxmc.py SOURCE TARGET
"""

import sys
import time

from engine import Engine
from expect import expect

PEOPLE = ("users", "roles", "environments", "application-settings")


def connect(url):
    engine = Engine(url, "page_number=1&page_size=100")
    token = engine.session.headers.pop("Authorization")
    engine.call("GET", "applications", statuses=(401,))
    engine.session.headers["Authorization"] = token
    engine.get("applications")
    expect(len(engine.get("system-information")["version"].split(".")) == 4, "a version of four parts")
    return engine


def lists(engine):
    for environment in engine.list("environments"):
        number = environment["environmentId"]
        for path in ("database-connectors", "file-connectors", "database-rulesets", "file-rulesets"):
            rows = engine.list(f"{path}?environment_id={number}")
            kind, name = path.split("-")
            key = f"{kind}{name[:-1].title()}Id"
            every = {row[key] for row in engine.list(path)}
            expect({row[key] for row in rows} <= every, f"{path} of the environment within all", rows)
            for row in rows:
                expect(row.get("environmentId", number) == number, f"{path} of environment {number}", row)
                expect(row["connectorName" if name == "connectors" else "rulesetName"], "a name", row)


def jobs(engine, path="masking-jobs"):
    engine.list("environments")
    rows = engine.list(path)
    executions, events = engine.list("executions"), engine.list("execution-events")
    for name in ("database-rulesets", "file-rulesets", "database-connectors", "file-connectors"):
        engine.list(name)
    expect({event["executionId"] for event in events} <= {row["executionId"] for row in executions}, "known executions")
    return rows, executions


def run(engine, body):
    started = engine.post("executions", body)
    expect(started["status"] in ("RUNNING", "QUEUED"), "a job that runs", started)
    for _ in range(200):
        row = engine.get(f"executions/{started['executionId']}")
        if row["status"] not in ("RUNNING", "QUEUED"):
            break
        time.sleep(0.1)
    expect(row["status"] == "SUCCEEDED" and row["rowsMasked"] == row["rowsTotal"], "all rows masked", row)
    return row


def report(engine, path, number):
    """job report --details."""
    _, executions = jobs(engine, path)
    own = [row for row in executions if row["jobId"] == number]
    expect(own, f"executions of job {number}", executions)
    for row in own:
        expect(row["startTime"] and row["endTime"], "times", row)
        components = engine.list(f"execution-components?execution_id={row['executionId']}")
        expect(components, "components", row)
        for component in components:
            known = component["executionId"] == row["executionId"] and component["componentName"]
            expect(known and component["status"] == row["status"], "the component's names and state", component)
            expect(component["startTime"] and component["endTime"], "times", component)


def wait(engine, task):
    for _ in range(200):
        state = engine.get(f"async-tasks/{task['asyncTaskId']}")
        if state["status"] != "RUNNING":
            break
        time.sleep(0.1)
    expect(state["status"] == "SUCCEEDED", "SUCCEEDED at the first status that is not RUNNING", state)


def masking(engine):
    """listmeta, refresh, column list, setmasking and back."""
    for ruleset in engine.list("database-rulesets"):
        number = ruleset["databaseRulesetId"]
        tables = engine.list(f"table-metadata?ruleset_id={number}")
        expect(engine.list(f"file-metadata?ruleset_id={number}") == [], f"no files in ruleset {number}")
        wait(engine, engine.put(f"database-rulesets/{number}/refresh", {}))
        if tables:
            break
    expect(engine.list(f"table-metadata?ruleset_id={number}") == tables, "the same tables after a refresh", tables)
    column = engine.list(f"column-metadata?table_metadata_id={tables[0]['tableMetadataId']}")[0]
    names = {row["algorithmName"] for row in engine.get("algorithms")["responseList"]}
    expect("FirstNameLookup" in names, "the algorithm in one page", sorted(names))
    on = {**column, "algorithmName": "FirstNameLookup", "domainName": "FIRST_NAME", "isMasked": True, "isProfilerWritable": False}
    path = f"column-metadata/{column['columnMetadataId']}"
    engine.put(path, on)
    masked = engine.list(f"column-metadata?table_metadata_id={column['tableMetadataId']}&is_masked=True")
    found = next(row for row in masked if row["columnMetadataId"] == column["columnMetadataId"])
    for member in ("algorithmName", "domainName", "isMasked", "isProfilerWritable"):
        expect(found[member] == on[member], f"the {member} that was put", found)
    off = {name: value for name, value in on.items() if name not in ("algorithmName", "domainName")} | {"isMasked": False}
    changed = engine.put(path, off)
    expect(not changed["isMasked"] and "algorithmName" not in changed and "domainName" not in changed, "no masking", changed)


def people(engine):
    """user add, update, list."""

    def shown():
        users, roles, environments, settings = (engine.list(path) for path in PEOPLE)
        (ldap,) = [row for row in settings if (row["settingGroup"], row["settingName"]) == ("ldap", "Enable")]
        expect(ldap["settingValue"] == "false", "LDAP to be off", ldap)
        roles = {row["roleId"]: row["roleName"] for row in roles}
        found = {}
        for user in users:
            expect("userStatus" in user or "isLocked" in user, "a user's status", user)
            own = user.get("nonAdminProperties")
            expect(user["isAdmin"] or own, "the role of a user who is no administrator", user)
            found[user["userName"]] = (user, roles[own["roleId"]] if own else None)
        return found, environments

    _, environments = shown()
    operator = engine.find("roles", "roleName", "Operator")["roleId"]
    homes = [environments[0]["environmentId"]]
    common = {"password": "Secret-1", "lastName": "L", "email": "x@example.com", "userStatus": "ACTIVE"}
    added = engine.post("users", {**common, "userName": "adm", "firstName": "A", "isAdmin": True})
    expect(isinstance(added["userId"], int), "the new user's id", added)
    own = {"roleId": operator, "environmentIds": homes}
    body = {**common, "userName": "ops", "firstName": "O", "isAdmin": False, "nonAdminProperties": own}
    number = engine.post("users", body)["userId"]
    again = engine.call("POST", "users", body, (409,))
    expect("User already exists" in again["errorMessage"], "the text for a user who exists", again)

    users, _ = shown()
    row, role = users["ops"]
    expect(role == "Operator" and row["nonAdminProperties"]["environmentIds"] == homes, "role and homes", row)
    expect("password" not in row and users["adm"][0]["isAdmin"], "no password", row)
    # The row as it was read, with one change and without a password.
    row["firstName"] = "Olga"
    engine.put(f"users/{number}", row)
    changed = shown()[0]["ops"][0]
    expect(changed == row, "the row that was put", changed, row)
    login = engine.call("POST", "login", {"username": "ops", "password": "Secret-1"})
    expect(login["Authorization"], "the password to be kept", login)
    engine.put(f"users/{number}", {**row, "userStatus": "LOCKED"})
    locked = shown()[0]["ops"][0]
    expect(locked["userStatus"] == "LOCKED", "a user who is locked", locked)
    engine.call("POST", "login", {"username": "ops", "password": "Secret-1"}, (401, 403))
    anybody = {"isAdmin": False, "nonAdminProperties": {"roleId": 1, "environmentIds": []}}
    engine.put(f"users/{added['userId']}", {**users["adm"][0], **anybody})
    for user in (added["userId"], number):
        engine.delete(f"users/{user}")
    expect(not {"adm", "ops"} & shown()[0].keys(), "the users to be gone")


def sync(source, target):
    """sync list, export, load. Booleans are True and False, as Python writes them."""
    for path in ("applications", "environments", "database-connectors", "database-rulesets", "masking-jobs"):
        source.list(path)
    for entry in source.list("syncable-objects?object_type=DOMAIN")[:3]:
        document = source.post("export", [entry])
        listed = document["exportResponseMetadata"]["exportedObjectList"]
        expect("DOMAIN" in ",".join(row["objectType"] for row in listed), "the exported types", listed)
        for force in (True, False):
            rows = target.call("POST", f"import?force_overwrite={force}", document, (200, 404, 409))
            for row in rows:
                expect(row["importStatus"] == "SUCCESS" and row["objectType"], "success", row)


def main(source_url, target_url):
    engine, target = connect(source_url), connect(target_url)
    lists(engine)
    sync(engine, target)

    rows, before = jobs(engine)
    job = next(row for row in rows if row["rulesetType"] == "DATABASE" and not row["onTheFlyMasking"])
    number = job["maskingJobId"]
    run(engine, {"jobId": number})
    report(engine, "masking-jobs", number)
    started = engine.post("executions", {"jobId": number})
    cancelled = engine.call("POST", f"executions/{started['executionId']}/cancel", {}, (200, 409))
    if "errorMessage" not in cancelled:
        state = engine.get(f"executions/{started['executionId']}")["status"]
        expect(state == "CANCELLED", "a job that is cancelled", state)
    expect(len(engine.list("executions")) == len(before) + 2, "two more executions")

    profiles = engine.list("profile-sets")
    body = {"jobName": "Profiled", "rulesetId": job["rulesetId"], "profileSetId": profiles[0]["profileSetId"]}
    profile = engine.post("profile-jobs", body)["profileJobId"]
    expect(any(row["profileJobId"] == profile for row in jobs(engine, "profile-jobs")[0]), "the profile job in its list")
    run(engine, {"jobId": profile})
    report(engine, "profile-jobs", profile)
    masking(engine)
    people(engine)


main(*sys.argv[1:])
