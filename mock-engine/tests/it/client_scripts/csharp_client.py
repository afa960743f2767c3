"""A C# client: reads lists page by page and sends forms with unquoted names, as .NET does.

It expects `_pageInfo` as text and otherwise reads the first page only. Both must work.

csharp_client.py ENGINE
"""

import http.client
import json
import sys
from urllib.parse import urlsplit

from expect import expect

BOUNDARY = "3f2d1c0b-9a88-4776-8655-443322110000"


def main(url):
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    token = None

    def call(method, path, body=None, content_type="application/json; charset=utf-8"):
        headers = {"Accept": "application/json", "Content-Type": content_type}
        if token:
            headers["Authorization"] = token
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        connection.request(method, f"/masking/api/v5.1.44/{path}", data, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        expect(answer.status == 200, f"200 for {method} {path}", str(answer.status), text)
        return json.loads(text) if text else None

    token = call("POST", "login", {"username": "admin", "password": "Admin-12"})["Authorization"]
    for path in ("applications", "environments", "file-connectors", "file-rulesets", "file-formats", "file-metadata"):
        first = call("GET", f"{path}?page_number=1")
        expect(isinstance(first["_pageInfo"], dict), "_pageInfo to be an object", first["_pageInfo"])
        expect(isinstance(first["responseList"], list), "a list", first)
        if first["_pageInfo"]["numberOnPage"] < first["_pageInfo"]["total"]:
            expect(call("GET", f"{path}?page_number=2")["responseList"], f"a second page of {path}")

    form = (
        f"--{BOUNDARY}\r\n"
        "Content-Type: application/octet-stream\r\n"
        "Content-Disposition: form-data; name=fileFormat; filename=people.txt; filename*=utf-8''people.txt\r\n\r\n"
        "id\nname\n"
        f"\r\n--{BOUNDARY}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Disposition: form-data; name=fileFormatType\r\n\r\n"
        "DELIMITED"
        f"\r\n--{BOUNDARY}--\r\n"
    )
    made = call("POST", "file-formats", form.encode(), f'multipart/form-data; boundary="{BOUNDARY}"')
    expect((made["fileFormatName"], made["fileFormatType"]) == ("people.txt", "DELIMITED"), "the format", made)

    application = call("POST", "applications", {"applicationName": "From NET"})["applicationId"]
    environment = call(
        "POST", "environments", {"environmentName": "From NET", "applicationId": application, "purpose": "MASK"}
    )["environmentId"]
    connector = call(
        "POST",
        "file-connectors",
        {
            "connectorName": "From NET",
            "environmentId": environment,
            "fileType": "DELIMITED",
            "connectionInfo": {"connectionMode": "SFTP", "host": "files.example.com", "port": 22, "path": "/in"},
        },
    )["fileConnectorId"]
    ruleset = call("POST", "file-rulesets", {"rulesetName": "From NET", "fileConnectorId": connector})
    expect(ruleset["fileConnectorId"] == connector, "the ruleset's connector", ruleset)


main(*sys.argv[1:])
