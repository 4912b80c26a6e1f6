"""What the tests put around the real registries: https, a record of every request, and an internet."""

import base64
import hashlib
import html
import select
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from tests.serving import Handler, Server

READER = "builds"
"""The user whose token the builds get."""
START_SECONDS = 30
SETPRIV = shutil.which("setpriv")
WITH_THIS_PROCESS = [SETPRIV, "--pdeathsig", "KILL"] if SETPRIV else []
"""Ends a server also when the test run is killed and cannot do it itself."""
IDLE_SECONDS = 30
OF_ONE_CONNECTION = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length"}


class Hidden(str):
    """A text that a failing test does not show: a token."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"

    def spellings(self) -> set[str]:
        """Return what the text becomes in a URL, in XML and in an Authorization header."""
        encoded = base64.b64encode(f"{READER}:{self}".encode()).decode()
        return {str(self), quote(self, safe=""), html.escape(self), encoded}


class Request(NamedTuple):
    """One request that a registry got, and how it answered."""

    method: str
    path: str
    authorization: Hidden | None
    status: int


class Front(Server):
    """Https in front of a registry that speaks http, with a record of what was asked."""

    def __init__(self, context: ssl.SSLContext, backend: int) -> None:
        super().__init__(_FrontHandler)
        self.context = context
        self.backend = backend
        self.requests: list[Request] = []

    def get_request(self) -> tuple[socket.socket, Any]:
        """Leave the handshake to the connection's own thread."""
        connection, address = super().get_request()
        connection.settimeout(IDLE_SECONDS)
        return (
            self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False),
            address,
        )

    def forget(self) -> None:
        """Begin the record anew."""
        self.requests.clear()

    def refused_all(self) -> bool:
        """Return whether clients were refused for who they are, and none got any package."""
        answers = {request.status for request in self.requests if not request.path.startswith("/-/")}
        return bool(answers & {401, 403}) and not any(200 <= answer < 400 for answer in answers)

    def authorizations(self) -> set[Hidden]:
        """Return all that clients have shown to this registry to be let in."""
        return {request.authorization for request in self.requests if request.authorization}


class _FrontHandler(Handler):
    server: Front
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        body = self.body()
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in OF_ONE_CONNECTION
        }
        backend = HTTPConnection("127.0.0.1", self.server.backend, timeout=IDLE_SECONDS)
        try:
            backend.request(self.command, self.path, body, headers | {"X-Forwarded-Proto": "https"})
            response = backend.getresponse()
            content = response.read()
        finally:
            backend.close()
        shown = self.headers.get("Authorization")
        authorization = Hidden(shown) if shown else None
        self.server.requests.append(Request(self.command, self.path, authorization, response.status))
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, value)
        length = response.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = forward


class Shelf(Server):
    """A folder of files over http, for those who give a user and a password of its `htpasswd`.

    The password alone will do as a Bearer token.
    """

    def __init__(self, folder: Path, users: Path) -> None:
        super().__init__(_ShelfHandler)
        self.folder = folder
        self.users = users


class _ShelfHandler(Handler):
    server: Shelf

    def do_GET(self) -> None:
        if not self._is_user():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="packages"')
            self.end_headers()
            return
        file = (self.server.folder / unquote(self.path).lstrip("/")).resolve()
        if file.is_dir():
            file /= "index.html"
        if not file.is_file() or not file.is_relative_to(self.server.folder.resolve()):
            self.send_response(404)
            self.end_headers()
            return
        self.send_response(200)
        if file.suffix == ".html":
            self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(file.read_bytes())

    do_HEAD = do_GET

    def _is_user(self) -> bool:
        kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
        users = self.server.users.read_text().splitlines()
        if kind == "Bearer":
            return any(line == htpasswd_line(line.partition(":")[0], credentials) for line in users)
        user, _, word = base64.b64decode(credentials).decode().partition(":")
        return htpasswd_line(user, word) in users


def htpasswd_line(user: str, password: str) -> str:
    """Return what Apache's htpasswd writes with option -s."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return f"{user}:{{SHA}}{base64.b64encode(digest).decode()}"


class Internet(Server):
    """A proxy that knows the public registries, played by the tests' own servers, and refuses all else.

    So the package managers run with their own defaults, yet nothing leaves this machine.
    """

    def __init__(self, hosts: dict[str, int]) -> None:
        super().__init__(_InternetHandler)
        self.hosts = hosts
        """The port on loopback that plays each host."""
        self.refused: list[str] = []


class _InternetHandler(Handler):
    server: Internet

    def do_CONNECT(self) -> None:
        host, _, port_asked = self.path.rpartition(":")
        # yarn 1 and yarn 4 go through the proxy whatever NO_PROXY says.
        port = int(port_asked) if host == "localhost" else self.server.hosts.get(host)
        if port is None:
            self.server.refused.append(self.path)
            self.send_error(403, "No such host in this test")
            return
        with socket.create_connection(("127.0.0.1", port), timeout=IDLE_SECONDS) as peer:
            self.send_response_only(200)
            self.end_headers()
            _tunnel(self.connection, peer)


def _tunnel(one: socket.socket, other: socket.socket) -> None:
    peers = {one: other, other: one}
    while True:
        ready, _, _ = select.select(list(peers), [], [], IDLE_SECONDS)
        if not ready:
            return
        for side in ready:
            data = side.recv(65536)
            if not data:
                return
            peers[side].sendall(data)


@contextmanager
def process(
    command: Callable[[int], list[str]], folder: Path, env: Callable[[int], dict[str, str]]
) -> Iterator[int]:
    """Run a server on a free port, which is passed to `command` and `env`, until the block is left."""
    for _attempt in range(3):  # another process may take the port between its choice and its use
        port = _free_port()
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [*WITH_THIS_PROCESS, *command(port)],
                cwd=folder,
                env=env(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as server,
        ):
            try:
                if _answers(port, server):
                    yield port
                    return
            finally:
                _stop(server)
    raise AssertionError(f"{command(0)[0]} does not start:\n{(folder / 'log').read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, server: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            finally:
                connection.close()
        except ConnectionError:
            time.sleep(0.05)
        else:
            return server.poll() is None
    return False


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
