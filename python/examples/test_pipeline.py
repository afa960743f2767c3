"""A sync pipeline and its test: an export from one engine, an import into another, a token that expires in between.

pip install exportdoc pytest; pytest test_pipeline.py
"""

import json
import urllib.error
import urllib.request

import exportdoc

JOB = [{"objectIdentifier": {"id": 4}, "objectType": "MASKING_JOB"}]


class Client:
    """The client under test: it logs in again when its token has expired."""

    def __init__(self, url):
        self.url, self.token = url, None

    def post(self, path, body, again=True):
        if self.token is None and path != "login":
            self.token = self.post("login", {"username": "me", "password": "any"})["Authorization"]
        headers = {"Content-Type": "application/json", "Authorization": self.token or ""}
        request = urllib.request.Request(f"{self.url}/{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code != 401 or not again:
                raise
            self.token = None
            return self.post(path, body, again=False)


def test_job_is_synced_although_the_token_expires(mock_engine, mock_engine_factory):
    target = mock_engine_factory(fresh=True)
    source, sink = Client(mock_engine.api), Client(target.api)
    sink.post("environments", {"environmentName": "Test", "applicationId": make_application(sink), "purpose": "MASK"})

    document = source.post("export", JOB)
    assert exportdoc.audit(json.dumps(document).encode())["complete"]
    target.advance("2h")
    sink.post("import?force_overwrite=false&environment_id=1", document)

    assert target.compare({"document": document})["counts"]["missing"] == 0
    target.verify_in_order({"path": "/import", "status": 401}, {"path": "/login"}, {"path": "/import", "status": 200})


def make_application(client):
    return client.post("applications", {"applicationName": "Shop"})["applicationId"]
