"""A report on executions: uses the newest API version and accepts only 201 for a login.

masking_report.py ENGINE
"""

import sys

import requests

from expect import expect


def main(url):
    base = f"{url}/masking/api/v5.1.47"
    session = requests.Session()
    session.headers = {"Accept": "*/*", "Connection": "keep-alive", "User-Agent": "python-httpx/0.27.0"}

    refused = session.post(f"{base}/login", json={"username": "admin", "password": ""})
    expect(refused.status_code == 401, "401 for an empty password", str(refused.status_code), refused.text)
    expect(session.get(f"{base}/execution-events").status_code == 401, "401 without a token")

    login = session.post(f"{base}/login", json={"username": "admin", "password": "Admin-12"})
    expect(login.status_code == 201, "201 for a login", str(login.status_code), login.text)
    session.headers["Authorization"] = login.json()["Authorization"]

    started = session.post(f"{base}/executions", json={"jobId": 4})
    expect(started.status_code == 201, "201 for an execution of job 4", str(started.status_code), started.text)
    execution = started.json()["executionId"]
    for path in ("execution-components", "execution-events"):
        seen, page = 0, 1
        while True:
            query = {"execution_id": execution, "page_number": page, "page_size": 25}
            answer = session.get(f"{base}/{path}", params=query)
            expect(answer.status_code == 200, f"a page of {path}", str(answer.status_code), answer.text)
            info = answer.json()["_pageInfo"]
            seen += info["numberOnPage"]
            if seen >= info["total"]:
                break
            page += 1


main(*sys.argv[1:])
