"""A command that is killed at any call, or runs twice at once: the same command again ends what it began.

Nothing is there twice, no token is lost, and status tells what is there. A fixed sample of the calls runs
with all tests; `make soak` takes each of them.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.front import before
from tests.e2e.ministack import Account
from tests.e2e.organization import Organization, serving
from tests.e2e.terminal import COMMAND
from tests.private_packages.aws.stack_sets.service import Outcome
from tests.private_packages.commands.rollout.elsewhere import NAME, begin

pytestmark = [pytest.mark.server, pytest.mark.slow]

ALL = "FAULTS" in os.environ
ID, SECRET, STACK = "GitHubPackages", "/stackery/ghpackagerepotoken", "private-packages"
DEPLOY = ("deploy", "--token-stdin", "--yes")
TOKEN_SET = ("token", "set", ID)


def end(command: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code, and what was told; Python's own words never are."""
    out, errors = command.communicate(timeout=120)
    assert "Traceback" not in errors
    assert "not foreseen" not in errors
    return command.returncode, out + errors


class Case:
    """A command in an account of its own, that can be killed at one of its calls."""

    program: Sequence[str | Path] = (COMMAND,)

    def __init__(self, account: Account, folder: Path, words: tuple[str, ...]) -> None:
        account.install_stackery_role("1.30.4")
        self.account, self.folder, self.words = account, folder, words
        self.calls: list[str] = []
        if words != DEPLOY:
            self.finish(DEPLOY, "first-token-0123456789")

    def start(self, url: str, *words: str, token: str) -> "subprocess.Popen[str]":
        command = subprocess.Popen(
            [*self.program, *words],
            cwd=self.folder,
            env=os.environ | self.account.environment | {"AWS_ENDPOINT_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert command.stdin
        command.stdin.write(token)
        command.stdin.close()
        command.stdin = None
        return command

    def run(self, kill_at: int | None, *, answered: bool, token: str) -> None:
        """Run it, and kill it at a call: before AWS has it, or when AWS has done it and nobody was told."""
        killed: list[subprocess.Popen[str]] = []

        def look(operation: str, _: Mapping[str, Any]) -> bytes | None:
            self.calls.append(operation)
            if len(self.calls) - 1 == kill_at and not answered:
                killed[0].send_signal(signal.SIGKILL)
                return b"cut"
            if len(self.calls) - 2 == kill_at and answered:
                killed[0].send_signal(signal.SIGKILL)
                return b"cut"
            return None

        with before(self.account.url, look) as url:
            killed.append(self.start(url, *self.words, token=token))
            code, told = end(killed[0])
        # How often it asks for events is different each time: it can be over before.
        is_over = kill_at is None or len(self.calls) < kill_at + (2 if answered else 1)
        assert code == (0 if is_over else -signal.SIGKILL), told

    def finish(self, words: tuple[str, ...], token: str) -> int:
        """Run a command until it is done; while a deployment goes on, it says so. Return how often it ran."""
        for number in range(1, 6):
            code, told = end(self.start(self.account.url, *words, token=token))
            if code == 0:
                return number
            assert "IN_PROGRESS" in told, told
        raise AssertionError(told)

    def see(self, *tokens: str) -> None:
        """See that all is there once, with one of these tokens, and that status tells so."""
        secrets, kms = self.account.client("secretsmanager"), self.account.client("kms")
        cloudformation = self.account.client("cloudformation")
        assert [each["Name"] for each in secrets.list_secrets()["SecretList"]] == [SECRET]
        assert secrets.get_secret_value(SecretId=SECRET)["SecretString"] in tokens
        keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
        assert [key["KeyState"] for key in keys if key["KeyManager"] == "CUSTOMER"] == ["Enabled"]
        stacks = [
            each["StackName"]
            for each in cloudformation.list_stacks()["StackSummaries"]
            if each["StackStatus"] != "DELETE_COMPLETE"
        ]
        assert sorted(stacks) == [STACK, "stackery"]
        code, told = end(self.start(self.account.url, "status", "--output", "json", token=""))
        assert code == 0, told
        document = json.loads(told)
        assert document["problems"] == []
        assert [each["name"] for each in document["secrets"]] == [SECRET]


@pytest.fixture
def fresh(ministack: str, numbers: Iterator[int]) -> Callable[[], Account]:
    return lambda: Account(ministack, f"{300000000000 + next(numbers)}")


def kill_everywhere(words: tuple[str, ...], make: Callable[[], Case], mutations: Sequence[str]) -> None:
    """Kill a command at each of its calls, run it again, and see what is there then."""
    whole = make()
    whole.run(None, answered=False, token="second-token-0123456789")

    def kill(place: tuple[int, bool]) -> None:
        case = make()
        case.run(place[0], answered=place[1], token="second-token-0123456789")
        again = case.finish(words, "second-token-0123456789")
        case.see("second-token-0123456789")
        print(
            f"{case.calls[min(place[0], len(case.calls) - 1)]}{' (done)' if place[1] else ''}: {again}",
            flush=True,
        )

    every = [(number, answered) for number in range(len(whole.calls)) for answered in (False, True)][:-1]
    sample = [place for place in every[1::2] + every[-1:] if whole.calls[place[0]] in mutations]
    places = every if ALL else sample
    assert places
    for place in places:
        kill(place)
    print(f"{len(places)} kills at {len(whole.calls)} calls of {words}, and how often it had to run again")


@pytest.mark.parametrize("words", [DEPLOY, TOKEN_SET] if ALL else [DEPLOY], ids=lambda words: words[0])
def test_killed_at_any_call_the_same_command_ends_what_it_began(
    fresh: Callable[[], Account], tmp_path: Path, words: tuple[str, ...]
) -> None:
    kill_everywhere(words, lambda: Case(fresh(), tmp_path, words), ("ExecuteChangeSet", "PutSecretValue"))


@pytest.mark.parametrize("words", [DEPLOY, TOKEN_SET] if ALL else [DEPLOY], ids=lambda words: words[0])
def test_two_at_once_make_nothing_twice(
    fresh: Callable[[], Account], tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Each may be refused because of the other, both even: the loser takes its empty stack away again."""
    outcomes = []
    for _ in range(20 if ALL else 1):
        case = Case(fresh(), tmp_path, words)
        tokens = ("second-token-0123456789", "third-token-0123456789")
        both = [case.start(case.account.url, *words, token=token) for token in tokens]
        ends = [end(command) for command in both]
        outcomes.append(sorted(code for code, _ in ends))
        assert {code for code, _ in ends} <= {0, 1}
        case.finish(words, tokens[1])
        case.see(tokens[1])
    print(f"two at once: {outcomes}")


ROLLOUTS: Mapping[str, tuple[str, ...]] = {
    "start": ("rollout", "start", "--yes"),
    "update": ("rollout", "start", "--yes", "--parameter", "RoleCheck=Warn"),
    "retry": ("rollout", "start", "--yes"),
    "stop": ("rollout", "stop"),
    "remove": ("rollout", "remove", "--yes"),
}
CHANGING = (
    *("CreateStackSet", "CreateStackInstances", "UpdateStackSet", "StopStackSetOperation"),
    *("DeleteStackInstances", "DeleteStackSet"),
)


HURRIED = """
import time
time.sleep = lambda seconds, sleep=time.sleep: sleep(min(seconds, 0.02))
from private_packages.main import main
main(prog_name="private-packages")
"""


class Rollout(Case):
    """A step of a rollout in an organization, from where the steps before have brought it."""

    program = (sys.executable, "-c", HURRIED)

    def __init__(self, organization: Organization, folder: Path, step: str) -> None:
        self.organization, self.account, self.folder = organization, organization.account, folder
        self.step, self.words, self.calls = step, ROLLOUTS[step], []
        self.before: list[str] = []
        organization.go_back(({}, 0))
        if step == "start":
            return
        failing = organization.tree.accounts[::2] if step == "retry" else ()
        organization.service.script = lambda account, _: (
            Outcome("FAILED", "Said the account.") if account in failing else Outcome()
        )
        code, told = end(self.start(self.account.url, *ROLLOUTS["start"], token=""))
        assert code == (1 if step == "retry" else 0), told
        organization.service.script = lambda *_: Outcome(seconds=1_000 if step == "stop" else 30)
        organization.service.advance(100)
        if step == "stop":
            begin(organization.service)
        self.before = organization.actions

    def see(self, *_: str) -> None:
        """See that the step was done, and once; and what is told of it."""
        organization = self.organization
        if self.step == "remove":
            assert organization.service.sets == {}
            return
        done = {"start": ["CREATE"], "update": ["UPDATE"], "retry": ["CREATE"], "stop": []}[self.step]
        assert organization.actions == [*self.before, *done]
        if self.step == "stop":
            assert organization.service.sets[NAME].operations[-1].stopped is not None
            organization.service.advance(2_000)
            self.finish(ROLLOUTS["start"], "")
        assert organization.instances == dict.fromkeys(organization.tree.accounts, "CURRENT")
        code, told = end(self.start(self.account.url, "rollout", "status", "--output", "json", token=""))
        assert code == 0, told
        assert {each["outcome"] for each in json.loads(told)["instances"]} == {"done"}


@pytest.fixture(scope="module")
def organization() -> Iterator[Organization]:
    with serving() as made:
        yield made


@pytest.mark.parametrize("step", ROLLOUTS)
def test_a_rollout_that_is_killed_is_taken_up_by_the_same_command(
    organization: Organization, tmp_path: Path, step: str
) -> None:
    kill_everywhere(ROLLOUTS[step], lambda: Rollout(organization, tmp_path, step), CHANGING)


def test_two_rollouts_at_once_make_nothing_twice(organization: Organization, tmp_path: Path) -> None:
    """One is refused, or follows the other."""
    outcomes = []
    for _ in range(20 if ALL else 1):
        case = Rollout(organization, tmp_path, "start")
        both = [case.start(case.account.url, *case.words, token="") for _ in range(2)]
        codes = [end(command)[0] for command in both]
        outcomes.append(sorted(codes))
        assert set(codes) <= {0, 1}
        case.finish(case.words, "")
        case.see()
    print(f"two at once: {outcomes}")
