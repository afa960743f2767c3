"""Copies a masking job from one engine to another: promote.py SOURCE TARGET JOB

ENGINE_USER and ENGINE_PASSWORD log in to both.
"""

import json
import os
import sys
import urllib.error
import urllib.request


class Engine:
    def __init__(self, url):
        self.url, self.token = url, ""
        user = {"username": os.environ["ENGINE_USER"], "password": os.environ["ENGINE_PASSWORD"]}
        self.token = self.call("POST", "login", user)["Authorization"]

    def call(self, method, path, body=None):
        headers = {"Authorization": self.token, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/masking/api/{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            sys.exit(f"{method} {request.full_url}: {refused.code} {refused.read().decode()}")

    def environment(self, name):
        """The id of an environment, which is made if it doesn't exist."""
        for row in self.call("GET", "environments")["responseList"]:
            if row["environmentName"] == name:
                return row["environmentId"]
        application = self.call("POST", "applications", {"applicationName": name})["applicationId"]
        row = {"environmentName": name, "applicationId": application, "purpose": "MASK"}
        return self.call("POST", "environments", row)["environmentId"]


def main():
    source, target, name = Engine(sys.argv[1]), Engine(sys.argv[2]), sys.argv[3]
    jobs = source.call("GET", "masking-jobs")["responseList"]
    job = next((row["maskingJobId"] for row in jobs if row["jobName"] == name), None)
    if job is None:
        sys.exit(f"{source.url} has no masking job {name}")
    objects = [{"objectIdentifier": {"id": job}, "objectType": "MASKING_JOB"}]
    document = source.call("POST", "export", objects)
    results = target.call("POST", f"import?force_overwrite=true&environment_id={target.environment('Imported')}", document)
    for result in results:
        print(result["objectType"], result["importStatus"])
    there = target.call("GET", "masking-jobs")["responseList"]
    if name not in [row["jobName"] for row in there]:
        sys.exit(f"{target.url} has no masking job {name}")


if __name__ == "__main__":
    main()
