"""The pytest plugin, in test runs of its own."""

from exportdoc import MockEngine


def test_every_test_has_an_engine_of_its_own(pytester):
    pytester.makepyfile(
        """
        def test_first(mock_engine):
            assert mock_engine.call("DELETE", "masking-jobs/4", token=mock_engine.login())[0] == 200

        def test_second(mock_engine):
            assert mock_engine.call("GET", "masking-jobs/4", token=mock_engine.login())[0] == 200
            mock_engine.verify({"method": "DELETE"}, never=True)
        """
    )
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=2)


def test_failing_test_shows_the_requests(pytester):
    pytester.makepyfile(
        """
        def test_fails(mock_engine):
            mock_engine.login()
            mock_engine.verify({"path": "/import"})
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Wanted*/import*", "*requests of mock-engine at http*", "*POST */login -> 200*"])


def test_marker_and_options_choose_the_engine(pytester):
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mock_engine_options():
            return {"name": "configured.example.com"}
        """
    )
    pytester.makepyfile(
        """
        import pytest

        def test_options(mock_engine, mock_engine_factory):
            assert mock_engine.name == "configured.example.com"
            assert mock_engine_factory(name="other.example.com").name == "other.example.com"

        @pytest.mark.mock_engine(empty=True)
        def test_marker(mock_engine):
            assert mock_engine.name == "configured.example.com"
            status, page = mock_engine.call("GET", "masking-jobs", token=mock_engine.login())
            assert page["responseList"] == []
        """
    )
    pytester.runpytest_inprocess("--strict-markers").assert_outcomes(passed=2)


def test_url_names_a_running_engine(pytester):
    pytester.makepyfile("def test_url(mock_engine): assert mock_engine.name == 'outside.example.com'")
    with MockEngine(name="outside.example.com") as engine:
        result = pytester.runpytest_inprocess("--mock-engine-url", engine.url)
        result.assert_outcomes(passed=1)
        assert engine.admin("GET", "sessions")["sessions"] == []


def test_help_names_the_option(pytester):
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines(["*mock-engine-url*"])
