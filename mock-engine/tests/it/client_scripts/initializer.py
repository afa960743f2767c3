"""masking-initializer: a backup, a restore on an empty engine, and a second backup that differs in ids and times only.

MaskingInitializer.java tests its transport and its errors.

initializer.py SOURCE TARGET
"""

import sys
from urllib.parse import quote

from engine import Engine
from expect import expect

LISTS = (
    "profile-sets",
    "applications",
    "environments",
    "file-connectors",
    "file-rulesets",
    "file-metadata",
    "file-formats",
    "users",
    "jdbc-drivers?is_built_in=false",
    "mount-filesystem",
    "domains",
    "profile-expressions",
)
PER_ENVIRONMENT = ("database-connectors", "database-rulesets", "masking-jobs", "profile-jobs")
EXPORTED = ("BINARYLOOKUP", "DATE_SHIFT", "LOOKUP", "MAPPLET", "KEY", "SEGMENT", "TOKENIZATION")
# The lists of a restore with name and key member, ordered so that referenced rows come first.
MADE = (
    ("domains", "domainName", "domainName"),
    ("profile-expressions", "expressionName", "profileExpressionId"),
    ("profile-sets", "profileSetName", "profileSetId"),
    ("file-formats", "fileFormatName", "fileFormatId"),
    ("jdbc-drivers", "driverName", "jdbcDriverId"),
    ("mount-filesystem", "mountName", "mountId"),
    ("applications", "applicationName", "applicationId"),
    ("environments", "environmentName", "environmentId"),
    ("users", "userName", "userId"),
    ("database-connectors", "connectorName", "databaseConnectorId"),
    ("file-connectors", "connectorName", "fileConnectorId"),
    ("database-rulesets", "rulesetName", "databaseRulesetId"),
    ("file-rulesets", "rulesetName", "fileRulesetId"),
    ("table-metadata", "tableName", "tableMetadataId"),
    ("file-metadata", "fileName", "fileMetadataId"),
    ("profile-jobs", "jobName", "profileJobId"),
    ("masking-jobs", "jobName", "maskingJobId"),
)
KEYS = {path: key for path, _, key in MADE}
# The members that refer to other rows, by list. Database and file rulesets never share an id.
LINKS = {
    "applicationId": ("applications",),
    "environmentId": ("environments",),
    "databaseConnectorId": ("database-connectors",),
    "fileConnectorId": ("file-connectors",),
    "connectorId": ("database-connectors", "file-connectors"),
    "rulesetId": ("database-rulesets", "file-rulesets"),
    "fileFormatId": ("file-formats",),
    "profileSetId": ("profile-sets",),
    "profileExpressionIds": ("profile-expressions",),
    "mountId": ("mount-filesystem",),
}
OWN = {
    "columnMetadataId",
    "tableMetadataId",
    "fileFieldMetadataId",
    "recordTypeId",
    "createdTime",
    "lastUpdatedTime",
    "uploadDate",
    "fileReferenceId",
}
LINES = "NAME\nCITY\n"


def prepare(engine):
    """Creates a row of each kind that the demo lacks."""
    one = lambda path, key, **row: engine.post(path, row)[key]  # noqa: E731
    application = one("applications", "applicationId", applicationName="Staff")
    environment = one("environments", "environmentId", environmentName="Staff", applicationId=application, purpose="MASK")
    other = one("environments", "environmentId", environmentName="Copy", applicationId=application, purpose="MASK")
    login = {"databaseType": "ORACLE", "host": "db.example.com", "port": 1521, "sid": "S", "schemaName": "HR"}
    login |= {"username": "hr", "password": "Secret-1"}
    connectors = [
        one("database-connectors", "databaseConnectorId", connectorName="HR", environmentId=number, **login)
        for number in (environment, other)
    ]
    tables = one("database-rulesets", "databaseRulesetId", rulesetName="HR", databaseConnectorId=connectors[0])
    for name, column, domain, algorithm in (
        ("EMPLOYEES", "FIRST_NAME", "FIRST_NAME", "FirstNameLookup"),
        ("LOCATIONS", "STREET_ADDRESS", "ADDRESS", "AddrLookup"),
    ):
        table = one("table-metadata", "tableMetadataId", tableName=name, rulesetId=tables, whereClause="1 = 1")
        found = engine.find(f"column-metadata?table_metadata_id={table}", "columnName", column)
        found |= {"domainName": domain, "algorithmName": algorithm, "isMasked": True, "isProfilerWritable": False}
        engine.put(f"column-metadata/{found['columnMetadataId']}", found)
    share = one(
        "mount-filesystem",
        "mountId",
        mountName="share",
        hostAddress="files.example.com",
        mountPath="/share",
        type="NFS4",
        options="rw",
    )
    engine.put(f"mount-filesystem/{share}/connect", {})
    info = {"connectionMode": "SFTP", "host": "files.example.com", "port": 22, "path": "/in", "loginName": "l", "password": "p"}
    files = one(
        "file-connectors",
        "fileConnectorId",
        connectorName="Files",
        environmentId=environment,
        fileType="DELIMITED",
        connectionInfo=info,
    )
    files = one("file-rulesets", "fileRulesetId", rulesetName="Files", fileConnectorId=files)
    form = engine.upload("file-formats", "fileFormat", "people.txt", LINES, {"fileFormatType": "DELIMITED"})
    field = engine.find(f"file-field-metadata?file_format_id={form['fileFormatId']}", "fieldName", "CITY")
    field |= {"domainName": "CITY", "algorithmName": "USCitiesLookup", "isProfilerWritable": False}
    engine.put(f"file-field-metadata/{field['fileFieldMetadataId']}", field)
    engine.post(
        "file-metadata",
        {
            "fileName": "people.csv",
            "rulesetId": files,
            "fileFormatId": form["fileFormatId"],
            "delimiter": ",",
            "endOfRecord": "\n",
        },
    )
    driver = engine.upload("file-uploads?permanent=true", "file", "driver.zip", "PK")
    engine.post(
        "jdbc-drivers",
        {
            "driverName": "Own",
            "driverClassName": "com.example.Driver",
            "description": "d",
            "fileReferenceId": driver["fileReferenceId"],
        },
    )
    engine.post(
        "users",
        {
            "userName": "ada",
            "password": "Secret-1",
            "firstName": "Ada",
            "lastName": "Abbot",
            "email": "ada@example.com",
            "isAdmin": False,
            "nonAdminProperties": {"roleId": 1, "environmentIds": [environment]},
        },
    )
    expressions = [
        one(
            "profile-expressions",
            "profileExpressionId",
            expressionName="Own",
            domainName="CITY",
            regularExpression="(?>own)",
            dataLevelProfiling=False,
        )
    ]
    own = one("profile-sets", "profileSetId", profileSetName="Own", profileExpressionIds=[*expressions, 1])
    one("profile-jobs", "profileJobId", jobName="Profile", rulesetId=tables, profileSetId=own)
    one("masking-jobs", "maskingJobId", jobName="Tables", rulesetId=tables, databaseMaskingOptions={"commitSize": 500})
    one("masking-jobs", "maskingJobId", jobName="Files", rulesetId=files)
    source = {"onTheFlyMasking": True, "onTheFlyMaskingSource": {"connectorId": connectors[1], "connectorType": "DATABASE"}}
    one("masking-jobs", "maskingJobId", jobName="Fly", rulesetId=tables, **source)


def backup(engine):
    engine.get("system-information")
    saved = {path.split("?")[0]: engine.list(path) for path in LISTS}
    saved["fields"] = {
        row["fileFormatId"]: engine.list(f"file-field-metadata?file_format_id={row['fileFormatId']}")
        for row in saved["file-formats"]
    }
    saved |= {path: [] for path in PER_ENVIRONMENT} | {"table-metadata": [], "columns": {}}
    for environment in saved["environments"]:
        for path in PER_ENVIRONMENT:
            rows = engine.list(f"{path}?environment_id={environment['environmentId']}")
            saved[path] += rows
            if path != "database-rulesets":
                continue
            for ruleset in rows:
                number = ruleset["databaseRulesetId"]
                tables = engine.list(f"table-metadata?ruleset_id={number}")
                expect(all(table["rulesetId"] == number for table in tables), f"tables of ruleset {number}", tables)
                saved["table-metadata"] += tables
                for table in tables:
                    table = table["tableMetadataId"]
                    saved["columns"][table] = engine.list(f"column-metadata?table_metadata_id={table}")
    if any(job["onTheFlyMasking"] for job in saved["masking-jobs"]):
        for path in ("database-connectors", "environments"):
            engine.list(path)
    runs = {row["executionId"] for row in engine.list("executions")}
    expect({row["executionId"] for row in engine.list("execution-components")} <= runs, "the components' executions")
    return saved


def documents(engine):
    for object_type in EXPORTED:
        for row in engine.list(f"syncable-objects?object_type={object_type}"):
            yield engine.post("export", [row])


def linked(row, new):
    """A row whose references `new` replaces."""
    if not isinstance(row, dict):
        return row
    found = {}
    for name, value in row.items():
        if name == "environmentIds":
            found[name] = [new(("environments",), number) for number in value]
        elif name in LINKS:
            paths = LINKS[name]
            found[name] = [new(paths, number) for number in value] if isinstance(value, list) else new(paths, value)
        else:
            found[name] = linked(value, new)
    return found


def restore(engine, saved):
    ids = {}

    def new(paths, old):
        known = [ids[path, old] for path in paths if (path, old) in ids]
        expect(len(known) == 1, f"one of {paths} with id {old} to have been restored", sorted(map(str, ids)))
        return known[0]

    for path, name, key in MADE:
        for row in saved[path]:
            old = row[key]
            body = linked({member: value for member, value in row.items() if member == name or member != key}, new)
            if path == "users":
                body["password"] = "Admin-12" if row["userName"] == "admin" else "Change-me-1"
            if path == "jdbc-drivers":
                body["fileReferenceId"] = engine.upload("file-uploads", "file", "driver.zip", "PK")["fileReferenceId"]
            if path == "file-formats":
                made = engine.upload(path, "fileFormat", row[name], LINES, {"fileFormatType": row["fileFormatType"]})
                ids[path, old] = made[key]
                there = engine.list(f"file-field-metadata?file_format_id={made[key]}")
                restore_parts(engine, "file-field-metadata", "fieldName", there, saved["fields"][old])
                continue
            if path in ("table-metadata", "file-metadata"):
                ids[path, old] = engine.post(path, body)[key]
            else:
                ids[path, old] = engine.ensure(path, body, name, key)
            if path == "mount-filesystem":
                engine.put(f"{path}/{ids[path, old]}/connect", {})
            if path == "table-metadata":
                there = engine.list(f"column-metadata?table_metadata_id={ids[path, old]}")
                restore_parts(engine, "column-metadata", "columnName", there, saved["columns"][old])


def restore_parts(engine, path, name, there, saved):
    """Columns and fields exist with their table or format, so this finds them by name and puts them."""
    key = path.replace("-metadata", "MetadataId").replace("file-field", "fileField")
    expect([row[name] for row in there] == [row[name] for row in saved], f"the same rows of {path}", there, saved)
    for here, row in zip(there, saved):
        own = {member: value for member, value in here.items() if member.endswith("Id")}
        engine.put(f"{path}/{quote(str(here[key]))}", {**row, **own})


def comparable(saved):
    """A backup with names in place of ids, without times and order."""
    names = {(path, row[key]): row[name] for path, name, key in MADE for row in saved[path]}

    def name_of(paths, old):
        return [names[path, old] for path in paths if (path, old) in names]

    def shown(row, *more):
        plain = {name: value for name, value in linked(row, name_of).items() if name not in OWN}
        return str(sorted({**plain, "more": more}.items()))

    found = {}
    for path, name, key in MADE:
        parts = {"table-metadata": saved["columns"], "file-formats": saved["fields"]}.get(path, {})
        rows = []
        for row in saved[path]:
            more = sorted(shown(part) for part in parts.get(row[key], ()))
            rows.append(shown({member: value for member, value in row.items() if member == name or member != key}, *more))
        found[path] = sorted(rows)
    return found


def main(source_url, target_url):
    source, target = (Engine(url, "page_size=1000&&page_number=1&&") for url in (source_url, target_url))
    prepare(source)
    saved = backup(source)
    for path, *_ in MADE:
        expect(saved[path], f"rows of {path}")
    imported = 0
    for document in documents(source):
        target.imported("", document)
        imported += 1
    expect(imported > 20, "a document for each algorithm", str(imported))
    restore(target, saved)
    before, after = comparable(saved), comparable(backup(target))
    for path in before:
        expect(
            before[path] == after[path],
            f"the same {path}",
            [row for row in before[path] if row not in after[path]],
            [row for row in after[path] if row not in before[path]],
        )


main(*sys.argv[1:])
