"""AWS as the code sees it: real clients of boto3, each with botocore's Stubber before it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.stub import Stubber


@dataclass(frozen=True)
class ErrorAnswer:
    """An error that AWS answers with."""

    code: str
    message: str = "said AWS."


@dataclass(frozen=True)
class RawAnswer:
    """The bytes that arrive from AWS, for botocore's own parser."""

    body: str
    status: int = 200


@dataclass
class Attempts:
    """What happens below the client: an exception of the connection or a raw answer; the last one stays."""

    outcomes: list[Exception | RawAnswer]
    made: int = 0

    def next(self, request: AWSRequest, **_: Any) -> AWSResponse:
        outcome = self.outcomes[min(self.made, len(self.outcomes) - 1)]
        self.made += 1
        if isinstance(outcome, Exception):
            raise outcome
        return AWSResponse(request.url or "", outcome.status, HTTPHeaders(), _Body(outcome.body))


@dataclass(frozen=True)
class _Body:
    text: str

    def stream(self) -> list[bytes]:
        return [self.text.encode()]


Answer = dict[str, Any] | ErrorAnswer | Attempts
"""What AWS says to one call."""


@dataclass
class StubbedSession(ABC):
    """Takes the place of boto3's Session."""

    boto: boto3.Session
    before_call: Callable[[str, str], None] | None = None
    """Called in the caller's thread with the operation and the Region."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The operations and the Regions that were asked."""
    configs: list[Config] = field(default_factory=list)

    @abstractmethod
    def answer(self, operation: str, region: str, params: dict[str, Any]) -> Answer:
        """Return what AWS says to this call."""

    def client(
        self, service: str, *, region_name: str, config: Config | None = None, **credentials: Any
    ) -> Any:
        client: Any = self.boto.client(service, region_name=region_name, config=config, **credentials)  # type: ignore[call-overload]
        if config:
            self.configs.append(config)
        client.meta.events.register("provide-client-params", partial(self._prepare, client, Stubber(client)))
        return client

    def get_credentials(self) -> Any:
        return self.boto.get_credentials()

    def get_available_regions(self, service: str, partition_name: str) -> list[str]:
        return self.boto.get_available_regions(service, partition_name)

    def _prepare(self, client: Any, stubber: Stubber, params: dict[str, Any], model: Any, **_: Any) -> None:
        region = client.meta.region_name
        self.calls.append((model.name, region))
        if self.before_call:
            self.before_call(model.name, region)
        answer = self.answer(model.name, region, params)
        if isinstance(answer, Attempts):
            stubber.deactivate()
            client.meta.events.register("before-send", answer.next)
            return
        stubber.activate()
        method = xform_name(model.name)
        if isinstance(answer, ErrorAnswer):
            stubber.add_client_error(method, answer.code, answer.message, 400, expected_params=params)
        else:
            stubber.add_response(method, answer, params)


ScriptEntry = Answer | list[Answer] | Callable[[dict[str, Any]], Answer]
"""What AWS says to an operation: always this, one after the other (the last one stays), or as it is asked."""


@dataclass
class Scripted(StubbedSession):
    """Answers from a script; an operation that is not in it fails the test."""

    script: dict[str, ScriptEntry] = field(default_factory=dict)
    region_name: str = "us-east-1"
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Each operation that was called, with its parameters."""

    def answer(self, operation: str, region: str, params: dict[str, Any]) -> Answer:  # noqa: ARG002
        self.sent.append((operation, params))
        if operation == "DescribeStacks" and "StackName" not in params:
            return self._all_stacks()
        if operation not in self.script:
            raise AssertionError(f"The script has no answer to {operation} with {params}.")
        entry = self.script[operation]
        if callable(entry):
            return entry(params)
        if isinstance(entry, list):
            return entry.pop(0) if len(entry) > 1 else entry[0]
        return entry

    def _all_stacks(self) -> Answer:
        """Those that the script has, if it has one answer; that a stack is missing is none to this."""
        entry = self.script.get("DescribeStacks")
        return entry if isinstance(entry, dict) else {"Stacks": []}
