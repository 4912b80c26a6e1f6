"""What `private-packages rollout` refuses, with a sentence and before anything starts."""

from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import StackSets
from tests.private_packages.conftest import Run

CHANGES = {"CreateStackSet", "UpdateStackSet", "CreateStackInstances"}


def refused(run: Run, *arguments: str, code: int = 1) -> str:
    """What `plan` and `start` both say to these arguments."""
    said = set()
    for words in (("plan",), ("start", "--yes")):
        result = run("rollout", *words, *arguments)
        assert (result.exit_code, result.stdout) == (code, "")
        said.add(result.stderr.splitlines()[-1])
    [sentence] = said
    return sentence


@pytest.fixture(autouse=True)
def _nothing_starts(stack_sets: StackSets) -> object:
    yield
    assert {operation for operation, _ in stack_sets.calls} & CHANGES == set()


def test_an_unknown_unit(run: Run, organization: Grow) -> None:
    organization(1)
    assert refused(run, "--ou", "ou-aaaa-bbbbbbbb") == (
        "Error: There is no organizational unit ou-aaaa-bbbbbbbb: correct it."
    )


def test_an_account_outside_the_organization(run: Run, organization: Grow) -> None:
    organization(1)
    assert refused(run, "--account", "999900001111") == (
        "Error: Account 999900001111 is not in the organization: correct it, or leave it out."
    )


def test_a_region_that_is_not_enabled(run: Run, organization: Grow) -> None:
    organization(1)
    assert refused(run, "--regions", "us-east-1,me-south-1").startswith(
        "Error: Region me-south-1 is not enabled in this account: enable it"
    )
    assert refused(run, "--regions", "mars-east-1") == (
        "Error: There is no Region mars-east-1: correct --regions."
    )


def as_member(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    """Call with the credentials of a role in this account."""
    answer: Any = boto3.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="test"
    )
    for name, key in (
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "SessionToken"),
    ):
        monkeypatch.setenv(name, answer["Credentials"][key])


def test_neither_the_management_account_nor_a_delegated_administrator(
    run: Run, organization: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = organization(2)
    as_member(monkeypatch, tree.accounts[0])
    assert refused(run).startswith(
        f"Error: Account {tree.accounts[0]} may not roll out to the organization: use a --profile of its"
        " management account 123456789012 or of a delegated administrator, or let"
    )


def test_no_organization(run: Run, stack_sets: StackSets) -> None:
    assert refused(run) == (
        f"Error: Account {stack_sets.management} belongs to no organization: use an account that does."
    )


def test_no_trusted_access(run: Run, organization: Grow, stack_sets: StackSets) -> None:
    organization(1)
    stack_sets.access = "DISABLED"
    assert refused(run).endswith(
        "enable it: aws cloudformation activate-organizations-access --region us-east-1"
    )


def test_a_template_too_large(run: Run, organization: Grow, folder: Path) -> None:
    organization(1)
    entry = "  - {{id: R{0}, manager: npm, url: 'https://example.com/{0}', secret: /s/{0}}}\n"
    entries = "".join(entry.format(number) for number in range(60))
    (folder / "many.yaml").write_text(f"repositories:\n{entries}")
    sentence = refused(run, "--template", "private-packages", "--config", "many.yaml")
    assert sentence.startswith("Error: The template private-packages has ")
    assert sentence.endswith(
        "but CloudFormation takes 51,200 in a call: split the repositories over several configurations, and"
        " roll each out with --config and a --name of its own."
    )


def test_a_name_that_another_template_has_taken(run: Run, organization: Grow, stack_sets: StackSets) -> None:
    organization(1)
    stack_sets.create_stack_set(
        {
            "StackSetName": "checks",
            "TemplateBody": "Description: of somebody else",
            "PermissionModel": "SERVICE_MANAGED",
        }
    )
    assert refused(run, "--name", "checks") == (
        "Error: The stack set checks is there already and was made from another template than role-check:"
        " choose another --name or --template."
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--parameter RoleCheck=Ignore", "--parameter RoleCheck: takes Enforce or Warn only."),
        ("--parameter Minimum=1", "--parameter: the template has no such parameter, but OrganizationId, "),
        (
            "--template private-packages --parameter GitHubPackagesToken=not-a-real-token",
            "--parameter GitHubPackagesToken: a token is never an argument, which others on this machine can",
        ),
        ("--account 1", "Invalid value for '--account':"),
        (
            "--max-concurrent 0",
            "Invalid value for '--max-concurrent': 0: write so many accounts (10) or percent",
        ),
        ("--failure-tolerance many", "Invalid value for '--failure-tolerance': many: write"),
        ("--regions=us-east-1,", "Invalid value for '--regions': an entry is empty: write Regions with"),
        ("--name 1st", "Invalid value for '--name': a letter, then letters, digits"),
        ("--self-managed", "--self-managed: name the accounts, each with --account."),
        ("--self-managed --account 111122223333 --ou r-ab12", "--ou: is for rollouts to an organization"),
        ("--self-managed --account 111122223333 --auto-deployment", "--auto-deployment: is for rollouts to"),
        ("--execution-role-name x", "--execution-role-name: goes only with --self-managed."),
        ("--retain-stacks", "--retain-stacks: goes only with --auto-deployment."),
        ("--depends-on base", "--depends-on: goes only with --auto-deployment."),
        (
            "--account 111122223333 --exclude 111122223333",
            "--account and --exclude both name 111122223333: leave out one of the two.",
        ),
    ],
)
def test_a_wrong_use(run: Run, arguments: str, sentence: str) -> None:
    said = refused(run, *arguments.split(), code=2)
    assert said.startswith(f"Error: {sentence}")
    assert "not-a-real-token" not in said


def test_a_delegated_administrator_may_and_says_so_in_every_call(
    run: Run, organization: Grow, stack_sets: StackSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = organization(3)
    boto3.client("organizations").register_delegated_administrator(
        AccountId=tree.accounts[0], ServicePrincipal="member.org.stacksets.cloudformation.amazonaws.com"
    )
    stack_sets.delegated.add(tree.accounts[0])
    as_member(monkeypatch, tree.accounts[0])
    result = run("rollout", "start", "--yes")
    assert (result.exit_code, result.stdout) == (0, "3 of 3 instances done.\n"), result.output
    assert "(service-managed, as delegated administrator)" in result.stderr
    for words in (("watch",), ("stop",), ("remove", "--yes")):
        assert run("rollout", *words).exit_code == 0
    assert {parameters["CallAs"] for _, parameters in stack_sets.calls} == {"DELEGATED_ADMIN"}
    stack_sets.calls.clear()  # of a rollout that was not refused
