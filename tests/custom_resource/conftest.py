import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from custom_resource import role_check
from tests.custom_resource.aws import Account
from tests.custom_resource.cloudformation import CloudFormation, serve


class LambdaContext:
    """What Lambda hands to the function: how much time is left."""

    def __init__(self, seconds: float = 120) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def _forget_settings(patch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    patch.setenv("AWS_CONFIG_FILE", os.devnull)
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    patch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    _forget_settings(monkeypatch)


@pytest.fixture(scope="session")
def boto() -> boto3.Session:
    """A session whose models of the services are loaded only once."""
    with pytest.MonkeyPatch.context() as patch:
        _forget_settings(patch)
        return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")


@pytest.fixture(scope="session")
def server() -> Iterator[CloudFormation]:
    with serve() as cloudformation:
        yield cloudformation


@pytest.fixture
def cloudformation(server: CloudFormation) -> CloudFormation:
    server.reset()
    return server


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for, in seconds; none of them is made."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", lambda seconds: pauses.append(seconds) if seconds else None)
    return pauses


@pytest.fixture
def account(boto: boto3.Session) -> Account:
    """The account that the role check runs in, with a Stackery Role that is just new enough."""
    return Account(boto)


@pytest.fixture
def ask(
    account: Account, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Any]]:
    """Run the function for an event and return the answer that CloudFormation accepted."""
    monkeypatch.setattr("boto3.Session", lambda: account)

    def ask(kind: str = "Create", *, stack_id: str = "", **properties: Any) -> dict[str, Any]:
        cloudformation.reset()
        event = cloudformation.event(kind, **properties)
        event["StackId"] = stack_id or event["StackId"]
        role_check.handler(event, LambdaContext())
        return cloudformation.answer

    return ask
