"""Mock engines from Python."""

from datetime import timedelta

import exportdoc
import pytest
from exportdoc import MockEngine, MockEngines, Unverified


@pytest.fixture(scope="module")
def engine():
    with MockEngine(name="a.example.com", seed=1) as engine:
        yield engine


@pytest.fixture
def session(engine):
    with engine.session() as session:
        yield session


def test_engine_answers_until_it_is_closed():
    with MockEngine() as engine:
        assert engine.call("GET", "environments", token=engine.login())[0] == 200
    with pytest.raises(exportdoc.EngineError, match="refused"):
        engine.call("GET", "environments")


def test_wrong_option_is_refused_in_words():
    with pytest.raises(exportdoc.EngineError, match="unexpected argument '--nope'") as caught:
        MockEngine(nope=1)
    assert "mock-engine --help" in caught.value.help


def test_engine_starts_with_documents_and_seeds(job):
    with MockEngine(load=job) as engine:
        status, page = engine.call("GET", "masking-jobs", token=engine.login())
        assert [found["jobName"] for found in page["responseList"]] == ["Nightly guest masking"]
    with MockEngine(seed_file={"applications": [{"name": "Shop"}]}) as engine:
        status, page = engine.call("GET", "applications", token=engine.login())
        assert [found["applicationName"] for found in page["responseList"]] == ["Shop"]


def test_sessions_share_nothing(engine):
    with engine.session("one") as one, engine.session("two") as two:
        token = one.login()
        assert one.call("DELETE", "masking-jobs/4", token=token)[0] == 200
        assert two.call("GET", "masking-jobs/4", token=two.login())[0] == 200
        assert [request["method"] for request in one.requests()] == ["POST", "DELETE"]
    assert "one" not in str(engine.admin("GET", "sessions"))


def test_clock_ends_a_token(session):
    token = session.login()
    session.advance(timedelta(hours=2))
    assert session.call("GET", "environments", token=token)[0] == 401
    session.reset_clock()
    session.set_clock("2030-01-01T00:00:00Z", freeze=True)
    assert session.clock()["frozen"] is True


def test_faults_come_and_go(session):
    token = session.login()
    session.set_faults({"match": {"path": "/environments"}, "times": 1, "act": {"answer": {"status": 503}}})
    assert session.call("GET", "environments", token=token)[0] == 503
    assert session.faults[0]["fired"] == 1
    assert session.call("GET", "environments", token=token)[0] == 200
    session.add_fault({"match": {"path": "/environments"}, "act": {"connection": "close"}})
    with pytest.raises(exportdoc.EngineError):
        session.call("GET", "environments", token=token)
    session.clear_faults()
    assert session.call("GET", "environments", token=token)[0] == 200


def test_ready_made_faults_are_known_by_name(session):
    session.set_faults("flaky-network")
    assert session.faults


def test_verify_compares_with_the_journal(session):
    session.login()
    session.verify({"method": "POST", "path": "/login"}, exactly=1)
    session.verify({"path": "/import"}, never=True)
    session.verify_in_order({"path": "/login"})
    with pytest.raises(Unverified, match="Came never"):
        session.verify({"path": "/import"})
    assert issubclass(Unverified, AssertionError)
    session.clear_requests()
    assert session.requests() == []


def test_wait_ends_when_the_requests_came(session):
    session.login()
    assert len(session.wait_for(1, path="/masking/api/login")) == 1
    with pytest.raises(TimeoutError):
        session.wait_for(2, timeout=0.01)


def test_snapshot_brings_the_content_back(session):
    token = session.login()
    session.snapshot("before")
    session.call("DELETE", "masking-jobs/4", token=token)
    session.restore("before")
    assert session.call("GET", "masking-jobs/4", token=token)[0] == 200
    assert session.history()
    session.reset()
    assert session.requests() == []


def test_several_engines_know_each_other():
    with MockEngines("a.example.com", "b.example.com") as engines:
        one, two = engines.values()
        assert [engine.name for engine in (one, two)] == ["a.example.com", "b.example.com"]
        assert two.compare({"engine": "a.example.com"})["counts"]["missing"] == 0


def test_state_is_a_target_of_plans(session, tmp_path, job):
    import json

    plan = exportdoc.plan(job, json.dumps(session.state()).encode(), environment=1)
    assert plan["verdict"] in ("would-succeed", "would-fail")


def test_connected_engine_goes_on(engine):
    with MockEngine.connect(engine.url) as connected:
        assert connected.name == "a.example.com"
    assert engine.admin("GET", "health")["engine"] == "a.example.com"


def test_engine_over_https_is_reached():
    with MockEngine(tls="self-signed") as engine:
        assert engine.url.startswith("https://")
        assert engine.login()
