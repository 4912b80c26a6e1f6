"""How long a build waits for the hook, for the bare `aws` calls that it makes, and for `codeartifact login`.

The real AWS CLI asks servers on loopback.
"""

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.table import Row, medians
from tests.hooks.machine import NPM, PIP, Machine, arn
from tests.hooks.secrets_manager import SecretsManager
from tests.serving import Handler, serving

RUNS = 9
BARE = """for arn in "$@"; do
  aws secretsmanager get-secret-value --region eu-central-1 --secret-id "${arn}" \
    --version-stage AWSCURRENT --query SecretString --output text >/dev/null &
done
wait"""
LOGIN = "aws codeartifact login --domain acme --repository packages --region eu-central-1"


class CodeArtifact(Handler):
    """Answers what `aws codeartifact login` asks."""

    def do_POST(self) -> None:
        """Answer GetAuthorizationToken."""
        self.answer(200, '{"authorizationToken": "not-a-real-token-1", "expiration": 2000000000}')

    def do_GET(self) -> None:
        """Answer GetRepositoryEndpoint."""
        self.answer(200, '{"repositoryEndpoint": "https://acme.d.codeartifact.example.com/packages/"}')


def rows() -> Iterator[Row]:
    """Compare the whole programs, from start to end."""
    for count in (1, 4, 10):
        names = [f"Repository{number}" for number in range(count)]
        entries = [
            f"\n  - {{id: {name}, manager: npm, url: 'https://example.com/{name}', secret: {name}}}"
            for name in names
        ]
        with tempfile.TemporaryDirectory() as folder, SecretsManager() as server:
            machine = _machine(Path(folder), server, *entries, secrets=names)
            bare = partial(machine.run, "bash", "-c", BARE, "bash", *map(arn, names))
            ours, theirs = medians(RUNS, machine.run, bare)
        secrets = f"{count} secret{'s' * (count > 1)}"
        yield Row(f"hook, {secrets}", ours, peer="aws get-secret-value alone, imitated", theirs=theirs)
    for tool, entry, secret in (("npm", NPM, "AcmeNpm"), ("pip", PIP, "AcmePip")):
        with (
            tempfile.TemporaryDirectory() as folder,
            SecretsManager() as server,
            serving(CodeArtifact) as url,
        ):
            machine = _machine(Path(folder), server, entry, secrets=[secret])
            login = partial(machine.run, *LOGIN.split(), "--tool", tool, AWS_ENDPOINT_URL_CODEARTIFACT=url)
            # A HOME of its own: neither meets what the other wrote.
            apart = Path(folder) / "other"
            apart.mkdir()
            ours, theirs = medians(RUNS, machine.run, partial(login, HOME=str(apart)))
        peer = f"aws codeartifact login --tool {tool}, imitated"
        yield Row(f"hook, 1 secret, {tool}", ours, peer=peer, theirs=theirs)


def _machine(folder: Path, server: SecretsManager, *entries: str, secrets: list[str]) -> Machine:
    machine = Machine(folder / "machine")
    machine.use_real_aws(server.endpoint)
    (machine.programs / "pip").symlink_to(Path(sys.executable).with_name("pip"))
    for secret in secrets:
        server.store(arn(secret), "not-a-real-token-1")
    machine.make(*entries)
    return machine
