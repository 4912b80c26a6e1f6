"""Whatever AWS, or a proxy before it, does to each call of each command: nothing secret is told or kept.

Each command runs once undisturbed, which tells what it calls; then once for each call and each fault,
and some once more undisturbed. A fixed sample of the table runs with all tests; `make soak` takes all of it.
"""

import base64
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result

from private_packages.commands.failures import DEBUG, UNFORESEEN
from private_packages.main import main
from tests.e2e.faults import FOR_EVER, Fault, How, Proxy, Repeating, between
from tests.e2e.front import before
from tests.e2e.ministack import Account
from tests.e2e.organization import serving
from tests.e2e.terminal import COMMAND
from tests.private_packages.commands.rollout.elsewhere import NAME, begin

pytestmark = [pytest.mark.server, pytest.mark.slow]

STRIDE = int(os.environ.get("STRIDE", "1" if "FAULTS" in os.environ else "83"))
"""Each so many of the faults are taken."""
TOKEN = "planted/token+of=mine"
SECRET_KEY, SESSION_TOKEN = "planted/secret+access=key", "planted/session+token="
ID = "GitHubPackages"
SECRET = "/stackery/ghpackagerepotoken"
HOWS = (*get_args(How), *get_args(Repeating))
PASSING = ("silent", "dripping", "cut", "unavailable")
"""These come also for a moment only; the first two for a moment alone, since for ever they take minutes."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check",),
    "check --organization": ("check", "--organization", "--concurrency", "2"),
    "deploy": ("deploy", "--token-stdin", "--yes"),
    "deploy --dry-run": ("deploy", "--dry-run"),
    "token set": ("token", "set", ID),
    "token check": ("token", "check", ID),
    "token versions": ("token", "versions", ID),
    "token roll-back": ("token", "roll-back", ID, "--yes"),
    "verify": ("verify", "--stack-name", "private-packages"),
    "verify --role-arn": ("verify", "--stack-name", "private-packages", "--role-arn", "ROLE"),
    "hook": ("hook", "--output", "-"),
    "status --drift": ("status", "--drift"),
    "rollout plan --self-managed": (
        *("rollout", "plan", "--self-managed", "--account", "ACCOUNT", "--preflight"),
    ),
}
ROLLOUTS: dict[str, tuple[str, ...]] = {
    "rollout start": ("rollout", "start", "--yes"),
    "rollout plan": ("rollout", "plan"),
    "rollout watch": ("rollout", "watch"),
    "rollout stop": ("rollout", "stop"),
    "rollout status": ("rollout", "status", "--versions"),
    "rollout remove": ("rollout", "remove", "--yes"),
}


def forms(secret: str) -> set[str]:
    """How a text can be written down."""
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
    return {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], coded}


def leaks(text: str, *more: str) -> set[str]:
    """Which secrets a text has."""
    planted = (TOKEN, SECRET_KEY, SESSION_TOKEN, *more)
    return {secret for secret in planted if any(form in text for form in forms(secret))}


class Run:
    """One person's machine, and an account in which all is deployed."""

    def __init__(self, account: Account, home: Path) -> None:
        self.account, self.home = account, home
        self.seconds: dict[str, float] = {}
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []

    def run(self, url: str, name: str, *, debug: bool = False) -> Result:
        words = [
            word.replace("ROLE", f"arn:aws:iam::{self.account.id}:role/stackery/stackery-deployer").replace(
                "ACCOUNT", self.account.id
            )
            for word in (COMMANDS | ROLLOUTS)[name]
        ]
        environment = (
            self.account.environment
            | {
                "AWS_ENDPOINT_URL": url,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                "AWS_SESSION_TOKEN": SESSION_TOKEN,
                "HOME": str(self.home),
                "TMPDIR": str(self.home),
            }
            | ({DEBUG: "1"} if debug else {})
        )
        return CliRunner(env=environment).invoke(main, words, input=TOKEN, prog_name="private-packages")

    def see(self, what: str, result: Result, proxy: Proxy, *, debug: bool = False) -> None:
        """Look for secrets in all that was written or sent, and see that it ended as it should."""
        told = result.stdout + result.stderr
        files = "".join(path.read_text("latin-1") for path in self.home.rglob("*") if path.is_file())
        sent = "".join(
            body.decode() for action, body in proxy.sent if action != "secretsmanager:PutSecretValue"
        )
        wrong = {
            "told": leaks(told, *proxy.credentials),
            "in a file": leaks(files, *proxy.credentials),
            "sent": leaks(sent, *proxy.credentials),
            "a traceback": "Traceback" in told and not debug,
            UNFORESEEN: UNFORESEEN in told,
            "no exit": not isinstance(result.exception, SystemExit | None),
            f"exit code {result.exit_code}": result.exit_code not in (0, 1),
        }
        self.outcomes["done" if result.exit_code == 0 else "refused"] += 1
        self.faults += [f"{what}: {name} {found}\n{told[-1500:]}" for name, found in wrong.items() if found]

    def disturb(self, name: str, fault: Fault, *, debug: bool) -> None:
        begun = time.monotonic()
        with between(self.account.url, fault) as proxy:
            result = self.run(proxy.url, name, debug=debug)
        self.seconds[f"{name}, {fault}"] = time.monotonic() - begun
        self.see(f"{name}, {fault}", result, proxy, debug=debug)

    def undisturbed(self, name: str) -> list[str]:
        """Return what a command calls."""
        with between(self.account.url, Fault("denied", "none")) as proxy:
            result = self.run(proxy.url, name)
        self.see(name, result, proxy)
        return sorted(proxy.calls)

    def disturb_each_call(
        self, name: str, prepare: Callable[[], None] = lambda: None, see: Callable[[], bool] = lambda: True
    ) -> None:
        """Disturb a command at each of its calls, and see that the same command again ends what it began."""
        prepare()
        table = list(faults(self.undisturbed(name)))
        taken = table[len(name) % STRIDE :: STRIDE]
        for number, fault in enumerate(taken):
            prepare()
            self.disturb(name, fault, debug=number % 2 == 1)
            if name in ROLLOUTS:
                again = self.run(self.account.url, name)
                if again.exit_code != 0 or not see():
                    self.faults.append(f"{name}, {fault}: is not taken up again\n{again.output[-1500:]}")
        print(f"{name}: {len(taken)} faults of {len(table)}, {len(self.faults)} wrong", flush=True)

    def conclude(self) -> None:
        print(f"{sum(self.outcomes.values())} runs: {self.outcomes}")
        print(*sorted(self.seconds.items(), key=lambda each: -each[1])[:5], sep="\n")
        assert not self.faults, "\n\n".join(self.faults)


@pytest.fixture
def hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a command runs that does not wait."""
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.01)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def machine(account: Account, hurried: Path) -> Run:
    account.install_stackery_role("1.30.4")
    return Run(account, hurried)


def faults(actions: list[str]) -> Iterator[Fault]:
    for action in actions:
        for how in HOWS:
            if how in PASSING:
                yield Fault(how, action, 1)
            if how not in ("silent", "dripping"):
                yield Fault(how, action, FOR_EVER)


def test_nothing_secret_is_told_kept_or_sent(machine: Run) -> None:
    assert "secretsmanager:PutSecretValue" in machine.undisturbed("deploy")
    secrets = machine.account.client("secretsmanager")

    def store_twice() -> None:
        for token in (f"{TOKEN}-before", TOKEN):
            secrets.put_secret_value(SecretId=SECRET, SecretString=token)

    for name in COMMANDS:
        machine.disturb_each_call(name, store_twice if name == "token roll-back" else lambda: None)
    for name in ("deploy", "token set", "verify"):
        machine.undisturbed(name)
    machine.conclude()
    assert secrets.get_secret_value(SecretId=SECRET)["SecretString"] == TOKEN


def test_a_rollout_tells_nothing_secret_and_is_taken_up_again(hurried: Path) -> None:
    with serving() as organization:
        machine = Run(organization.account, hurried)
        states = {"rollout start": organization.state()}
        machine.undisturbed("rollout start")
        organization.service.advance(100)
        whole = organization.state()
        begin(organization.service)
        states["rollout stop"] = organization.state()
        ends: dict[str, Callable[[], bool]] = {
            "rollout stop": lambda: organization.service.sets[NAME].operations[-1].stopped is not None,
            "rollout remove": lambda: not organization.service.sets,
        }

        def is_whole() -> bool:
            everywhere = dict.fromkeys(organization.tree.accounts, "CURRENT")
            return organization.actions == ["CREATE"] and organization.instances == everywhere

        for name in ROLLOUTS:
            state = states.get(name, whole)
            machine.disturb_each_call(name, partial(organization.go_back, state), ends.get(name, is_whole))
    machine.conclude()


def test_no_process_has_the_token_in_its_arguments_or_environment(account: Account, tmp_path: Path) -> None:
    """While the command runs, at each call that it makes."""
    account.install_stackery_role("1.30.4")
    seen: set[str] = set()

    def look(*_: Any) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_text("latin-1")
                if f"HOME={tmp_path}" in environment:
                    seen.add(environment + (process / "cmdline").read_text("latin-1"))
            except OSError:  # it has ended, or is another user's
                continue

    with before(account.url, look) as url:
        for words in (
            ("deploy", "--token-stdin", "--yes"),
            ("token", "set", ID),
            ("verify", "--stack-name", "private-packages"),
        ):
            environment = account.environment | {"AWS_ENDPOINT_URL": url, "HOME": str(tmp_path)}
            ended = subprocess.run(
                [COMMAND, *words],
                cwd=tmp_path,
                env=os.environ | environment,
                input=TOKEN.encode(),
                capture_output=True,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr
    assert seen
    assert leaks("".join(seen)) == set()
