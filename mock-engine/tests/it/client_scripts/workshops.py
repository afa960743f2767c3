"""dx-workshops, a Go program: sets an engine up from stored documents.

It accepts only 200, regards an import as successful if the answer is an array, gives the name of a new environment's
application in place of the id, and assumes that the first environment and connector have id 1.

workshops.py SOURCE TARGET
"""

import json
import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from expect import expect


def documents(url):
    """The stored documents: exports of all global objects and of a job."""
    base = f"{url}/masking/api"
    token = requests.post(f"{base}/login", json={"username": "admin", "password": "Admin-12"}).json()["Authorization"]
    for identifier, object_type in (("global", "GLOBAL_OBJECT"), (4, "MASKING_JOB")):
        request = [{"objectIdentifier": {"id": identifier}, "objectType": object_type}]
        answer = requests.post(f"{base}/export", headers={"Authorization": token}, json=request)
        expect(answer.status_code == 200, f"an export of {object_type}", answer.text)
        yield answer.content


def main(source_url, target_url):
    everything, job = documents(source_url)
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(total=5, connect=5, read=5, status=0)))
    session.headers = {"User-Agent": "go-resty/2.1.0 (https://github.com/go-resty/resty)", "Accept-Encoding": "gzip"}
    base = f"{target_url}/masking/api"

    def call(method, path, body=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        answer = session.request(method, f"{base}{path}", data=data, headers=headers, timeout=120)
        expect(answer.status_code == 200, f"200 for {method} {path}", str(answer.status_code), answer.text[:3000])
        return answer.json()

    session.headers["Authorization"] = call("POST", "/login", {"username": "admin", "password": "Admin-12"})["Authorization"]

    rows = call("POST", "/import?force_overwrite=true", everything)
    expect(isinstance(rows, list), "an array", rows)
    expect(all(row["importStatus"] == "SUCCESS" for row in rows), "success for every object", rows)

    expect(call("GET", "/environments")["responseList"] == [], "no environments yet")
    expect(call("GET", "/applications")["responseList"] == [], "no applications yet")
    call("POST", "/applications", {"applicationName": "Workshop"})
    environment = call("POST", "/environments", {"environmentName": "Workshop env", "application": "Workshop", "purpose": "MASK"})
    expect(environment["environmentId"] == 1, "the first environment to have id 1", environment)

    rows = call("POST", "/import?force_overwrite=true&environment_id=1", job)
    expect(isinstance(rows, list), "an array", rows)
    expect(all(row["importStatus"] == "SUCCESS" for row in rows), "success for every object", rows)

    connector = call("GET", "/database-connectors/1")
    expect("password" not in connector, "a connector that shows no password", connector)
    changed = call("PUT", "/database-connectors/1", {**connector, "host": "10.0.1.20", "password": "delphixdb"})
    expect(changed["host"] == "10.0.1.20" and "password" not in changed, "the new host and no password", changed)


main(*sys.argv[1:])
