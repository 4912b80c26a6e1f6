"""The registries of the tests: verdaccio, pypiserver and a small Maven repository."""

import base64
import http.client
import json
import os
import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.e2e.hooks import packages
from tests.e2e.hooks.servers import READER, Front, Hidden, Shelf, htpasswd_line, process

PUBLISHER = ("publisher", "not-a-real-password")
AWKWARD = "&<>$%+~=#:/@!"
"""What a token may hold, and what each file format has its own mind about."""


class Registry(ABC):
    """A real registry behind https, which keeps a record of the requests it gets."""

    path = "/"

    def __init__(self, backend: int, front: Front, users: Path) -> None:
        self.backend = backend
        self.front = front
        self._users = users
        self._write_users({})

    @property
    def host(self) -> str:
        """Where the front listens, as a URL names it."""
        return f"localhost:{self.front.server_port}"

    @property
    def url(self) -> str:
        """What `repositories.yaml` says."""
        return f"https://{self.host}{self.path}"

    @abstractmethod
    def publish(self, name: str, version: str) -> None:
        """Add a version of a package."""

    @abstractmethod
    def issue_token(self, number: int) -> Hidden:
        """Return a new token of the reader; those issued before open nothing any more."""

    @abstractmethod
    def authorization(self, token: str) -> Hidden:
        """Return the Authorization header by which the reader shows a token."""

    def _write_users(self, users: dict[str, str]) -> None:
        """Let in these users and the publisher, and from now on nobody else."""
        lines = [htpasswd_line(user, password) for user, password in [PUBLISHER, *users.items()]]
        self._users.write_text("\n".join([*lines, ""]))

    def _put(self, path: str, document: object, user: str, password: str) -> dict[str, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self.backend, timeout=30)
        try:
            credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
            headers = {
                "Authorization": f"Basic {credentials}",
                "Content-Type": "application/json",
                "Host": self.host,
                "X-Forwarded-Proto": "https",
            }
            connection.request("PUT", path, json.dumps(document), headers)
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
        assert response.status == 201, f"PUT {path}: {response.status}"
        parsed: dict[str, object] = json.loads(answer)
        return parsed


class NpmRegistry(Registry):
    """Verdaccio."""

    password = ""
    """What the reader logs in with; the token of before opens nothing any more when it changes."""

    def publish(self, name: str, version: str) -> None:
        document = packages.npm_publication(name, version, self.url)
        self._put(f"/{name.replace('/', '%2f')}", document, *PUBLISHER)

    def issue_token(self, number: int) -> Hidden:
        self.password = f"not-a-real-password-{number}"
        self._write_users({READER: self.password})
        login = {"name": READER, "password": self.password}
        token = self._put(f"/-/user/org.couchdb.user:{READER}", login, READER, self.password)["token"]
        assert isinstance(token, str)
        return Hidden(token)

    def authorization(self, token: str) -> Hidden:
        return Hidden(f"Bearer {token}")


class PythonRegistry(Registry):
    """Pypiserver."""

    path = "/simple/"

    def __init__(self, backend: int, front: Front, users: Path, folder: Path) -> None:
        super().__init__(backend, front, users)
        self._folder = folder

    def publish(self, name: str, version: str) -> None:
        packages.write_wheel(self._folder, name, version)

    def issue_token(self, number: int) -> Hidden:
        token = f"not-a-real-token-{number}-{AWKWARD}"
        self._write_users({READER: token})
        return Hidden(token)

    def authorization(self, token: str) -> Hidden:
        return Hidden("Basic " + base64.b64encode(f"{READER}:{token}".encode()).decode())


class MavenRegistry(PythonRegistry):
    """A folder of files below a user's password."""

    path = "/maven/"

    def publish(self, name: str, version: str) -> None:
        """Publish a jar com.acme:NAME and a bill of materials com.acme:NAME-bom."""
        packages.write_maven_artifacts(self._folder / "maven", name, version)


@contextmanager
def verdaccio(
    node_modules: Path, folder: Path, context: ssl.SSLContext, *, private: bool
) -> Iterator[NpmRegistry]:
    """Run an npm registry: a private one refuses anonymous reads."""
    folder.mkdir()
    users = folder / "htpasswd"
    readers = "$authenticated" if private else "$all"
    settings = {
        "storage": "./storage",
        "web": {"enable": False},
        "auth": {"htpasswd": {"file": "./htpasswd", "max_users": -1}},
        "uplinks": {},
        "packages": {"**": {"access": readers, "publish": "$authenticated"}},
        "log": {"type": "stdout", "format": "pretty", "level": "warn"},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    users.touch()
    script = node_modules / "verdaccio" / "bin" / "verdaccio"

    def command(port: int) -> list[str]:
        return ["node", str(script), "--config", "config.yaml", "--listen", f"127.0.0.1:{port}"]

    with process(command, folder, lambda _: _environment(folder)) as port:
        front = Front(context, port)
        with front.running():
            yield NpmRegistry(port, front, users)


@contextmanager
def pypiserver(
    programs: Path, folder: Path, context: ssl.SSLContext, *, private: bool
) -> Iterator[PythonRegistry]:
    """Run a Python index: a private one refuses anonymous reads."""
    (folder / "packages").mkdir(parents=True)
    users = folder / "htpasswd"
    users.touch()
    protected = "list,download,update" if private else "update"

    def command(port: int) -> list[str]:
        program = str(programs / "pypi-server")
        where = ["-i", "127.0.0.1", "-p", str(port), "--server", "wsgiref"]
        who = ["-a", protected, "-P", "htpasswd"]
        return [program, "run", *where, *who, "--disable-fallback", "--backend", "simple-dir", "packages"]

    with process(command, folder, lambda _: _environment(folder)) as port:
        front = Front(context, port)
        with front.running():
            yield PythonRegistry(port, front, users, folder / "packages")


@contextmanager
def maven_repository(folder: Path, context: ssl.SSLContext) -> Iterator[MavenRegistry]:
    """Serve a folder to whom the folder's `htpasswd` names."""
    folder.mkdir()
    users = folder / "htpasswd"
    users.touch()
    shelf = Shelf(folder, users)
    with shelf.running():
        front = Front(context, shelf.server_port)
        with front.running():
            yield MavenRegistry(shelf.server_port, front, users, folder)


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
