"""A client for call sequences. Every call must return 200."""

import json
import uuid
from urllib.parse import quote

import requests

from expect import expect


class Engine:
    def __init__(self, url, page):
        """`page` is the query for lists."""
        self.base, self.page = f"{url}/masking/api/", page
        self.session = requests.Session()
        login = self.post("login", {"username": "admin", "password": "Admin-12"})
        self.session.headers["Authorization"] = login["Authorization"]

    def call(self, method, path, body=None, statuses=(200,)):
        data = None if body is None else json.dumps(body)
        answer = self.session.request(method, self.base + path, data=data, headers={"Content-Type": "application/json"})
        expect(answer.status_code in statuses, f"{statuses} for {method} {path}", str(answer.status_code), answer.text, body)
        return answer.json() if answer.text else None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)

    def put(self, path, body):
        return self.call("PUT", path, body)

    def delete(self, path):
        return self.call("DELETE", path)

    def list(self, path):
        return self.get(f"{path}{'&' if '?' in path else '?'}{self.page}")["responseList"]

    def find(self, path, member, value):
        found = [row for row in self.list(path) if row[member] == value]
        expect(len(found) == 1, f"one row of {path} with {member} {value}", found)
        return found[0]

    def ensure(self, path, row, name, key):
        """Creates a row. After a 409 changes the row of that name, as a restore does."""
        made = self.call("POST", path, row, (200, 409))
        if "errorMessage" in made:
            made = self.put(f"{path}/{quote(str(self.find(path, name, row[name])[key]))}", row)
        return made[key]

    def upload(self, path, part, name, content, more=()):
        boundary = uuid.uuid4().hex
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in dict(more).items()]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n'
            f"Content-Type: application/octet-stream\r\n\r\n{content}\r\n--{boundary}--\r\n"
        )
        answer = self.session.post(
            self.base + path,
            data="".join(parts).encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        expect(answer.status_code == 200, f"200 for {path}", str(answer.status_code), answer.text)
        return answer.json()

    def imported(self, query, document):
        rows = self.post(f"import?force_overwrite=true{query}", document)
        expect(isinstance(rows, list) and rows, "an array of outcomes", rows)
        expect(all(row["importStatus"] == "SUCCESS" for row in rows), "success for every object", rows)
        return rows
