import itertools
from collections.abc import Iterator

import pytest

from tests.e2e.ministack import OUTSIDE_ANY_ORGANIZATION, Account, running

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def ministack() -> Iterator[str]:
    """The URL of a MiniStack server that serves this whole test run."""
    with running() as url:
        yield url


@pytest.fixture
def numbers() -> Iterator[int]:
    """Numbers of accounts that no other test uses."""
    return _numbers


@pytest.fixture
def account(ministack: str) -> Account:
    """An account that no other test uses, in an organization, without a Stackery Role."""
    return Account(ministack, f"{100000000000 + next(_numbers)}")


@pytest.fixture
def account_without_organization(ministack: str) -> Account:
    return Account(ministack, f"{OUTSIDE_ANY_ORGANIZATION}{next(_numbers):011}")
