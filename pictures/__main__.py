"""`make pictures`: record the commands at work, on this machine's imitations of AWS, into docs/pictures/."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer

from pictures.film import Written, frames, svg
from tests import ROOT
from tests.e2e.ministack import Account, running
from tests.e2e.terminal import COMMAND, Terminal, terminal
from tests.private_packages.aws.stack_sets.service import Json, Outcome, StackSets, grow, install

_TAIL = shutil.which("tail") or "tail"
TOO_OLD = (
    "ResourceLogicalId:StackeryRole, ResourceType:Custom::StackeryRole, ResourceStatusReason:Received"
    " response status [FAILED] from custom resource. Message returned: Upgrade the Stackery Role in account"
    " {} to version 1.25.0 or newer, then deploy again: stack stackery in us-east-1 has version 1.24.9."
)


class LiveStackSets(StackSets):
    """The service on the clock of the world."""

    def answer(self, caller: str, operation: str, parameters: Json) -> Json:
        """Return what the service says now."""
        self.now = time.monotonic()
        return super().answer(caller, operation, parameters)


class Recording:
    """One terminal, in which a command is typed after another."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment | {"FORCE_COLOR": "1"}
        self.written: list[tuple[float, str]] = []
        self._now = 0.0

    def run(
        self,
        shown: str,
        *arguments: str,
        program: Path | str = COMMAND,
        answers: Callable[[Terminal], None] | None = None,
    ) -> None:
        """Type a command, run it, answer what it asks, and wait for its end."""
        self.written.append((self._now, f"$ {shown}\r\n"))
        self._now += 1
        started = time.monotonic()
        with terminal(
            *arguments, folder=self.folder, environment=self.environment, program=program
        ) as screen:
            if answers:
                answers(screen)
            screen.end()
        self.written += [(self._now + at - started, text) for at, text in screen.pieces]
        self._now = self.written[-1][0] + 1.5


def rehearsal(_: Path) -> Written:
    """Record what `make rehearse` shows."""
    recording = Recording(ROOT, {})
    recording.run("make rehearse", "-m", "tests.e2e.rehearse", program=sys.executable)
    return recording.written


def deployment(folder: Path) -> Written:
    """Record a deployment that adds a repository to a stack."""
    with running() as url:
        account = Account(url, "111122223333")
        account.install_stackery_role("1.25.0")
        recording = Recording(folder, account.environment)
        with terminal(
            "deploy", "--yes", "--no-token", folder=folder, environment=account.environment
        ) as first:
            assert first.end() == 0, first.text
        repositories = (ROOT / "repositories.yaml").read_text()
        added = "- {id: AcmePip, manager: pip, url: https://pip.acme.example/simple, secret: /acme/pip}"
        (folder / "repositories.yaml").write_text(
            "\n".join(
                [*(line for line in repositories.splitlines() if not line.startswith("#")), f"  {added}", ""]
            )
        )
        recording.run("tail -1 repositories.yaml", "-1", "repositories.yaml", program=_TAIL)
        recording.run("private-packages deploy", "deploy", answers=_agree_and_give_a_token)
    return recording.written


def _agree_and_give_a_token(screen: Terminal) -> None:
    screen.wait_for("Deploy this? [y/N]: ")
    time.sleep(3)
    screen.type("y\n")
    screen.wait_for("Token for AcmePip")
    time.sleep(1)
    screen.type("not-a-real-token\n")


def rollout(folder: Path) -> Written:
    """Record a rollout to twelve accounts, two of which fail, and what is told of it afterwards."""
    with _stack_sets() as environment:
        recording = Recording(folder, environment)
        recording.run("private-packages rollout start", "rollout", "start", answers=_agree)
        recording.run("private-packages rollout status", "rollout", "status")
    return recording.written


def _agree(screen: Terminal) -> None:
    screen.wait_for("[y/N]: ")
    time.sleep(3)
    screen.type("y\n")


@contextmanager
def _stack_sets() -> Iterator[dict[str, str]]:
    """Serve an organization with StackSets; yields the environment that leads there."""
    service = LiveStackSets(management=DEFAULT_ACCOUNT_ID)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        install(patch, service)
        server.start()
        environment["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
        for name, value in environment.items():
            patch.setenv(name, value)
        tree = grow(boto3.client("organizations"), service, 12)
        old = tree.accounts[3:5]
        service.script = lambda account, _: (
            Outcome("FAILED", TOO_OLD.format(account), 4) if account in old else Outcome(seconds=3)
        )
        try:
            yield environment
        finally:
            server.stop()


FILMS = {
    "rehearse": (rehearsal, "make rehearse: the template is refused, then deployed, on an imitation of AWS"),
    "deploy": (deployment, "private-packages deploy: the diff, the question, the events"),
    "rollout": (rollout, "private-packages rollout: the role check reaches every account; two fail, and why"),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or FILMS:
        record, title = FILMS[name]
        with TemporaryDirectory() as temporary:
            written = record(Path(temporary))
        path = ROOT / "docs" / "pictures" / f"{name}.svg"
        path.write_text(svg(frames(written), title), "utf-8")
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
