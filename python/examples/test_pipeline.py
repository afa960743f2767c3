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

    def login(self):
        self.token = ""
        self.token = self.post("login", {"username": "me", "password": "any"})["Authorization"]

    def post(self, path, body, again=True):
        if self.token is None:
            self.login()
        headers = {"Content-Type": "application/json", "Authorization": self.token}
        request = urllib.request.Request(f"{self.url}/{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code != 401 or not again:
                raise
            self.login()
            return self.post(path, body, again=False)


def test_job_is_synced_although_the_token_expires(mock_engine, mock_engine_factory):
    target = mock_engine_factory(name="target.example.com")
    target.call("DELETE", "masking-jobs/4", token=target.login())
    source, sink = Client(mock_engine.api), Client(target.api)

    document = source.post("export", JOB)
    sink.login()
    target.advance("2h")
    sink.post("import?force_overwrite=false&environment_id=1", document)

    assert exportdoc.verify(json.dumps(document).encode())["verdict"] == "valid"
    target.verify_in_order({"path": "/import", "status": 401}, {"path": "/login"}, {"path": "/import", "status": 200})
