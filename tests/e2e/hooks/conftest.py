"""The world of the end-to-end tests: registries, secrets, build machines and generated hooks."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.config import Config

from tests.e2e.hooks import tools
from tests.e2e.hooks.certificates import Authority
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import (
    MavenRegistry,
    NpmRegistry,
    PythonRegistry,
    Registry,
    maven_repository,
    pypiserver,
    verdaccio,
)
from tests.e2e.hooks.servers import Hidden, Internet, process

NPM_HOSTS = ("registry.npmjs.org", "registry.yarnpkg.com")
PYTHON_HOSTS = ("pypi.org", "files.pythonhosted.org")
REGION = "eu-central-1"
ACCOUNT = "111122223333"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    names = ["localhost", "127.0.0.1", "*.example.com", *NPM_HOSTS, *PYTHON_HOSTS]
    return Authority(tmp_path_factory.mktemp("authority") / "files", names)


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """All hosts but this machine, as far as a build can see them: the public registries that a test uses."""
    internet = Internet({})
    with internet.running():
        yield internet


@pytest.fixture(scope="session")
def node_modules() -> Path:
    return tools.node_modules()


@pytest.fixture(scope="session")
def private_npm(
    node_modules: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NpmRegistry]:
    """A registry that refuses anonymous reads and has version 1.0.0 of @acme/thing."""
    folder = tmp_path_factory.mktemp("private-npm") / "verdaccio"
    with verdaccio(node_modules, folder, authority.server, private=True) as registry:
        registry.publish("@acme/thing", "1.0.0")
        yield registry


@pytest.fixture(scope="session")
def public_npm(
    node_modules: Path,
    authority: Authority,
    internet: Internet,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[NpmRegistry]:
    """Plays registry.npmjs.org: has a public package, and somebody's @acme/thing of a higher version."""
    folder = tmp_path_factory.mktemp("public-npm") / "verdaccio"
    with verdaccio(node_modules, folder, authority.server, private=False) as registry:
        registry.publish("open-thing", "2.0.0")
        registry.publish("@acme/thing", "99.0.0")
        internet.hosts.update(dict.fromkeys(NPM_HOSTS, registry.front.server_port))
        yield registry


@pytest.fixture(scope="session")
def private_python(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PythonRegistry]:
    """An index that refuses anonymous reads and has version 1.0.0 of acme-thing."""
    folder = tmp_path_factory.mktemp("private-python") / "pypiserver"
    programs = tools.python_tool("pypiserver")
    with pypiserver(programs, folder, authority.server, private=True) as registry:
        registry.publish("acme-thing", "1.0.0")
        yield registry


@pytest.fixture(scope="session")
def public_python(
    authority: Authority, internet: Internet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PythonRegistry]:
    """Plays PyPI: has a public package, and somebody's acme-thing of a higher version."""
    folder = tmp_path_factory.mktemp("public-python") / "pypiserver"
    programs = tools.python_tool("pypiserver")
    with pypiserver(programs, folder, authority.server, private=False) as registry:
        registry.publish("open-thing", "2.0.0")
        registry.publish("acme-thing", "99.0.0")
        internet.hosts.update(dict.fromkeys(PYTHON_HOSTS, registry.front.server_port))
        yield registry


@pytest.fixture(scope="session")
def private_maven(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MavenRegistry]:
    """A repository that refuses anonymous reads and has version 1.0.0 of com.acme:thing."""
    folder = tmp_path_factory.mktemp("private-maven") / "files"
    with maven_repository(folder, authority.server) as registry:
        registry.publish("thing", "1.0.0")
        yield registry


@dataclass(frozen=True)
class Secrets:
    """Secrets Manager on this machine."""

    client: Any
    variables: dict[str, str]
    """What leads the AWS CLI here."""

    def store(self, name: str, token: str) -> None:
        """Create a secret, or give it a new value."""
        try:
            self.client.create_secret(Name=name, SecretString=token)
        except self.client.exceptions.ResourceExistsException:
            self.client.put_secret_value(SecretId=name, SecretString=token)

    def arn(self, name: str) -> str:
        arn: str = self.client.describe_secret(SecretId=name)["ARN"]
        return arn


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secrets]:
    with _ministack(tmp_path_factory.mktemp("secrets")) as endpoint:
        variables = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,  # MiniStack takes it for the account
            "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
        }
        client = boto3.client(
            "secretsmanager",
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="not-a-real-key",
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )
        yield Secrets(client, variables)
        client.close()


@contextmanager
def _ministack(folder: Path) -> Iterator[str]:
    def environment(port: int) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "SERVICES": "secretsmanager",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
        }

    with process(lambda _: [sys.executable, "-m", "ministack"], folder, environment) as port:
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class Entry:
    """An entry of repositories.yaml, about one of the tests' registries."""

    id: str
    manager: str
    registry: Registry
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, str]:
        secret = f"/stackery/{self.id}"
        return {
            "id": self.id,
            "manager": self.manager,
            "url": self.registry.url,
            "secret": secret,
            **self.options,
        }


class Team:
    """Those who keep the private packages: they make and store tokens, and write the hook."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        self.tokens: set[Hidden] = set()
        """All that were ever issued."""
        self.current: dict[str, Hidden] = {}
        """The one in the secret of each repository, by its id."""
        self._folder = folder
        self._secrets = secrets
        self._hooks: dict[str, Path] = {}
        self._number = itertools.count(1)

    def issue_token(self, registry: Registry, *ids: str) -> Hidden:
        """Store a new token for these repositories; those issued before open nothing any more."""
        token = registry.issue_token(next(self._number))
        self.tokens.add(token)
        for name in ids:
            self._secrets.store(f"/stackery/{name}", token)
            self.current[name] = token
        return token

    def write_hook(self, *entries: Entry) -> Path:
        """Return the hook for these entries of repositories.yaml, each with its token in a secret."""
        for registry in {id(entry.registry): entry.registry for entry in entries}.values():
            self.issue_token(registry, *[entry.id for entry in entries if entry.registry is registry])
        key = yaml.safe_dump([entry.document for entry in entries])
        if key not in self._hooks:
            self._hooks[key] = self._generate(entries)
        return self._hooks[key]

    def _generate(self, entries: tuple[Entry, ...]) -> Path:
        folder = self._folder / str(next(self._number))
        folder.mkdir()
        configuration, hook = folder / "repositories.yaml", folder / "stackery.prebuild.private-packages"
        configuration.write_text(yaml.safe_dump({"repositories": [entry.document for entry in entries]}))
        command = [str(Path(sys.executable).with_name("private-packages")), "hook"]
        command += ["--config", str(configuration), "--output", str(hook)]
        for entry in entries:
            command += ["--secret-arn", f"{entry.id}={self._secrets.arn(entry.document['secret'])}"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return hook


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory, secrets: Secrets) -> Team:
    return Team(tmp_path_factory.mktemp("team"), secrets)


@pytest.fixture
def machine(
    tmp_path: Path, authority: Authority, internet: Internet, team: Team, secrets: Secrets
) -> BuildMachine:
    """A build machine as the build finds it, with the AWS CLI and this Python."""
    machine = BuildMachine(
        tmp_path / "machine", authority, internet.server_port, secrets.variables, team.tokens
    )
    machine.add_program("aws", Path(sys.executable).with_name("aws"))
    machine.add_program(f"python3.{sys.version_info.minor}", sys.executable)
    return machine


@pytest.fixture
def node_programs(machine: BuildMachine, node_modules: Path) -> None:
    """Put npm and its kin on the machine, each as NAME and the number of its version."""
    tools.add_node_programs(machine, node_modules)


@pytest.fixture
def python_programs(machine: BuildMachine) -> None:
    """Put pip and its kin on the machine."""
    tools.add_python_programs(machine)
