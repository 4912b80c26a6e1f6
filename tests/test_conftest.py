"""A test that this machine cannot run is skipped; in CI it fails."""

import pytest

from tests.conftest import PROGRAMS, pytest_runtest_setup

REASON = "not installed on this machine: no-such-program"


def test_without_its_program_a_test_is_skipped(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    request.node.add_marker(pytest.mark.needs("python3", "no-such-program"))
    with pytest.raises(pytest.skip.Exception, match=REASON):
        pytest_runtest_setup(request.node)


def test_in_ci_it_fails(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    request.node.add_marker(pytest.mark.needs("no-such-program"))
    with pytest.raises(pytest.fail.Exception, match=REASON):
        pytest_runtest_setup(request.node)


@pytest.mark.parametrize("marker", PROGRAMS)
def test_the_kinds_of_tests_need_programs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, marker: str
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")
    request.node.add_marker(marker)
    with pytest.raises(pytest.fail.Exception, match=", ".join(sorted(PROGRAMS[marker]))):
        pytest_runtest_setup(request.node)
