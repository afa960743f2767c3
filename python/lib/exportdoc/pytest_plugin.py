"""Fixtures for tests against mock engines.

- ``mock_engine``: an engine of its own for every test, as a session behind one port, which costs about a millisecond.
- ``mock_engine_factory``: makes further engines, which end with the test.
- ``mock_engine_options``: the options of the engine behind ``mock_engine``; override it in ``conftest.py``.

``@pytest.mark.mock_engine(fresh=True)`` starts an engine with these options for one test. If a test fails, its report
shows the requests that its engines got.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List

import pytest

from .mock import MockEngine

_SHOWN = 50
_ENGINES = pytest.StashKey[List[MockEngine]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mock-engine", "mock engines (exportdoc)")
    group.addoption(
        "--mock-engine-url",
        metavar="URL",
        help="use the running mock engine at this URL for the fixture mock_engine instead of starting one",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "mock_engine(**options): start an engine with these options for the fixture mock_engine"
    )


@pytest.fixture(scope="session")
def mock_engine_options() -> Dict[str, Any]:
    """The options of the engine behind ``mock_engine``; override it in ``conftest.py``."""
    return {}


@pytest.fixture(scope="session")
def mock_engine_port(pytestconfig: pytest.Config, mock_engine_options: Dict[str, Any]) -> Iterator[MockEngine]:
    """The engine whose sessions ``mock_engine`` gives to the tests."""
    url = pytestconfig.getoption("mock_engine_url")
    with MockEngine.connect(url) if url else MockEngine(**mock_engine_options) as engine:
        yield engine


@pytest.fixture
def mock_engine_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., MockEngine]]:
    """Makes an engine with the given options, which ends with the test."""
    made: List[MockEngine] = []

    def make(**options: Any) -> MockEngine:
        engine = MockEngine(**options)
        made.append(engine)
        _note(request.node, engine)
        return engine

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def mock_engine(request: pytest.FixtureRequest) -> Iterator[MockEngine]:
    """An engine of its own for the test."""
    marker = request.node.get_closest_marker("mock_engine")
    if marker:
        engine = MockEngine(**{**request.getfixturevalue("mock_engine_options"), **marker.kwargs})
    else:
        engine = request.getfixturevalue("mock_engine_port").session()
    with engine:
        _note(request.node, engine)
        yield engine


def _note(item: pytest.Item, engine: MockEngine) -> None:
    item.stash.setdefault(_ENGINES, []).append(engine)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for engine in item.stash.get(_ENGINES, []):
            report.sections.append((f"requests of {engine.name} at {engine.url}", _journal(engine)))


def _journal(engine: MockEngine) -> str:
    try:
        requests = engine.requests()
    except Exception as error:
        return f"no journal: {error}"
    lines = [_line(request) for request in requests[-_SHOWN:]]
    if len(requests) > _SHOWN:
        lines.insert(0, f"{len(requests) - _SHOWN} earlier requests")
    return "\n".join(lines) or "no requests"


def _line(request: Dict[str, Any]) -> str:
    query = f"?{request['query']}" if request.get("query") else ""
    line = f"{request['id']:4} {request['method']} {request['path']}{query} -> {request.get('status', 'no answer')}"
    if request.get("error"):
        line += f" {request['error']}"
    if request.get("fault"):
        line += f" (fault {request['fault']})"
    return line
