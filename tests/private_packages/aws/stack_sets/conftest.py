from collections.abc import Callable, Iterator

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.retries.bucket import TokenBucket
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.private_packages.aws.stack_sets.service import StackSets, Tree, grow, install

Grow = Callable[..., Tree]


@pytest.fixture(scope="session")
def loader() -> Loader:
    """Loads the models of the services once for all tests, which takes most of a command's time."""
    return Loader()


@pytest.fixture
def stack_sets(loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Iterator[StackSets]:
    """StackSets in the account whose credentials are in the environment; time passes only while it sleeps."""
    service = StackSets(management=DEFAULT_ACCOUNT_ID)

    def acquire(bucket: TokenBucket, amount: float = 1, **_: object) -> bool:
        """Botocore slows down after it was throttled, which would take real time."""
        service.advance(amount / bucket.max_rate)
        return True

    with mock_aws():
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setattr("time.sleep", service.advance)
        monkeypatch.setattr(TokenBucket, "acquire", acquire)
        monkeypatch.setattr(botocore.session, "create_loader", lambda _paths: loader)
        install(monkeypatch, service)
        yield service


@pytest.fixture
def organization(stack_sets: StackSets) -> Grow:
    """Make the organization, with as many accounts as are wanted."""

    def make(accounts: int, suspended: int = 0) -> Tree:
        return grow(boto3.client("organizations"), stack_sets, accounts, suspended)

    return make
