"""Who may roll out to an organization, and what to do where that is missing."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, StackSetError
from private_packages.aws.organization.members import Organization
from private_packages.aws.stack_sets import administrator
from private_packages.aws.stack_sets.administrator import SERVICE_PRINCIPAL
from tests.aws import ErrorAnswer

MANAGEMENT, MEMBER = "111122223333", "444455556666"
ORGANIZATION = Organization("o-a1b2c3d4e5", MANAGEMENT)
ENABLED = {"Status": "ENABLED"}
DENIED = ErrorAnswer("AccessDeniedException", "You don't have permissions to access this resource.")


def who(account: str) -> dict[str, str]:
    return {"Account": account, "Arn": f"arn:aws:iam::{account}:user/me", "UserId": "x"}


def administrators(*accounts: str) -> dict[str, Any]:
    return {"DelegatedAdministrators": [{"Id": account} for account in accounts]}


def described() -> dict[str, Any]:
    return {"Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": MANAGEMENT}}


def test_the_management_account_calls_as_itself(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(GetCallerIdentity=who(MANAGEMENT), DescribeOrganizationsAccess=ENABLED)
    assert administrator.required(aws, ORGANIZATION) == "SELF"
    assert session.sent[-1] == ("DescribeOrganizationsAccess", {"CallAs": "SELF"})


def test_a_delegated_administrator_calls_as_such(scripted: Callable[..., Any]) -> None:
    pages = [administrators("999900001111") | {"NextToken": "x"}, administrators(MEMBER)]
    aws, session = scripted(
        GetCallerIdentity=who(MEMBER),
        ListDelegatedAdministrators=pages,
        DescribeOrganizationsAccess=ENABLED,
    )
    assert administrator.required(aws, ORGANIZATION) == "DELEGATED_ADMIN"
    assert session.sent[1][1]["ServicePrincipal"] == SERVICE_PRINCIPAL
    assert session.sent[-1] == ("DescribeOrganizationsAccess", {"CallAs": "DELEGATED_ADMIN"})


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        (administrators("999900001111"), ""),
        (DENIED, ". If it is one already, get organizations:ListDelegatedAdministrators there."),
    ],
)
def test_another_account_is_told_who_may_and_how_it_becomes_one(
    scripted: Callable[..., Any], answer: Any, more: str
) -> None:
    aws, _ = scripted(GetCallerIdentity=who(MEMBER), ListDelegatedAdministrators=answer)
    with pytest.raises(StackSetError) as refused:
        administrator.required(aws, ORGANIZATION)
    assert str(refused.value) == (
        "Account 444455556666 may not roll out to the organization: use a --profile of its management account"
        " 111122223333 or of a delegated administrator, or let the management account make this one such:"
        " aws organizations register-delegated-administrator --account-id 444455556666 --service-principal"
        f" member.org.stacksets.cloudformation.amazonaws.com{more}"
    )


@pytest.mark.parametrize("status", ["DISABLED", "DISABLED_PERMANENTLY"])
def test_missing_access_is_told_with_the_command_that_gives_it(
    scripted: Callable[..., Any], status: str
) -> None:
    aws, _ = scripted(GetCallerIdentity=who(MANAGEMENT), DescribeOrganizationsAccess={"Status": status})
    with pytest.raises(StackSetError) as refused:
        administrator.required(aws, ORGANIZATION)
    assert str(refused.value) == (
        "StackSets has no access to the organization: let an administrator of the management account"
        " 111122223333 enable it: aws cloudformation activate-organizations-access --region us-east-1"
    )


@pytest.mark.parametrize(
    ("account", "script", "call_as"),
    [
        (MANAGEMENT, {"DescribeOrganization": described()}, "SELF"),
        (
            MEMBER,
            {"DescribeOrganization": described(), "ListDelegatedAdministrators": administrators(MEMBER)},
            "DELEGATED_ADMIN",
        ),
        (MEMBER, {"DescribeOrganization": described(), "ListDelegatedAdministrators": DENIED}, "SELF"),
        (MEMBER, {"DescribeOrganization": DENIED}, "SELF"),
        (MEMBER, {"DescribeOrganization": ErrorAnswer("AWSOrganizationsNotInUseException")}, "SELF"),
    ],
)
def test_for_a_set_that_is_there_anybody_else_calls_as_itself(
    scripted: Callable[..., Any], account: str, script: dict[str, Any], call_as: str
) -> None:
    aws, _ = scripted(GetCallerIdentity=who(account), **script)
    assert administrator.assumed(aws) == call_as


@pytest.mark.parametrize("operation", ["DescribeOrganization", "ListDelegatedAdministrators"])
def test_other_faults_are_not_taken_for_an_answer(scripted: Callable[..., Any], operation: str) -> None:
    script = {"DescribeOrganization": described(), operation: ErrorAnswer("ServiceException")}
    aws, _ = scripted(GetCallerIdentity=who(MEMBER), **script)
    with pytest.raises(AwsError, match="ServiceException"):
        administrator.assumed(aws)
