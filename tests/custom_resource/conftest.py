import time
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
    """The pauses that were asked for, in seconds; none of them is made, but the clock goes on by them."""
    pauses: list[float] = []
    clock = time.monotonic
    monkeypatch.setattr("time.sleep", lambda seconds: pauses.append(seconds) if seconds else None)
    monkeypatch.setattr("time.monotonic", lambda: clock() + sum(pauses))
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
