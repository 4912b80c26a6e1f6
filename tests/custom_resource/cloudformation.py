"""CloudFormation's end of a custom resource: a real HTTP server that takes the answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.serving import Handler, serving

Event = dict[str, Any]
Trouble = Literal["refuses", "has trouble", "hangs up", "redirects", "never answers"]

STATUS = {"refuses": 403, "has trouble": 503, "redirects": 307}
PATIENCE = 10
"""Seconds after which a test that would hang fails instead."""


@dataclass
class Delivery:
    """One attempt to deliver the answer."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class CloudFormation:
    """What arrived, and the troubles that the next attempts meet: one each, or the first of them always."""

    address: str
    attempts: list[Delivery] = field(default_factory=list)
    accepted: list[Delivery] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    always: bool = False
    next_attempt: threading.Event = field(default_factory=threading.Event)
    waited_in_vain: bool = False
    """Whether an attempt that never answers was not given up."""

    def event(self, kind: str, **properties: Any) -> Event:
        """Return an event that asks for its answer here."""
        event: Event = json.loads((Path(__file__).parent / "events" / f"{kind.lower()}.json").read_text())
        event["ResourceProperties"] |= properties
        url = urlsplit(event["ResponseURL"])
        event["ResponseURL"] = f"{self.address}{url.path}?{url.query}"
        return event

    @property
    def answer(self) -> dict[str, Any]:
        """The one answer that was accepted."""
        (delivery,) = self.accepted
        answer: dict[str, Any] = json.loads(delivery.body)
        return answer

    def reset(self) -> None:
        self.attempts.clear()
        self.accepted.clear()
        self.troubles.clear()
        self.always = self.waited_in_vain = False
        self.next_attempt = threading.Event()

    def meet(self, delivery: Delivery) -> Trouble | None:
        """Record an attempt and return the trouble that it meets."""
        if self.attempts:
            self.next_attempt.set()
        self.attempts.append(delivery)
        if not self.troubles:
            self.accepted.append(delivery)
            return None
        return self.troubles[0] if self.always else self.troubles.pop(0)


class _Handler(Handler):
    cloudformation: CloudFormation

    def do_PUT(self) -> None:
        cloudformation = self.cloudformation
        trouble = cloudformation.meet(Delivery(self.path, dict(self.headers), self.body()))
        if trouble == "never answers":
            cloudformation.waited_in_vain = not cloudformation.next_attempt.wait(PATIENCE)
        if trouble in ("never answers", "hangs up"):
            return
        elsewhere = {"Location": f"{cloudformation.address}/elsewhere"} if trouble == "redirects" else {}
        text = "<Error><Code>Trouble</Code></Error>" if trouble else ""
        self.answer(STATUS[trouble] if trouble else 200, text, **elsewhere)


@contextmanager
def serve() -> Iterator[CloudFormation]:
    """Run a server on a free port of this machine."""

    class OfThis(_Handler):
        cloudformation = CloudFormation("")

    with serving(OfThis) as OfThis.cloudformation.address:
        yield OfThis.cloudformation
