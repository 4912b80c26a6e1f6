"""`make acceptance` on imitations of AWS: so that it is whole when somebody with an account needs it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from acceptance.__main__ import STEPS
from tests import ROOT
from tests.e2e.ministack import Account

pytestmark = [pytest.mark.server, pytest.mark.slow]

DECIDED = {"A", "B", "C", "D", "E", "H", "J", "K"}
"""What an imitation can tell."""
PROFILE = """
[profile {name}]
aws_access_key_id = {key}
aws_secret_access_key = none
region = us-east-1
endpoint_url = {url}
"""


@dataclass
class Runner:
    """Somebody with profiles, each of an account on a server."""

    account: Account
    folder: Path

    def add(self, name: str, key: str, url: str) -> None:
        with (self.folder / "config").open("a") as config:
            config.write(PROFILE.format(name=name, key=key, url=url))

    def start(self, *options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "acceptance",
                "--profile",
                "secret",
                "--output-dir",
                self.folder,
                *options,
            ],
            cwd=ROOT,
            env=os.environ | {"AWS_CONFIG_FILE": str(self.folder / "config")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def left(self) -> list[str]:
        """What is there in the account and costs something, or is in the way of the next run."""
        stacks = self.account.client("cloudformation").describe_stacks()["Stacks"]
        secrets = self.account.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)[
            "SecretList"
        ]
        kms = self.account.client("kms")
        keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
        return [
            *(stack["StackName"] for stack in stacks if not stack["StackStatus"].startswith("DELETE_C")),
            *(secret["Name"] for secret in secrets),
            *(key["Arn"] for key in keys if key["KeyState"] != "PendingDeletion"),
            *(role["RoleName"] for role in self.account.client("iam").list_roles()["Roles"]),
        ]


@pytest.fixture
def runner(account: Account, tmp_path: Path) -> Runner:
    runner = Runner(account, tmp_path)
    runner.add("secret", account.id, account.url)
    return runner


@pytest.fixture
def organization() -> Iterator[tuple[str, str]]:
    """The URL of an organization in moto, and a unit with an account."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    made = boto3.client(
        "organizations", "us-east-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b"
    )
    made.create_organization(FeatureSet="ALL")
    root = made.list_roots()["Roots"][0]["Id"]
    unit = made.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    account = made.create_account(Email="jane@example.com", AccountName="janes")["CreateAccountStatus"]
    made.move_account(AccountId=account["AccountId"], SourceParentId=root, DestinationParentId=unit)
    yield url, unit
    urllib.request.urlopen(f"{url}/moto-api/reset", b"").close()  # noqa: S310
    server.stop()


def test_all_steps_run_and_all_is_taken_away(runner: Runner, organization: tuple[str, str]) -> None:
    build = f"{int(runner.account.id) + 10_000}"
    runner.add("build", build, runner.account.url)
    runner.add("organization", "testing", organization[0])
    options = ("--build-profile", "build", "--org-profile", "organization", "--ou", organization[1], "--yes")
    running = runner.start(*options)
    said, errors = running.communicate(timeout=300)
    assert (running.returncode, said.startswith("Written: ")) == (0, True), errors
    report = (runner.folder / "acceptance.json").read_text()
    steps = {each["letter"]: each for each in json.loads(report)["steps"]}
    assert list(steps) == [step.letter for step in STEPS]
    assert {letter for letter, step in steps.items() if step["verdict"] == "as expected"} == DECIDED
    for letter, step in steps.items():
        if letter not in {*DECIDED, "N"}:
            assert step["seen"].startswith("not run here: an imitation "), step
    page = (runner.folder / "acceptance.md").read_text()
    assert all(f"## {letter}: " in page for letter in steps)
    for secret in (runner.account.id, build, "not-a-real-token", "janes", organization[1]):
        assert secret not in report + page
    assert runner.left() == []
    assert Runner(Account(runner.account.url, build), runner.folder).left() == []


def stop_in_the_middle(runner: Runner, signal_number: int) -> "subprocess.Popen[str]":
    running = runner.start("--yes")
    assert running.stderr
    # The plan names each step, too, with what is expected of it.
    next(line for line in running.stderr if line == "C  A first deployment with a token\n")
    assert "as expected" in next(running.stderr)
    running.send_signal(signal_number)
    return running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_interrupted_is_taken_away(runner: Runner, number: int) -> None:
    running = stop_in_the_middle(runner, number)
    _, errors = running.communicate(timeout=120)
    assert running.returncode == 1
    assert errors.endswith("Error: It was interrupted.\n")
    steps = json.loads((runner.folder / "acceptance.json").read_text())["steps"]
    assert [each["letter"] for each in steps][:3] == ["A", "B", "C"]
    assert runner.left() == []


def test_what_a_killed_run_left_can_be_taken_away_alone(runner: Runner) -> None:
    stop_in_the_middle(runner, signal.SIGKILL).communicate(timeout=60)
    assert len(runner.left()) > 3
    running = runner.start("--cleanup", "--yes")
    _, errors = running.communicate(timeout=120)
    assert running.returncode == 0, errors
    assert runner.left() == []


def test_it_shows_its_plan_and_its_costs_and_asks(runner: Runner) -> None:
    running = runner.start()
    _, errors = running.communicate("n\n", timeout=60)
    assert running.returncode == 1
    assert f"secret: account {runner.account.id} in us-east-1" in errors
    assert all(f"\n{step.letter}  {step.title}: " in errors for step in STEPS)
    assert "Together 0.05 USD at most by list price" in errors
    assert runner.left() == []


def test_an_account_with_a_role_of_such_a_name_is_left_alone(runner: Runner) -> None:
    runner.account.client("iam").create_role(RoleName="deployer", Path="/ci/", AssumeRolePolicyDocument="{}")
    running = runner.start("--yes")
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    named = f"the name of the role ci/deployer in {runner.account.id}"
    assert errors.endswith(f"Error: The stub needs {named}: use another account.\n")
    assert runner.left() == ["deployer"]


def test_a_profile_that_is_none_is_a_sentence(runner: Runner) -> None:
    running = runner.start("--build-profile", "nobody")
    _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors.count("\n")) == (1, 2)
    assert "nobody" in errors.splitlines()[-1]
