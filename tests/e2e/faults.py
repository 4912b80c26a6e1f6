"""A server between a caller and AWS: it passes calls on, but makes some fail, for a while or for ever."""

import http.client
import json
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.serving import Handler, serving

How = Literal["throttled", "denied", "unavailable", "cut", "half", "garbled", "silent", "dripping"]
Repeating = Literal["page", "echo"]
"""A proxy's page, and an error, that repeat all that was sent."""
FOR_EVER = math.inf
SERVICE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
ERRORS = {
    "throttled": ((400, "Throttling"), (400, "TooManyRequestsException")),
    "denied": ((403, "AccessDenied"), (400, "AccessDeniedException")),
}
"""Status and code, of a service that speaks XML (IAM, CloudFormation) or JSON (Organizations)."""


@dataclass(frozen=True)
class Fault:
    """What becomes of the calls of an action, from the first call of all on."""

    how: How | Repeating
    action: str
    """As in a policy: iam:GetRole."""
    seconds: float = FOR_EVER
    regions: frozenset[str] = frozenset()
    """None means each."""
    spared: int = 0
    """How many calls a second are answered all the same."""

    def __str__(self) -> str:
        how_long = f"{self.seconds:.0f} s" if self.seconds < FOR_EVER else "for ever"
        return f"{self.how:<11} {self.action:<34} {how_long:<8}"


@dataclass
class Proxy:
    """What is between, and what was asked through it."""

    upstream: str
    fault: Fault
    own_status: str
    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    """The body of each call."""
    credentials: list[str] = field(default_factory=list)
    """What the roles that were assumed have to be kept secret."""
    answered: Counter[int] = field(default_factory=Counter)
    """By the second, those that may be spared."""
    ends: float = 0.0
    stopped: threading.Event = field(default_factory=threading.Event)

    def left(self, action: str, region: str) -> float:
        """Return for how many seconds this call fails."""
        self.calls[action] += 1
        self.ends = self.ends or time.monotonic() + self.fault.seconds
        meant = action == self.fault.action and region in (self.fault.regions or {region})
        if meant and self.fault.spared:
            second = int(time.monotonic())
            self.answered[second] += 1
            meant = self.answered[second] > self.fault.spared
        return max(0.0, self.ends - time.monotonic()) if meant else 0


class _Handler(Handler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def do_POST(self) -> None:
        proxy = self.proxy
        body = self.body()
        target = self.headers.get("X-Amz-Target")
        asked = parse_qs(body.decode())
        operation = target.split(".")[-1] if target else asked["Action"][0]
        signed = SERVICE.search(self.headers["Authorization"])
        assert signed
        action = f"{signed['service']}:{operation}"
        proxy.sent.append((action, body))
        left = proxy.left(action, signed["region"])
        if left:
            self.fail(proxy.fault.how, left, body)
        else:
            status, answer = self.ask(body)
            if asked.get("StackName", ["stackery"])[0].startswith("arn:"):
                answer = answer.replace(b"CREATE_COMPLETE", proxy.own_status.encode())
            self.answer(status, answer)

    def ask(self, body: bytes) -> tuple[int, bytes]:
        """Return what AWS says."""
        with closing(http.client.HTTPConnection(urlsplit(self.proxy.upstream).netloc)) as upstream:
            upstream.request("POST", self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            status, text = answer.status, answer.read()
            found = re.findall(r"<(?:SecretAccessKey|SessionToken)>([^<]+)<", text.decode())
            self.proxy.credentials.extend(found)
            return status, text

    def fail(self, how: How | Repeating, left: float, body: bytes) -> None:
        stopped = self.proxy.stopped
        match how:
            case "throttled" | "denied":
                is_json = "X-Amz-Target" in self.headers
                status, code = ERRORS[how][is_json]
                xml = f"<R><Error><Code>{code}</Code><Message>Said AWS.</Message></Error></R>"
                self.answer(status, json.dumps({"__type": code, "message": "Said AWS."}) if is_json else xml)
            case "page":
                self.answer(200, f"<html>Blocked: {self.headers}{body.decode()}</html>")
            case "echo":
                said = f"Not so: {self.headers}{body.decode()}"
                xml = f"<R><Error><Code>Odd</Code><Message>{escape(said)}</Message></Error></R>"
                is_json = "X-Amz-Target" in self.headers
                self.answer(400, json.dumps({"__type": "Odd", "message": said}) if is_json else xml)
            case "unavailable":
                self.answer(503, "<html>Service Unavailable</html>")
            case "garbled":
                status, answer = self.ask(body)
                self.answer(status, answer[: len(answer) // 2])
            case "half":
                status, answer = self.ask(body)
                self.answer(status, answer[: len(answer) // 2], Content_Length=len(answer))
            case "silent":
                stopped.wait(min(left, threading.TIMEOUT_MAX))
            case "dripping":
                ends = time.monotonic() + left
                self.answer(200, "<", Content_Length=1_000_000)
                while time.monotonic() < ends and not stopped.wait(1):
                    self.wfile.write(b" ")
        # Each fault ends its connection; of those that send nothing, that is the fault.
        self.close_connection = True

    def handle(self) -> None:
        with suppress(ConnectionError):  # the caller had enough
            super().handle()


@contextmanager
def between(upstream: str, fault: Fault, own_status: str = "CREATE_COMPLETE") -> Iterator[Proxy]:
    """Stand between a caller and AWS at a URL; own_status is what a stack that is asked for by ARN is in."""

    class Between(_Handler):
        proxy = Proxy(upstream, fault, own_status)

    with serving(Between) as Between.proxy.url:
        try:
            yield Between.proxy
        finally:
            Between.proxy.stopped.set()
