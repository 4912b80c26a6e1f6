"""AWS with faults: a server on loopback that answers some calls itself and hands the others on."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.serving import Handler, serving

if TYPE_CHECKING:
    from email.message import Message

CUT = b"cut"
"""In place of an answer: the connection ends without one."""

Fault = tuple[int, str] | bytes | None
"""A status and a body, CUT, or nothing: what is behind answers."""
Faults = Callable[[str, Mapping[str, Any]], Fault]
"""Asked for each call with the operation and its parameters."""


def error(code: str, message: str = "", status: int = 400) -> tuple[int, str]:
    """An error as the services answer it that speak XML, which CloudFormation, IAM and STS do."""
    told = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    return status, f"<ErrorResponse><Error><Type>Sender</Type>{told}</Error></ErrorResponse>"


def json_error(code: str, message: str = "", status: int = 400) -> tuple[int, str]:
    """An error as the services answer it that speak JSON, which Secrets Manager and KMS do."""
    return status, json.dumps({"__type": code, "message": message})


def result(operation: str, content: str) -> tuple[int, str]:
    """An answer of a service that speaks XML."""
    return 200, f"<R><{operation}Result>{content}</{operation}Result></R>"


@contextmanager
def before(url: str | None, faults: Faults) -> Iterator[str]:
    """Start the server before another one, or before none; yields its URL, and ends it afterwards."""

    class Front(Handler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.body()
            fault = faults(*_call(self.headers, body))
            if isinstance(fault, bytes):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, answer = (fault[0], fault[1].encode()) if fault else self._hand_on(body)
            self.answer(status, answer, Content_Type="text/xml")

        do_GET = do_PUT = do_HEAD = do_POST

        def _hand_on(self, body: bytes) -> tuple[int, bytes]:
            assert url, f"nobody answers {_call(self.headers, body)}"
            with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as onward:
                onward.request(self.command, self.path, body, dict(self.headers))
                answer = onward.getresponse()
                return answer.status, answer.read()

    with serving(Front) as address:
        yield address


def _call(headers: "Message[str, str]", body: bytes) -> tuple[str, Mapping[str, Any]]:
    if target := headers.get("X-Amz-Target"):
        return target.split(".")[-1], json.loads(body or b"{}")
    parameters = dict(parse_qsl(body.decode("latin-1")))
    return parameters.pop("Action", ""), parameters
