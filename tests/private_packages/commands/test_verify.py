"""`private-packages verify`, called as a user calls it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from private_packages.aws.tokens.diagnosis import Link
from private_packages.commands.verify import NO_FILE
from tests import ROOT
from tests.aws import ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.stack.test_health import ACCESS_DENIED, NO_STACK, stacks
from tests.private_packages.aws.tokens.test_stored_token import ARN, DENIED, NO_VALUE, TOKEN, value
from tests.private_packages.aws.tokens.test_verification import CALLER, script
from tests.private_packages.commands.answers import answering
from tests.private_packages.conftest import Run

Aws = Callable[..., Scripted]
GIVEN = ("verify", "--secret-arn", f"GitHubPackages={ARN}")
DEPLOYED = ("verify", "--stack-name", "private-packages")
ROLE = "arn:aws:iam::444455556666:role/stackery/stackery-deployer"
KEYS = {"AccessKeyId": "ASIAEXAMPLEEXAMPLE", "SecretAccessKey": "x", "SessionToken": "x"}
ASSUMED = {"Credentials": KEYS | {"Expiration": "2026-01-01T00:00:00Z"}}
ADMIN = CALLER | {"Arn": "arn:aws:sts::444455556666:assumed-role/Admin/me"}


@pytest.fixture
def aws(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Set what AWS answers: as it does when all is well, but for what is said."""

    def aws(**changes: ScriptEntry) -> Scripted:
        return answering(monkeypatch, boto, **{"DescribeStacks": stacks(), **script(**changes)})

    return aws


def test_what_a_build_can_read(run: Run, aws: Aws) -> None:
    aws()
    result = run(*GIVEN)
    assert result.exit_code == 0
    reading, link, arn, version, count = result.stdout.splitlines()
    assert reading == f"Reading as {CALLER['Arn']}"
    assert (link, arn) == ("GitHubPackages: readable", f"  {ARN}")
    assert version.startswith("  22222222  2026-02-01 00:00 UTC (")
    assert count == "1 of 1 usable here."
    assert TOKEN not in result.output
    assert result.stderr == f"{NO_FILE}\n"


def test_what_it_cannot_read_and_why(run: Run, aws: Aws) -> None:
    aws(GetSecretValue=DENIED)
    result = run(*GIVEN)
    assert result.exit_code == 1
    link, arn, explanation, said, next_step, count = result.stdout.splitlines()[1:]
    assert (link, arn) == ("GitHubPackages: identity policy", f"  {ARN}")
    assert explanation == "  No identity-based policy allows secretsmanager:GetSecretValue."
    assert next_step.startswith(
        "Next, for GitHubPackages: See that stackery-deployer has a policy of its own that allows"
    )
    assert said == "  AWS: because no identity-based policy allows it"
    assert count == "0 of 1 usable here."


def test_json(run: Run, aws: Aws) -> None:
    aws(GetSecretValue=NO_VALUE)
    result = run(*DEPLOYED, "--output", "json")
    assert result.exit_code == 1
    [token] = json.loads(result.stdout)["tokens"]
    assert (token["id"], token["usable"], token["link"]) == ("GitHubPackages", False, Link.VALUE)
    assert "staging label" in token["aws"]


def test_who_is_no_build_role_hears_so(run: Run, aws: Aws) -> None:
    aws(GetCallerIdentity=ADMIN)
    result = run(*DEPLOYED)
    assert result.exit_code == 0
    assert result.stderr.startswith("Note: this is none of the build roles")
    assert json.loads(run(*DEPLOYED, "--output", "json").stdout)["is_build_role"] is False


def test_where_nothing_says_who_builds_any_role_may_be_a_build_role(run: Run, aws: Aws) -> None:
    """In a source repository that has the hook alone, as of builds without Stackery."""
    aws(GetCallerIdentity=ADMIN, GetSecretValue=DENIED)
    result = run("verify", "--secret-arn", f"GitHub={ARN}", "--secret-arn", f"PyPI={ARN}")
    assert (result.exit_code, result.stderr) == (1, f"{NO_FILE}\n")
    assert "Next, for GitHub, PyPI: See that Admin in account 444455556666 has a policy" in result.stdout
    assert "as the template build-account gives it" in result.stdout
    assert "stackery" not in result.output.replace(ARN, "").lower()
    assert json.loads(run(*GIVEN, "--output", "json").stdout)["is_build_role"] is None


def test_a_role_is_assumed_first(run: Run, aws: Aws) -> None:
    session = aws(AssumeRole=ASSUMED)
    assert run(*DEPLOYED, "--role-arn", ROLE).exit_code == 0
    assert [operation for operation, _ in session.calls] == [
        "DescribeStacks",
        "GetTemplateSummary",
        "AssumeRole",
        "GetCallerIdentity",
        "GetSecretValue",
    ]


def test_the_stack_tells_which_organization_is_meant(run: Run, aws: Aws) -> None:
    session = aws(GetSecretValue=DENIED)
    outputs = {"GitHubPackagesSecretArn": ARN, "OrganizationId": "o-bbbbbbbbbb"}
    session.script["DescribeStacks"] = stacks(
        Outputs=[{"OutputKey": name, "OutputValue": text} for name, text in outputs.items()]
    )
    assert "The caller's account belongs to the organization o-aaaaaaaaaa." in run(*DEPLOYED).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*GIVEN, "--stack-name", "x"), "--secret-arn and --stack-name both say which secrets to read"),
        (("verify", "--secret-arn", "GitHubPackages=x"), "--secret-arn GitHubPackages: x is not a secret's"),
    ],
)
def test_a_wrong_use(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(f"Error: {message}")


@pytest.mark.parametrize(
    ("operation", "answer", "message"),
    [
        ("DescribeStacks", NO_STACK, "There is no stack private-packages in us-east-1"),
        ("DescribeStacks", ACCESS_DENIED, "May not read the stack private-packages"),
        ("AssumeRole", ACCESS_DENIED, f"May not assume {ROLE}"),
        ("GetCallerIdentity", ErrorAnswer("ExpiredToken"), "The AWS credentials have expired"),
    ],
)
def test_what_aws_refuses_beforehand(
    run: Run, aws: Aws, operation: str, answer: ScriptEntry, message: str
) -> None:
    session = aws(AssumeRole=ASSUMED)
    session.script[operation] = answer
    result = run(*DEPLOYED, "--role-arn", ROLE)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {message}")


def test_without_credentials(run: Run) -> None:
    result = run(*GIVEN, "--region", "eu-central-1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{NO_FILE}\nError: No AWS credentials: sign in")


def test_the_token_under_a_key_is_judged(run: Run, aws: Aws, folder: Path) -> None:
    (folder / "repositories.yaml").write_text(
        "repositories: [{id: Acme, manager: npm, url: https://x.example, secret: x, token_key: npm}]"
    )
    aws(GetSecretValue=value('{"pip": "not-a-real-token"}'))
    result = run("verify", "--secret-arn", f"Acme={ARN}")
    assert result.exit_code == 1
    assert "Acme: unusable token\n" in result.stdout
    assert (
        "Next, for Acme: The JSON has no key npm: store the token there, or correct token_key.\n"
        in result.stdout
    )


DOCUMENTATION = (ROOT / "docs/commands/verify.md").read_text()


def test_the_documented_example_is_what_it_prints(run: Run, aws: Aws) -> None:
    [(line, printed)] = re.findall(
        r"^```console\n\$ (.*?)\n(.*?)^```$", DOCUMENTATION, re.DOTALL | re.MULTILINE
    )
    role = "arn:aws:sts::444455556666:assumed-role/stackery-factory-role/private-packages"
    session = aws(
        AssumeRole=ASSUMED,
        GetCallerIdentity=CALLER | {"Arn": role},
        GetSecretValue=ErrorAnswer(
            "AccessDeniedException",
            f"User: {role} is not authorized to perform: secretsmanager:GetSecretValue on resource: {ARN}"
            " because no resource-based policy allows the secretsmanager:GetSecretValue action",
        ),
    )
    outputs = {"GitHubPackagesSecretArn": ARN, "OrganizationId": "o-bbbbbbbbbb"}
    session.script["DescribeStacks"] = stacks(
        Outputs=[{"OutputKey": name, "OutputValue": text} for name, text in outputs.items()]
    )
    command, *arguments = line.split()
    assert command == "private-packages"
    assert run(*arguments).stdout == printed


@pytest.mark.parametrize("link", Link)
def test_every_link_is_documented(link: Link) -> None:
    rows = [row.split("|")[1] for row in DOCUMENTATION.splitlines() if row.startswith("| `")]
    assert f"`{link}`" in ", ".join(rows)
