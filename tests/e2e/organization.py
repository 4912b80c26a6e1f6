"""An organization with StackSets behind a server: moto's, for commands that are processes of their own.

Time passes by the call: each takes ten seconds, so that an operation is under way for some of them.
"""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer

from tests.e2e.ministack import REGION, Account
from tests.private_packages.aws.stack_sets.service import Json, Set, StackSets, Tree, grow, install
from tests.private_packages.commands.rollout.elsewhere import NAME

State = tuple[dict[str, Set], float]


@dataclass
class Passing(StackSets):
    """StackSets, whose time passes by the call."""

    lock: Any = field(default_factory=RLock)

    def answer(self, caller: str, operation: str, parameters: Json) -> Json:
        with self.lock:
            self.advance(10)
            return super().answer(caller, operation, parameters)


@dataclass
class Organization:
    """The organization, and who calls: its management account."""

    account: Account
    service: StackSets
    tree: Tree

    def state(self) -> "State":
        """Return what there is of stack sets, and the time."""
        return deepcopy((self.service.sets, self.service.now))

    def go_back(self, state: "State") -> None:
        """Bring back what there was of stack sets."""
        self.service.sets, self.service.now = deepcopy(state)

    @property
    def actions(self) -> list[str]:
        """What was done to the set, one operation after the other."""
        return [operation.action for operation in self.service.sets[NAME].operations]

    @property
    def instances(self) -> dict[str, str]:
        """The status of each account's instance."""
        self.service._settle()
        return {account: each.status for (account, _), each in self.service.sets[NAME].instances.items()}


@contextmanager
def serving(accounts: int = 5) -> Iterator[Organization]:
    """Serve an organization of so many accounts, without stack sets."""
    service = Passing(management=DEFAULT_ACCOUNT_ID)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        install(patch, service)
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        try:
            client = boto3.client(
                "organizations",
                region_name=REGION,
                endpoint_url=url,
                aws_access_key_id="none",
                aws_secret_access_key="none",
            )
            yield Organization(Account(url, DEFAULT_ACCOUNT_ID), service, grow(client, service, accounts))
        finally:
            urllib.request.urlopen(f"{url}/moto-api/reset", data=b"").close()  # noqa: S310
            server.stop()
