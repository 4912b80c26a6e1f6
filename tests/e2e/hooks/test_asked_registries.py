"""What the registries themselves say of a token, asked as `token check --ask-registry` asks."""

import pytest

from generator.configuration import Repository
from private_packages import registry
from private_packages.aws.tokens.token import Token
from tests.e2e.hooks.certificates import Authority
from tests.e2e.hooks.registries import MavenRegistry, NpmRegistry, PythonRegistry, Registry
from tests.e2e.hooks.servers import READER

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def _trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("no_proxy", "localhost")


def said(asked: Registry, manager: str, token: str, **fields: str) -> str:
    document = {"id": "Acme", "manager": manager, "url": asked.url, "secret": "x", **fields}
    return registry.ask(Repository.model_validate(document), Token(token)).verdict


@pytest.mark.node
@pytest.mark.parametrize("manager", ["npm", "yarn"])
def test_npm(private_npm: NpmRegistry, manager: str) -> None:
    token = private_npm.issue_token(901)
    assert said(private_npm, manager, token) == "accepted"
    assert said(private_npm, manager, "not-a-real-token") == "refused"


def test_pip(private_python: PythonRegistry) -> None:
    token = private_python.issue_token(901)
    assert said(private_python, "pip", token, username=READER) == "accepted"
    assert said(private_python, "pip", "not-a-real-token", username=READER) == "refused"
    assert private_python.authorization(token) in private_python.front.authorizations()


def test_maven(private_maven: MavenRegistry) -> None:
    token = private_maven.issue_token(901)
    assert said(private_maven, "maven", token, username=READER) == "accepted"
    assert said(private_maven, "maven", "not-a-real-token", username=READER) == "refused"
