"""What an administrator can do, in any order: whatever that is, status tells the truth and no token is lost.

A fixed sample of journeys runs with all tests; `make soak` takes many more, each time others.
"""

import json
import os
import re
import shlex
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from generator import __version__
from private_packages.main import main
from tests.e2e.ministack import Account

pytestmark = [pytest.mark.server, pytest.mark.slow]

STACK = "private-packages"
JOURNEYS, STEPS = int(os.environ.get("JOURNEYS", "4")), int(os.environ.get("STEPS", "12"))

Repository = dict[str, str]
POOL: dict[str, Repository] = {
    "Npm": {"manager": "npm", "url": "https://npm.acme.example", "scope": "@acme"},
    "Pip": {"manager": "pip", "url": "https://pip.acme.example", "index": "extra"},
    "Maven": {"manager": "maven", "url": "https://maven.acme.example/releases"},
    "Json": {"manager": "yarn", "url": "https://yarn.acme.example", "token_key": "token"},
}
some = st.integers(0, 99)
consents = st.sets(st.sampled_from(["--allow-removal", "--import", "--allow-downgrade"]), max_size=2)


class Journey(RuleBasedStateMachine):
    """One administrator, one account."""

    account: Callable[[], Account]
    taken = 0
    """How many steps all journeys had."""
    states: ClassVar[set[str]] = set()
    seen: ClassVar[Counter[str]] = Counter()

    @initialize()
    def arrive(self) -> None:
        self.home = self.account()
        self.home.install_stackery_role("1.25.0")
        self.folder, self.empty = (Path(tempfile.mkdtemp()) for _ in range(2))
        self.file: dict[str, Repository] = {
            name: POOL[name] | {"secret": f"/acme/{name}"} for name in ("Npm", "Pip")
        }
        self.deployed: dict[str, Repository] | None = None
        self.values: dict[str, str | None] = {}
        """The token in each secret that was ever made, by its name."""
        self.release = __version__
        self.save()
        self.do_deploy(set())

    def note(self, what: str) -> None:
        Journey.seen[what] += 1

    def save(self) -> None:
        entries = [{"id": name} | fields for name, fields in self.file.items()]
        (self.folder / "repositories.yaml").write_text(yaml.safe_dump({"repositories": entries}))

    def run(self, *words: str, folder: Path | None = None, stdin: str = "") -> Result:
        """Run a command and see that it ends as one should; what it says to do next can be done."""
        before = Path.cwd()
        os.chdir(folder or self.folder)
        try:
            result = CliRunner(env=self.home.environment).invoke(
                main, list(words), input=stdin, prog_name="private-packages"
            )
            assert isinstance(result.exception, SystemExit | None), result.exc_info
            assert result.exit_code in (0, 1), result.output
            assert "token-of-mine" not in result.output
            for line in set(re.findall(r"(?:`|^  )(private-packages [^`\n]+)", result.output, re.MULTILINE)):
                self.paste(line)
        finally:
            os.chdir(before)
        return result

    def paste(self, line: str) -> None:
        """Run a command that was printed, in a way that changes nothing."""
        _, name, *rest = shlex.split(line)
        harmless = {
            "deploy": ["--dry-run"],
            "hook": ["--output", "-"],
            "status": [],
            "token": [],
        }
        stdin = "" if name == "token" else None  # an empty token is refused
        result = CliRunner(env=self.home.environment).invoke(
            main, [name, *rest, *harmless[name]], input=stdin, prog_name="private-packages"
        )
        assert result.exit_code in (0, 1), (line, result.output)
        self.note(f"printed: {name}")

    @rule(how=st.sampled_from(["add", "drop"]), number=some)
    def have_more_or_fewer(self, how: str, number: int) -> None:
        self.edit(how, number)

    @rule(how=st.sampled_from(["rename", "reorder", "move", "secret", "undo"]), number=some)
    def edit(self, how: str, number: int) -> None:
        """Change repositories.yaml."""
        name = sorted(self.file)[number % len(self.file)]
        used = {fields["secret"] for fields in self.file.values()}
        left = [each for each in sorted(POOL) if each not in self.file and f"/acme/{each}" not in used]
        if how == "add" and left:
            name = left[number % len(left)]
            self.file[name] = POOL[name] | {"secret": f"/acme/{name}"}
        elif how == "drop" and len(self.file) > 1:
            del self.file[name]
        elif how == "rename":
            self.file[name.removesuffix("2") if name.endswith("2") else f"{name}2"] = self.file.pop(name)
        elif how == "reorder":
            self.file = dict(reversed(self.file.items()))
        elif how == "move":
            self.file[name] = self.file[name] | {"url": f"https://acme{number}.example"}
        elif how == "secret":
            self.file[name] = self.file[name] | {"secret": f"/acme/{name}-{number}"}
        elif how == "undo" and self.deployed:
            self.file = dict(self.deployed)
        self.save()

    # What the administrator does to AWS

    @rule(options=consents)
    def deploy(self, options: set[str]) -> None:
        self.do_deploy(options)

    def do_deploy(self, options: set[str], *, here: bool = True) -> None:
        before, policies = self.deployed, self.policies()
        # A secret that is there keeps its name; a parameter alone changes it.
        kept = {name: {"secret": fields["secret"]} for name, fields in (before or {}).items()}
        wanted = {
            name: fields | kept.get(name, {})
            for name, fields in (self.file if here else dict(before or {})).items()
        }
        folder = self.folder if here else self.empty
        result = self.run("deploy", "--yes", "--no-token", *sorted(options), folder=folder)
        if result.exit_code:
            [said] = re.findall(r"Error: ((?:\S+ ){3})", result.stderr)[-1:]
            self.note(f"refused: {said}")
            if "IMPORT_COMPLETE" not in result.output:
                assert self.policies() == policies
            self.finish_import(result, wanted)
            return
        self.note("deployed")
        lost = {*(before or {})} - {*wanted}
        assert not lost or "--allow-removal" in options
        assert self.release == __version__ or self.release < __version__ or "--allow-downgrade" in options
        made = {fields["secret"] for name, fields in wanted.items() if name not in (before or {})}
        assert "--import" in options or not made & {*self.values}
        self.values |= dict.fromkeys(made - {*self.values})
        self.deployed, self.release = {name: dict(fields) for name, fields in wanted.items()}, __version__
        assert self.home.stack(STACK)["EnableTerminationProtection"]

    @rule()
    def deploy_with_all_consent(self) -> None:
        self.do_deploy({"--allow-removal", "--import", "--allow-downgrade"})

    @rule(how=st.sampled_from(["drop", "add", "rename"]), number=some)
    def deploy_an_edit_without_consent(self, how: str, number: int) -> None:
        self.edit(how, number)
        self.do_deploy(set())

    @precondition(lambda self: self.deployed)
    @rule()
    def deploy_from_elsewhere(self) -> None:
        """Where there is no file, the stack stays what it is."""
        before = self.deployed
        self.do_deploy(set(), here=False)
        assert self.deployed == before

    def finish_import(self, result: Result, wanted: dict[str, Repository]) -> None:
        """Go on where what was there was taken over, and the rest was refused."""
        if "has taken over what was there" in result.output:
            self.note("import went on")
            consent = ("--allow-removal", "--allow-downgrade")
            assert self.run("deploy", "--yes", "--no-token", *consent).exit_code == 0
            made = {fields["secret"] for fields in wanted.values()}
            self.values |= dict.fromkeys(made - {*self.values})
            self.deployed = {name: dict(fields) for name, fields in wanted.items()}
            self.release = __version__

    @precondition(lambda self: self.deployed)
    @rule(number=some)
    def rotate(self, number: int) -> None:
        deployed = self.deployed or {}
        name = sorted(deployed)[number % len(deployed)]
        token = f"token-of-mine-{number}"
        result = self.run("token", "set", name, folder=self.empty, stdin=token)
        assert result.exit_code == 0, result.output
        fields = deployed[name]
        key = fields.get("token_key")
        self.values[fields["secret"]] = json.dumps({key: token}) if key else token

    @precondition(lambda self: self.deployed)
    @rule(release=st.sampled_from(["99.0.0", "0.0.9"]))
    def somebody_else_deploys(self, release: str) -> None:
        """Another release, which makes the same template but for its number."""
        if release == self.release:
            return
        client = self.home.client("cloudformation")
        body = client.get_template(StackName=STACK)["TemplateBody"]
        old = re.escape(self.release)
        stack = self.home.stack(STACK)
        kept = [
            {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in stack["Parameters"]
        ]
        client.update_stack(
            StackName=STACK,
            TemplateBody=re.sub(rf"(?<![\d.]){old}(?![\d.])", release, body),
            Parameters=kept,
            Capabilities=["CAPABILITY_IAM"],
        )
        waiter = client.get_waiter("stack_update_complete")
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 0.05, "MaxAttempts": 600})
        self.release = release

    @precondition(lambda self: self.deployed)
    @rule()
    def remove(self) -> None:
        result = self.run("deploy", "--remove", "--yes")
        assert result.exit_code == 0, result.output
        self.deployed, self.release = None, __version__

    @precondition(lambda self: self.deployed)
    @rule()
    def write_the_hook(self) -> None:
        """From the stack it is the same as from the configuration, or the configuration is refused."""
        of_stack = self.run("hook", "--output", "-", folder=self.empty)
        assert of_stack.exit_code == 0, of_stack.output
        for name, fields in (self.deployed or {}).items():
            assert fields["url"].removeprefix("https://") in of_stack.stdout, name
        of_file = self.run("hook", "--output", "-")
        ours, theirs = (
            {name: {**fields, "secret": ""} for name, fields in side.items()}
            for side in (self.file, self.deployed or {})
        )
        agrees = ours == theirs
        assert (of_file.exit_code == 0) == agrees, of_file.output
        assert not agrees or of_file.stdout == of_stack.stdout

    # What holds at every moment

    def policies(self) -> str:
        """What lets builds read, as AWS has it."""
        secrets, kms = self.home.client("secretsmanager"), self.home.client("kms")
        found = {}
        for name in self.values:
            described = secrets.describe_secret(SecretId=name)
            policy = secrets.get_resource_policy(SecretId=name).get("ResourcePolicy")
            key = kms.get_key_policy(KeyId=described["KmsKeyId"], PolicyName="default")["Policy"]
            found[name] = [policy, key]
        return json.dumps(found, sort_keys=True)

    @invariant()
    def no_token_is_lost(self) -> None:
        Journey.taken += 1
        client = self.home.client("secretsmanager")
        for name, value in self.values.items():
            try:
                found: str | None = client.get_secret_value(SecretId=name)["SecretString"]
            except ClientError:
                found = None
            assert found == value, name

    @invariant()
    def status_tells_the_truth(self) -> None:
        result = self.run("status", "--output", "json", folder=self.empty)
        if self.deployed is None:
            assert result.exit_code == 1
            assert "There is no stack private-packages" in result.stderr
            return
        told: dict[str, Any] = json.loads(result.stdout)
        assert {each["id"]: each["name"] for each in told["secrets"]} == {
            name: fields["secret"] for name, fields in self.deployed.items()
        }
        ours = {fields["secret"] for fields in self.deployed.values()}
        assert {each["name"]: each["has_value"] for each in told["left_behind"]} == {
            name: value is not None for name, value in self.values.items() if name not in ours
        }
        assert told["stack"]["template"]["deployed"] == self.release
        empty = sum(self.values[name] is None for name in ours)
        problems = empty + (self.release == "99.0.0")
        assert len(told["problems"]) == problems, told["problems"]
        assert result.exit_code == (1 if problems else 0)
        Journey.states.add(
            json.dumps([sorted(ours), sorted(self.values), self.release, empty, sorted(self.file)])
        )


def test_whatever_is_done_no_token_is_lost_and_status_tells_the_truth(
    ministack: str, monkeypatch: pytest.MonkeyPatch, numbers: Iterator[int]
) -> None:
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.02)))

    def account() -> Account:
        return Account(ministack, f"{200000000000 + next(numbers)}")

    monkeypatch.setattr(Journey, "account", staticmethod(account), raising=False)
    run_state_machine_as_test(
        Journey,
        settings=settings(
            max_examples=JOURNEYS,
            stateful_step_count=STEPS,
            derandomize="JOURNEYS" not in os.environ,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{Journey.taken:,} steps, {len(Journey.states):,} states: {Journey.seen}")
