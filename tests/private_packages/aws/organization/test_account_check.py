"""The role check outside its Lambda function: what it finds in an account, and what is to be done there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from private_packages.aws.aws import Identity
from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import (
    Finding,
    Requirements,
    Verdict,
    by_need,
    count,
    summary,
)
from tests.aws import ErrorAnswer
from tests.custom_resource.aws import ACCOUNT, ORGANIZATION, Account, role, stack, stack_id

NEEDED = Requirements(("stackery/stackery-factory-role", "stackery/stackery-deployer"))


@dataclass(frozen=True)
class Caller:
    """Calls an account."""

    account: Account
    region: str = "us-east-1"
    partition: str = "aws"

    @property
    def identity(self) -> Identity:
        return Identity(ACCOUNT, f"arn:{self.partition}:iam::{ACCOUNT}:user/me")

    def client(self, service: str, region_name: str | None = None, config: Config | None = None) -> Any:
        return self.account.client(service, region_name=region_name or self.region, config=config)


@pytest.fixture
def account(boto: boto3.Session) -> Account:
    """An account with a Stackery Role that is just new enough."""
    return Account(boto)


def check(account: Account, requirements: Requirements = NEEDED) -> Finding:
    return requirements.of(Caller(account))


def test_an_account_that_is_ready(account: Account) -> None:
    assert check(account) == Finding(
        account=ACCOUNT,
        verdict=Verdict.READY,
        version="1.25.0",
        stack_id=stack_id("us-east-1"),
        organization_id=ORGANIZATION,
        next_step="",
    )
    assert check(account).region == "us-east-1"


def too_old(account: Account) -> None:
    account.stacks = {"eu-west-1": stack("eu-west-1", Version="1.24.9")}


def without_version(account: Account) -> None:
    account.stacks["us-east-1"] = stack("us-east-1")
    account.templates[stack_id("us-east-1")] = {"TemplateBody": "Resources: {}"}


def without_stack(account: Account) -> None:
    account.stacks = {}


def without_build_role(account: Account) -> None:
    account.roles = {"stackery-deployer": role("/stackery/", "stackery-deployer")}


def without_organization(account: Account) -> None:
    account.organization = ErrorAnswer("AWSOrganizationsNotInUseException")


def denied_roles(account: Account) -> None:
    account.roles["stackery-deployer"] = ErrorAnswer("AccessDenied", "Not allowed.")


def denied_template(account: Account) -> None:
    account.stacks["us-east-1"] = stack("us-east-1")
    account.templates[stack_id("us-east-1")] = ErrorAnswer("AccessDenied", "Not allowed.")


def denied_organization(account: Account) -> None:
    account.organization = ErrorAnswer("AccessDeniedException", "Not allowed.")


def a_region_that_is_closed(account: Account) -> None:
    account.stacks = {"eu-west-1": ErrorAnswer("AccessDenied", "Not allowed.")}


@pytest.mark.parametrize(
    ("change", "verdict", "version", "region", "next_step"),
    [
        pytest.param(
            too_old, Verdict.UPGRADE, "1.24.9", "eu-west-1", "Upgrade the Stackery Role in", id="too old"
        ),
        pytest.param(
            without_version, Verdict.UPGRADE, "none", "us-east-1", "Upgrade the Stackery Role in",
            id="without a version",
        ),
        pytest.param(
            without_stack, Verdict.MISSING, None, None, "Install the Stackery Role 1.25.0", id="no stack"
        ),
        pytest.param(
            without_build_role, Verdict.MISSING, None, None, "Install or upgrade the Stackery Role",
            id="no build role",
        ),
        pytest.param(
            without_organization, Verdict.NO_ORGANIZATION, None, None, "Deploy into an account of your",
            id="no organization",
        ),
        pytest.param(
            denied_roles, Verdict.UNREACHABLE, None, None, "Allow iam:GetRole",
            id="the roles are not shown",
        ),
        pytest.param(
            denied_template, Verdict.UNREACHABLE, None, "us-east-1",
            "Allow cloudformation:GetTemplate", id="the template is not shown",
        ),
        pytest.param(
            denied_organization, Verdict.UNREACHABLE, None, None,
            "Allow organizations:DescribeOrganization",
            id="the organization is not shown",
        ),
        pytest.param(
            a_region_that_is_closed, Verdict.UNREACHABLE, None, None,
            "Install the Stackery Role 1.25.0", id="the stack may be in a Region that is closed",
        ),
    ],
)  # fmt: skip
def test_what_keeps_an_account_from_being_ready(
    account: Account,
    change: Callable[[Account], None],
    verdict: Verdict,
    version: str,
    region: str,
    next_step: str,
) -> None:
    change(account)
    finding = check(account)
    assert (finding.verdict, finding.version, finding.region) == (verdict, version, region)
    assert finding.next_step.startswith(next_step)
    assert finding.account == ACCOUNT


def test_a_region_that_could_not_be_looked_in_is_named(account: Account) -> None:
    a_region_that_is_closed(account)
    assert check(account).next_step.endswith("Could not look in eu-west-1 (AccessDenied).")


def test_the_requirements_are_those_of_the_template(account: Account) -> None:
    account.roles = {"builder": role("/team/", "builder")}
    account.stacks = {"eu-west-1": stack("eu-west-1", "agent", Version="2.0.1")}
    requirements = Requirements(("team/builder",), "2.0.0", "agent", "eu-west-1", "o-zzzzzzzzzz")
    assert check(account, requirements).verdict is Verdict.READY
    assert account.asked("DescribeStacks") == ["eu-west-1"]
    assert account.asked("DescribeOrganization") == []


def test_a_given_organization_is_told_whatever_the_verdict(account: Account) -> None:
    without_stack(account)
    requirements = Requirements(NEEDED.build_roles, organization_id="o-zzzzzzzzzz")
    assert check(account, requirements).organization_id == "o-zzzzzzzzzz"
    assert check(account).organization_id is None


def test_in_another_partition_only_its_region_is_asked(account: Account) -> None:
    account.stacks = {"cn-north-1": stack("cn-north-1", partition="aws-cn", Version="1.25.0")}
    assert NEEDED.of(Caller(account, "cn-north-1", "aws-cn")).region == "cn-north-1"
    assert account.asked("DescribeStacks") == ["cn-north-1"]


def test_without_credentials_there_is_nothing_to_find(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(GetCallerIdentity=ErrorAnswer("ExpiredToken"))
    with pytest.raises(AwsError, match="The AWS credentials have expired"):
        NEEDED.of(aws)


def finding(account: str, verdict: Verdict) -> Finding:
    return Finding(account, verdict, "1.25.0")


MIXED = [
    finding("444444444444", Verdict.READY),
    finding("333333333333", Verdict.UNREACHABLE),
    finding("222222222222", Verdict.UPGRADE),
    finding("555555555555", Verdict.READY),
    finding("111111111111", Verdict.UPGRADE),
    finding("000000000000", Verdict.MISSING),
    finding("666666666666", Verdict.NO_ORGANIZATION),
]


def test_accounts_that_need_work_come_first() -> None:
    assert [found.account[0] for found in by_need(MIXED)] == ["1", "2", "0", "6", "3", "4", "5"]


def test_the_summary_counts_each_verdict_and_leaves_out_what_there_is_none_of() -> None:
    assert summary(MIXED) == (
        "2 ready, 2 to upgrade, 1 without the Stackery Role, 1 without an organization, 1 not reachable"
    )
    assert summary(MIXED[1:3]) == "0 ready, 1 to upgrade, 1 not reachable"
    assert summary(MIXED[:1]) == "1 ready"
    assert count(MIXED[:1], Requirements.verdicts)[Verdict.UPGRADE] == 0
