"""`private-packages check`, called as a user calls it."""

import csv
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests import ROOT
from tests.aws import ErrorAnswer, Scripted
from tests.moto_organization import ROLE, Call, MotoOrganization, refusal, running
from tests.organization_server import MANAGEMENT_ACCOUNT, Account
from tests.organization_server import running as serving
from tests.private_packages.conftest import COMMAND, Run
from tests.test_docs import blocks

PAGE = (ROOT / "docs" / "commands" / "check.md").read_text()
WHO = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me", "UserId": "x"}


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoOrganization]:
    with running(monkeypatch) as organization:
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        yield organization


@pytest.fixture
def aws(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What AWS answers, by operation."""
    script: dict[str, Any] = {"GetCallerIdentity": WHO}
    session = Scripted(boto, script=script)
    monkeypatch.setattr("boto3.Session", lambda **_: session)
    return script


class TestOneAccount:
    def test_ready(self, run: Run, organization: MotoOrganization) -> None:
        organization.install(organization.management_account, "1.30.4-cj")
        result = run("check")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == (
            f"Account       {organization.management_account}\n"
            f"Organization  {organization.id}\n"
            "Stack         stackery in us-east-1\n"
            "Version       1.30.4-cj (needed: 1.25.0 or newer)\n"
            "Verdict       ready\n"
        )

    def test_too_old(self, run: Run, organization: MotoOrganization) -> None:
        account = organization.management_account
        organization.install(account, "1.24.9", "eu-west-1")
        result = run("check", "--organization-id", "o-zzzzzzzzzz")
        assert (result.exit_code, result.stderr) == (1, "")
        assert result.stdout == (
            f"Account       {account}\n"
            "Organization  o-zzzzzzzzzz\n"
            "Stack         stackery in eu-west-1\n"
            "Version       1.24.9 (needed: 1.25.0 or newer)\n"
            "Verdict       to upgrade\n"
            "\n"
            f"Upgrade the Stackery Role in account {account} to version 1.25.0 or newer, then deploy again:"
            " stack stackery in eu-west-1 has version 1.24.9.\n"
        )

    def test_without_the_stackery_role(self, run: Run, organization: MotoOrganization) -> None:
        organization.calls.clear()
        result = run("check")
        assert result.exit_code == 1
        assert "\nStack         unknown\nVersion       unknown (needed" in result.stdout
        assert "Verdict       without the Stackery Role\n\nInstall or upgrade the Stackery" in result.stdout

    def test_the_parameters_of_the_form_are_options(self, run: Run, organization: MotoOrganization) -> None:
        organization.install(organization.management_account, "1.30.4", "eu-west-1")
        for options, told in (
            (("--minimum-role-version", "1.31"), "to version 1.31 or newer"),
            (("--stackery-stack-name", "agent"), "found no stack agent in us-east-1 or any other Region"),
            (("--stackery-stack-region", "us-west-2"), "found no stack stackery in us-west-2."),
        ):
            result = run("check", *options)
            assert result.exit_code == 1
            assert told in result.stdout
        assert run("check", "--stackery-stack-region", "eu-west-1").exit_code == 0

    def test_the_build_roles_are_those_of_the_configuration(
        self, run: Run, organization: MotoOrganization, folder: Path
    ) -> None:
        organization.install(organization.management_account, "1.25.0")
        text = (ROOT / "repositories.yaml").read_text() + "\nbuild_roles: [team/builder]\n"
        (folder / "other.yaml").write_text(text)
        result = run("check", "--config", "other.yaml")
        assert result.exit_code == 1
        # Such a role does not come with the Stackery Role.
        account = organization.management_account
        said = f"Create what is missing in account {account}: the account has no IAM role team/builder."
        assert said in result.stdout

    def test_json(self, run: Run, organization: MotoOrganization) -> None:
        account = organization.management_account
        organization.install(account, "1.25.0")
        document = json.loads(run("check", "--output", "json").stdout)
        assert document.pop("stack_id").startswith(
            f"arn:aws:cloudformation:us-east-1:{account}:stack/stackery/"
        )
        assert document == {
            "account": account,
            "name": None,
            "verdict": "ready",
            "version": "1.25.0",
            "region": "us-east-1",
            "organization_id": organization.id,
            "build_roles": None,
            "next_step": None,
        }

    def test_csv(self, run: Run, organization: MotoOrganization) -> None:
        result = run("check", "--output", "csv")
        [row] = csv.DictReader(result.stdout.splitlines())
        assert result.exit_code == 1
        [header] = blocks(PAGE, "csv")
        assert result.stdout.startswith(header)
        assert (row["account"], row["version"]) == (organization.management_account, "")


class TestWithoutTheRoleCheck:
    """What it finds is tested with build_check, and in tests/e2e/hooks/test_plain_builds.py."""

    ARNS = (
        "--secret-arn=Npm=arn:aws:secretsmanager:us-east-1:222233334444:secret:/acme/npm-AbCdEf",
        "--key-arn=arn:aws:kms:us-east-1:222233334444:key/01234567-89ab-cdef-0123-456789abcdef",
    )

    @pytest.fixture(autouse=True)
    def _file(self, folder: Path) -> None:
        entry = {"id": "Npm", "manager": "npm", "url": "https://npm.acme.example", "secret": "/acme/npm"}
        said = {"repositories": [entry], "role_check": "none", "build_roles": ["ci/builder"]}
        (folder / "repositories.yaml").write_text(json.dumps(said))

    def simulate(self, aws: dict[str, Any], decision: str) -> None:
        """Let the account have a build role of which IAM says so."""
        role = {"Path": "/ci/", "RoleName": "builder", "RoleId": "AROAEXAMPLEEXAMPLE"}
        role |= {"Arn": "arn:aws:iam::111122223333:role/ci/builder", "CreateDate": "2026-01-01T00:00:00Z"}
        result = {"EvalActionName": "x:Y", "EvalResourceName": "*", "EvalDecision": decision}
        aws |= {
            "DescribeOrganization": {
                "Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "111122223333"}
            },
            "ListRoles": {"Roles": [role], "IsTruncated": False},
            "SimulatePrincipalPolicy": {"EvaluationResults": [result], "IsTruncated": False},
        }

    @pytest.mark.parametrize(("decision", "code"), [("allowed", 0), ("explicitDeny", 1)])
    def test_one_account(self, run: Run, aws: dict[str, Any], decision: str, code: int) -> None:
        self.simulate(aws, decision)
        result = run("check", *self.ARNS)
        assert result.exit_code == code
        verdict = "role may not read" if code else "ready"
        assert result.stdout.startswith(
            "Account       111122223333\nOrganization  o-a1b2c3d4e5\nBuild roles   ci/builder\n"
            f"Verdict       {verdict}\n"
        )
        assert "stackery" not in result.output.lower()

    def test_without_the_stack_secrets_and_key_are_asked_for(self, run: Run, aws: dict[str, Any]) -> None:
        aws["DescribeStacks"] = ErrorAnswer(
            "ValidationError", "Stack with id private-packages does not exist"
        )
        result = run("check")
        assert result.exit_code == 1
        assert result.stderr.endswith("or name what it has: --secret-arn and --key-arn.\n")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                ("--minimum-role-version", "1.26", *ARNS),
                "--minimum-role-version is for the role check, which",
            ),
            (ARNS[:1], "Give --secret-arn and --key-arn, both, or --stack-name."),
            ((*ARNS, "--stack-name", "x"), "Give --secret-arn and --key-arn, both, or --stack-name."),
            (("--key-arn", "alias/x"), "write the key's whole ARN"),
            ((ARNS[0].replace("us-east", "eu-west"), ARNS[1]), "of one account and Region"),
            ((ARNS[0], ARNS[1].replace("2222", "9999")), "of one account and Region"),
        ],
    )
    def test_a_wrong_use(
        self, run: Run, aws: dict[str, Any], arguments: tuple[str, ...], message: str
    ) -> None:
        assert aws
        result = run("check", *arguments)
        assert (result.exit_code, message in result.stderr) == (2, True), result.output


@pytest.mark.slow
class TestTheOrganization:
    def test_the_management_account_may_be_without_the_role(
        self, run: Run, organization: MotoOrganization
    ) -> None:
        organization.builder("shop", "1.25.0")
        management = organization.management_account
        result = run("check", "--organization")
        assert (result.exit_code, "1 ready, 1 without the Stackery Role" in result.stdout) == (0, True)
        assert f"Note: that the management account {management} is not ready is no" in result.stderr
        assert run("check", "--organization", "--account", management).exit_code == 1
        # With a role that is too old somebody does build there.
        organization.install(management, "1.24.0")
        assert run("check", "--organization").exit_code == 1

    @pytest.fixture
    def members(self, organization: MotoOrganization) -> dict[str, str]:
        """Accounts by name, one for each verdict but those that are left out."""
        organization.install(organization.management_account, "1.25.0")
        members = {
            "sandbox": organization.builder("sandbox", "1.24.9"),
            "network": organization.account("network"),
            "shop": organization.builder("shop", "1.30.4", "eu-west-1"),
            "denied": organization.builder("denied"),
            "closed": organization.account("closed"),
        }
        organization.suspend(members["closed"])

        def deny(call: Call) -> Any:
            if call.operation == "AssumeRole" and members["denied"] in call.parameters["RoleArn"]:
                return refusal("AccessDenied", "Not you.", 403)
            return None

        organization.faults.append(deny)
        return members

    def test_what_needs_work_comes_first_and_the_last_line_counts(
        self, run: Run, organization: MotoOrganization, members: dict[str, str]
    ) -> None:
        result = run("check", "--organization")
        assert result.exit_code == 1
        lines = result.stdout.splitlines()
        own = organization.management_account
        sandbox, network, shop, denied = (members[name] for name in ("sandbox", "network", "shop", "denied"))
        upgrade = (
            f"Upgrade the Stackery Role in account {sandbox} to version 1.25.0 or newer, then deploy again:"
        )
        install = f"Install or upgrade the Stackery Role in account {network}: the account has no IAM role"
        refused = "AccessDenied: Not you."
        caller = f"arn:aws:sts::{own}:user/moto"
        ready = {
            own: f"ready                      {own}  master   1.25.0   us-east-1",
            shop: f"ready                      {shop}  shop     1.30.4   eu-west-1",
        }
        assert lines == [
            "2 ready, 1 to upgrade, 1 without the Stackery Role, 1 not reachable",
            "",
            "Verdict                    Account       Name     Version  Region",
            f"to upgrade                 {sandbox}  sandbox  1.24.9   us-east-1",
            f"without the Stackery Role  {network}  network",
            f"not reachable              {denied}  denied",
            *(ready[account] for account in sorted(ready)),
            "",
            f"Next, in account {sandbox}: {upgrade} stack stackery in us-east-1 has version 1.24.9.",
            "",
            (
                f"Next, in account {network}: {install} stackery/stackery-factory-role and no"
                " stackery/stackery-deployer. Without builds there, set RoleCheck to Warn."
            ),
            "",
            (
                f"Next, in account {denied}: Let {caller} assume the role {ROLE} in account {denied}, or name"
                f" another role: {refused}"
            ),
            "",
            "Left out: 1 suspended or being closed.",
            "2 ready, 1 to upgrade, 1 without the Stackery Role, 1 not reachable",
        ]

    def test_progress_goes_to_standard_error_in_few_lines(
        self, run: Run, organization: MotoOrganization
    ) -> None:
        for number in range(29):
            organization.account(f"account-{number}")
        result = run("check", "--organization")
        progress = [f"Checked {done} of 30 accounts" for done in range(3, 31, 3)]
        assert result.stderr.splitlines()[:-1] == progress  # and a note
        assert "Checked" not in result.stdout

    def test_all_are_ready(self, run: Run, organization: MotoOrganization) -> None:
        organization.install(organization.management_account, "1.25.0")
        result = run("check", "--organization", "--concurrency", "1")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[-1] == "1 ready"

    def test_the_organization_is_looked_up_once(
        self, run: Run, organization: MotoOrganization, members: dict[str, str]
    ) -> None:
        organization.calls.clear()
        run("check", "--organization")
        assert len(organization.asked("DescribeOrganization")) == 1
        organization.calls.clear()
        result = run("check", "--organization", "--organization-id", "o-zzzzzzzzzz", "--output", "json")
        assert len(organization.asked("DescribeOrganization")) == 1  # for its management account
        accounts = json.loads(result.stdout)["accounts"]
        assert [account["organization_id"] for account in accounts] == ["o-zzzzzzzzzz"] * len(members)

    def test_some_accounts_only(
        self, run: Run, organization: MotoOrganization, members: dict[str, str]
    ) -> None:
        unit = organization.unit("Workloads")
        below = organization.builder("below", unit=unit)
        options = ("--output", "json", "--role-name", "audit/reader")
        for chosen, expected in (
            (("--ou", unit), [below]),
            (("--account", below, "--account", members["shop"], "--exclude", members["shop"]), [below]),
            (("--ou", organization.root, "--account", members["shop"]), [members["shop"]]),
        ):
            document = json.loads(run("check", "--organization", *options, *chosen).stdout)
            assert [account["account"] for account in document["accounts"]] == expected
            assert organization.asked("AssumeRole")[-1].parameters["RoleArn"].endswith(":role/audit/reader")

    def test_json_and_csv_say_the_same_in_the_documented_shape(
        self, run: Run, members: dict[str, str]
    ) -> None:
        result = run("check", "--organization", "--output", "json")
        document = json.loads(result.stdout)
        [text] = blocks(PAGE, "json")
        documented = json.loads(text)
        assert result.exit_code == 1
        assert list(document) == list(documented)
        assert list(document["summary"]) == list(documented["summary"])
        assert {tuple(account) for account in document["accounts"]} == {tuple(documented["accounts"][0])}
        assert document["left_out"] == 1
        assert sum(document["summary"].values()) == len(document["accounts"]) == len(members)
        table = run("check", "--organization", "--output", "csv").stdout
        [header] = blocks(PAGE, "csv")
        assert table.startswith(header)
        rows = [
            {key: value or None for key, value in row.items()} for row in csv.DictReader(table.splitlines())
        ]
        assert rows == document["accounts"]

    def test_what_is_not_in_the_organization(self, run: Run, organization: MotoOrganization) -> None:
        assert organization
        result = run("check", "--organization", "--account", "111122223333")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: Account 111122223333 is not in the organization: correct it")

    def test_only_suspended_accounts(self, run: Run, members: dict[str, str]) -> None:
        result = run("check", "--organization", "--account", members["closed"])
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "Error: No account to check is active: 1 suspended or being closed.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--ou", "ou-ab12-cdefghij"), "--ou needs --organization: add that, or leave it out."),
        (("--account", "111122223333"), "--account needs --organization: add that, or leave it out."),
        (("--exclude", "111122223333"), "--exclude needs --organization: add that, or leave it out."),
        (("--role-name", "x"), "--role-name needs --organization: add that, or leave it out."),
        (("--concurrency", "16"), "--concurrency needs --organization: add that, or leave it out."),
        (
            ("--organization", "--account", "11112222333"),
            "'11112222333': write it as the account's 12 digits",
        ),
        (("--organization", "--account", "١١١١٢٢٢٢٣٣٣٣"), "write it as the account's 12 digits"),
        (("--organization", "--ou", "ou-ab12-cdefghij\n"), "write it as the unit's id"),
        (
            ("--organization", "--role-name", f"arn:aws:iam::111122223333:role/{ROLE}"),
            "write the role's name",
        ),
        (("--organization", "--role-name", ""), "write the role's name"),
        (("--organization", "--concurrency", "0"), "0 is not in the range 1<=x<=64"),
        (("--organization", "--concurrency", "65"), "65 is not in the range 1<=x<=64"),
        (("--minimum-role-version", "new"), "'new': A version such as 1.25.0."),
        (("--minimum-role-version", "1.25.0\n"), "A version such as 1.25.0."),
        (("--output", "xml"), "'xml' is not one of 'text', 'json', 'csv'"),
        (("111122223333",), "Got unexpected extra argument (111122223333)"),
    ],
)
def test_a_wrong_use(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("check", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.parametrize("option", ["--organization", None])
class TestAwsThatCannotBeAsked:
    def test_without_credentials(self, run: Run, option: str | None) -> None:
        result = run("check", "--region", "us-east-1", *filter(None, [option]))
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "Error: No AWS credentials: sign in, or give --profile.\n"

    def test_with_expired_credentials(self, run: Run, aws: dict[str, Any], option: str | None) -> None:
        aws |= dict.fromkeys(("GetCallerIdentity", "DescribeOrganization"), ErrorAnswer("ExpiredToken"))
        result = run("check", *filter(None, [option]))
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "Error: The AWS credentials have expired: sign in, or give --profile.\n"


@pytest.mark.server
class TestTheInstalledCommand:
    """In a process and a pipe, against a server that imitates an organization."""

    ACCOUNTS = (
        Account(MANAGEMENT_ACCOUNT),
        Account("111122223333", version="1.24.9"),
        Account("222233334444", version=None),
        Account("333344445555", admits=False),
        Account("444455556666", is_active=False),
        *(Account(f"{500000000000 + number}", version=f"1.25.{number}") for number in range(60)),
    )

    def start(self, folder: Path, environment: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [COMMAND, "check", "--organization", *arguments],
            cwd=folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_it_checks_all_of_them(self, tmp_path: Path) -> None:
        with serving(self.ACCOUNTS) as server:
            ended = self.start(tmp_path, server.environment)
            stdout, stderr = ended.communicate(timeout=60)
        assert ended.returncode == 1
        assert stdout.splitlines()[-2:] == [
            "Left out: 1 suspended or being closed.",
            "61 ready, 1 to upgrade, 1 without the Stackery Role, 1 not reachable",
        ]
        assert stderr.splitlines()[-1] == "Checked 64 of 64 accounts"
        assert "\x1b" not in stdout + stderr

    @pytest.mark.parametrize(
        ("output", "expected"),
        [
            (
                "text",
                r"\d+ ready\n\nVerdict  Account .*\n\nLeft out: 1 suspended or being closed\.\n(\d+) ready\n",
            ),
            ("json", ""),
            ("csv", ""),
        ],
    )
    def test_an_interruption_ends_it_soon_and_says_how_far_it_got(
        self, tmp_path: Path, output: str, expected: str
    ) -> None:
        with serving([account for account in self.ACCOUNTS if account.id[0] in "459"], latency=0.2) as server:
            running = self.start(tmp_path, server.environment, "--concurrency", "2", "--output", output)
            assert running.stderr
            assert running.stderr.readline() == "Checked 7 of 61 accounts\n"
            running.send_signal(signal.SIGINT)
            start = time.monotonic()
            stdout, stderr = running.communicate(timeout=60)
            calls = server.calls()
        assert time.monotonic() - start < 10
        assert running.returncode == 1
        assert re.fullmatch(r"Error: Stopped: \d+ of 61 accounts were checked\.\n", stderr)
        assert re.fullmatch(expected, stdout, re.DOTALL)
        assert calls["AssumeRole"] < 30
