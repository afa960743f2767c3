"""Mock engines: in this process, or over HTTP."""

from __future__ import annotations

import json
import os
import ssl
import tempfile
import uuid
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union
from urllib.parse import quote, urlencode, urlsplit

from . import _native
from .errors import EngineError

__all__ = ["MockEngine", "MockEngines", "Unverified"]

Json = Mapping[str, Any]
Duration = Union[str, float, timedelta]

_TIMEOUT = 60


class Unverified(AssertionError):
    """The wanted requests didn't come. The message compares them with the nearest ones."""


class _Server:
    """The engines of one start, and the files that they were started from."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._files = tempfile.TemporaryDirectory(prefix="mock-engine-")
        try:
            self.running = _native.Engines(list(_words(options, Path(self._files.name))))
        except BaseException:
            self._files.cleanup()
            raise

    def stop(self) -> None:
        self.running.stop()
        self._files.cleanup()


class MockEngine:
    """An engine to test against.

    >>> with MockEngine(name="a.example.com", seed=1) as engine:
    ...     status, answer = engine.call("GET", "environments", token=engine.login())
    ...     status
    200

    It runs on threads of this process, on a free port of this machine. Options are those of ``mock-engine``, with
    underscores: ``MockEngine(fresh=True, token_ttl="5m", user=["me:secret"])``. Beyond files, ``load`` takes documents as
    bytes, ``seed_file`` content as a dictionary, and ``faults`` faults as dictionaries.

    The members of faults, patterns and answers are those of ``/__admin`` (``docs/mock-api.md``).
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("port", 0)
        self._server: Optional[_Server] = _Server(options)
        self.name, self.url = self._server.running.engines()[0]
        self._port: Optional[MockEngine] = None

    @classmethod
    def connect(cls, url: str) -> MockEngine:
        """Takes an engine of another process, by its URL. It goes on when this object is closed."""
        engine = cls._of(url.rstrip("/"), "")
        engine.name = engine.admin("GET", "health")["engine"]
        return engine

    @classmethod
    def _of(cls, url: str, name: str) -> MockEngine:
        engine = cls.__new__(cls)
        engine.url, engine.name, engine._server, engine._port = url, name, None, None
        return engine

    @property
    def api(self) -> str:
        """The base URL of the engine's own API."""
        return f"{self.url}/masking/api"

    def close(self) -> None:
        """Stops the engine, or ends the session."""
        if self._server is not None:
            self._server.stop()
        elif self._port is not None:
            port, self._port = self._port, None
            port.admin("DELETE", f"sessions/{self.url.rsplit('/', 1)[1]}")

    def __enter__(self) -> MockEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.url}>"

    # What a client does.

    def login(self, username: str = "me", password: str = "any") -> str:
        """Logs in and returns the token, the value of the header ``Authorization``."""
        status, answer = self.call("POST", "login", {"username": username, "password": password})
        if status != 200:
            raise EngineError(f"login: {answer}", "engine")
        token: str = answer["Authorization"]
        return token

    def call(self, method: str, path: str, body: Any = None, *, token: str = "") -> Tuple[int, Any]:
        """Sends a request to the engine's own API. Returns the status and the JSON of the answer."""
        headers = {"Authorization": token} if token else {}
        return _send(method, f"{self.api}/{path.lstrip('/')}", body, headers)

    # What only a mock does.

    def admin(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Sends a request to ``/__admin`` and returns the JSON of the answer."""
        status, answer = self._admin(method, path, body, query)
        if status >= 300:
            raise EngineError(f"{method} /__admin/{path}: {status}: {_message(answer)}", "engine")
        return answer

    def _admin(self, method: str, path: str, body: Any, query: Mapping[str, Any]) -> Tuple[int, Any]:
        words = {name: _word(value) for name, value in query.items() if value is not None}
        tail = f"?{urlencode(words)}" if words else ""
        return _send(method, f"{self.url}/__admin/{path}{tail}", body, {})

    def requests(self, **filters: Any) -> List[Dict[str, Any]]:
        """The requests that came, the oldest first: ``requests(method="POST", path="/masking/api/import")``."""
        filters.setdefault("since", 0)
        filters.setdefault("limit", 10_000)
        found: List[Dict[str, Any]] = self.admin("GET", "requests", **filters)["requests"]
        return found

    def wait_for(self, count: int = 1, timeout: Duration = "10s", **filters: Any) -> List[Dict[str, Any]]:
        """Waits until so many requests fit and are answered; raises :class:`TimeoutError` if they don't come."""
        answer = self.admin("GET", "requests", wait=count, timeout=_duration(timeout), **filters)
        if answer.get("timedOut"):
            raise TimeoutError(f"{answer['count']} of {count} requests came")
        found: List[Dict[str, Any]] = answer["requests"]
        return found

    def clear_requests(self) -> None:
        """Clears the journal."""
        self.admin("DELETE", "requests")

    def verify(
        self,
        match: Json,
        *,
        exactly: Optional[int] = None,
        at_least: Optional[int] = None,
        at_most: Optional[int] = None,
        never: bool = False,
    ) -> None:
        """Raises :class:`Unverified` unless requests that fit the pattern came, at least once by default.

        >>> with MockEngine() as engine:
        ...     token = engine.login()
        ...     engine.verify({"method": "POST", "path": "/login"}, exactly=1)
        ...     engine.verify({"path": "/import"}, never=True)
        """
        wanted: Dict[str, Any] = {"match": dict(match)}
        counts = {"exactly": exactly, "atLeast": at_least, "atMost": at_most, "never": never or None}
        wanted.update({name: count for name, count in counts.items() if count is not None})
        self._verify(wanted)

    def verify_in_order(self, *patterns: Json) -> None:
        """Raises :class:`Unverified` unless requests came in this order; others may come between them."""
        self._verify({"inOrder": list(patterns)})

    def _verify(self, wanted: Json) -> None:
        status, answer = self._admin("POST", "verify", wanted, {})
        if status == 422 and isinstance(answer, dict) and "message" in answer:
            raise Unverified(answer["message"])
        if status >= 300:
            raise EngineError(f"verify: {_message(answer)}", "engine")

    @property
    def faults(self) -> List[Dict[str, Any]]:
        """The faults, with how often each ``fitted`` and ``fired``."""
        shown = self.admin("GET", "faults")
        return [{**fault, **counts} for fault, counts in zip(shown["faults"], shown["counters"])]

    def set_faults(self, *faults: Union[str, Json]) -> None:
        """Replaces all faults; texts name ready-made sets (``mock-engine faults`` lists them)."""
        sets = [fault for fault in faults if isinstance(fault, str)]
        own = [fault for fault in faults if not isinstance(fault, str)]
        self.admin("PUT", "faults", {"faults": own, "sets": sets} if sets else {"faults": own})

    def add_fault(self, fault: Json) -> None:
        """Adds a fault behind the others."""
        self.admin("POST", "faults", fault)

    def clear_faults(self) -> None:
        """Removes all faults."""
        self.admin("DELETE", "faults")

    def clock(self) -> Dict[str, Any]:
        """The engine's clock."""
        shown: Dict[str, Any] = self.admin("GET", "clock")
        return shown

    def advance(self, by: Duration) -> None:
        """Moves the clock: ``"2h"``, seconds, or a timedelta."""
        self.admin("PUT", "clock", {"advance": _duration(by)})

    def set_clock(
        self,
        to: Union[str, datetime, None] = None,
        *,
        freeze: Optional[bool] = None,
        speed: Optional[float] = None,
    ) -> None:
        """Sets the clock, stops it, or lets it run at another speed."""
        if isinstance(to, datetime):
            to = to.astimezone().isoformat(timespec="seconds") if to.tzinfo is None else to.isoformat(timespec="seconds")
        change = {"set": to, "freeze": freeze, "speed": speed}
        self.admin("PUT", "clock", {name: value for name, value in change.items() if value is not None})

    def reset_clock(self) -> None:
        """Puts the clock back."""
        self.admin("DELETE", "clock")

    def snapshot(self, name: str = "default") -> None:
        """Takes a snapshot of the content."""
        self.admin("POST", f"snapshots/{quote(name)}")

    def restore(self, name: str = "default") -> None:
        """Restores a snapshot. Tokens and tasks stay."""
        self.admin("POST", f"snapshots/{quote(name)}/restore")

    def reset(self, keep: Sequence[str] = ()) -> None:
        """Goes back to the start; ``keep`` may name ``tokens``, ``journal``, ``faults`` and ``clock``."""
        self.admin("POST", "reset", keep=",".join(keep) or None)

    def state(self, *, secrets: bool = False) -> Dict[str, Any]:
        """The whole state, which :func:`exportdoc.plan` takes as a target."""
        shown: Dict[str, Any] = self.admin("GET", "state", secrets=True if secrets else None)
        return shown

    def set_content(self, content: Json) -> None:
        """Replaces the content by that of a seed, as a dictionary."""
        self.admin("PUT", "content", content)

    def history(self, **filters: Any) -> List[Dict[str, Any]]:
        """Every change of the state, the newest first."""
        changes: List[Dict[str, Any]] = self.admin("GET", "history", **filters)["changes"]
        return changes

    def compare(self, source: Json, target: Optional[Json] = None) -> Dict[str, Any]:
        """Says what this engine, or ``target``, lacks of a source: ``compare({"engine": "a.example.com"})``."""
        sides = {"source": source} if target is None else {"source": source, "target": target}
        found: Dict[str, Any] = self.admin("POST", "compare", sides)
        return found

    def session(self, id: Optional[str] = None) -> MockEngine:
        """Begins an isolated engine behind the same port, a copy of this one, with a URL of its own."""
        if "/s/" in self.url:
            raise EngineError("a session has no sessions", "engine")
        id = id or uuid.uuid4().hex
        self.admin("PUT", f"sessions/{quote(id)}")
        session = MockEngine._of(f"{self.url}/s/{quote(id)}", self.name)
        session._port = self
        return session


class MockEngines(Mapping[str, MockEngine]):
    """Several engines of one process, which can be compared with each other.

    >>> with MockEngines("a.example.com", "b.example.com") as engines:
    ...     engines["b.example.com"].compare({"engine": "a.example.com"})["counts"]["missing"]
    0

    Options are those of :class:`MockEngine` and hold for all of them.
    """

    def __init__(self, *names: str, **options: Any) -> None:
        options["engine"] = [f"{name}:0" for name in names]
        self._server = _Server(options)
        self._engines = {name: MockEngine._of(url, name) for name, url in self._server.running.engines()}

    def __getitem__(self, name: str) -> MockEngine:
        return self._engines[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._engines)

    def __len__(self) -> int:
        return len(self._engines)

    def close(self) -> None:
        """Stops all of them."""
        self._server.stop()

    def __enter__(self) -> MockEngines:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _words(options: Mapping[str, Any], files: Path) -> Iterator[str]:
    """Keyword arguments as a command line."""
    for name, value in options.items():
        several = value if isinstance(value, (list, tuple)) else [value]
        for number, one in enumerate(several):
            option = f"--{name.replace('_', '-')}"
            if one is None or one is False:
                continue
            if one is True:
                yield option
                continue
            if isinstance(one, (bytes, bytearray)) or (name in ("seed_file", "faults") and isinstance(one, Mapping)):
                path = files / f"{name}-{number}.json"
                if not isinstance(one, (bytes, bytearray)):
                    form = {"faults": [one]} if name == "faults" else one
                    one = json.dumps(form).encode()
                path.write_bytes(one)
                one = path
            elif isinstance(one, timedelta):
                one = _duration(one)
            yield f"{option}={os.fspath(one) if isinstance(one, os.PathLike) else one}"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _duration(given: Duration) -> str:
    if isinstance(given, str):
        return given
    seconds = given.total_seconds() if isinstance(given, timedelta) else given
    return f"{round(seconds * 1000)}ms"


def _message(answer: Any) -> Any:
    return answer.get("errorMessage", answer) if isinstance(answer, dict) else answer


def _send(method: str, url: str, body: Any, headers: Dict[str, str]) -> Tuple[int, Any]:
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path + (f"?{parts.query}" if parts.query else "")
    connection: HTTPConnection
    if parts.scheme == "https":
        # A mock's certificate is made at its start, so no authority is known.
        context = ssl._create_unverified_context()
        connection = HTTPSConnection(host, parts.port, timeout=_TIMEOUT, context=context)
    else:
        connection = HTTPConnection(host, parts.port, timeout=_TIMEOUT)
    try:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, _parsed(text)
    except (OSError, HTTPException) as error:
        raise EngineError(f"{method} {url}: {error or type(error).__name__}", "engine") from error
    finally:
        connection.close()


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")
