"""Many accounts, of which some do not answer."""

import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from private_packages.aws.organization import in_each as module
from private_packages.aws.organization.in_each import in_each


@pytest.fixture(autouse=True)
def _little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOW", 0.1)
    monkeypatch.setattr(module, "LATE", 1)


@pytest.fixture
def ended() -> Iterator[threading.Event]:
    """Ends what never would."""
    ended = threading.Event()
    yield ended
    ended.set()


def test_each_account_once_and_no_more_at_once_than_wanted() -> None:
    everyone = threading.Barrier(3, timeout=10)
    under_way: list[str] = []
    most: list[int] = []

    def call(account: str) -> str:
        under_way.append(account)
        most.append(len(under_way))
        everyone.wait()
        under_way.remove(account)
        return account.upper()

    found = list(in_each([f"a{number}" for number in range(9)], call, 3))
    assert sorted(found) == [(f"a{number}", f"A{number}") for number in range(9)]
    assert max(most) <= 3


def test_silent_ones_are_given_up_and_cost_the_others_a_moment(ended: threading.Event) -> None:
    silent = {f"s{number}" for number in range(40)}
    begun = monotonic()

    def call(account: str) -> float:
        if account in silent:
            ended.wait()
        return monotonic() - begun

    found = dict(in_each([*sorted(silent), "honest"], call, 4))
    assert {account for account, answer in found.items() if answer is None} == silent
    assert 1 <= (found["honest"] or 0) < 2.5  # ten times a moment
    assert monotonic() - begun < 4


def test_not_all_that_are_silent_are_under_way_at_once(
    ended: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MORE", 5)
    begun: list[float] = []

    def call(_: str) -> None:
        begun.append(monotonic())
        ended.wait()

    checks = in_each([f"a{number}" for number in range(20)], call, 2)
    next(checks)
    assert len(begun) == 7


def test_where_all_are_slow_nobody_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LATE", 0.3)
    pause = threading.Event()

    def call(account: str) -> bool:
        return not pause.wait(0.25 if account < "a3" else 0.4)

    assert {answer for _, answer in in_each([f"a{number}" for number in range(6)], call, 1)} == {True}
