"""Answers to ListStackInstances, with the texts that CloudFormation gives, and the report on them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.instances import Instance
from private_packages.aws.stack_sets.overview import Overview

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

STACK_SET = "stackery-role-check"
ID = f"{STACK_SET}:19f3f684-aae9-4e67-ba36-e09f92cf5929"
REQUEST = "b4e08ea2-fe0a-46f8-98aa-6f96d4558579"
UNIT = "ou-ab12-3k9f0x21"


def account(number: int) -> str:
    return f"{111_100_000_000 + number:012}"


def summary(
    number: int, detailed_status: str, reason: str = "", *, region: str = "us-east-1", **fields: Any
) -> "StackInstanceSummaryTypeDef":
    """One instance; all but what SUCCEEDED is OUTDATED."""
    stack = f"arn:aws:cloudformation:{region}:{account(number)}:stack/StackSet-{STACK_SET}-{number}/{REQUEST}"
    found = {
        "StackSetId": ID,
        "Account": account(number),
        "Region": region,
        "StackId": stack,
        "Status": "CURRENT" if detailed_status == "SUCCEEDED" else "OUTDATED",
        "StackInstanceStatus": {"DetailedStatus": detailed_status},
        "OrganizationalUnitId": UNIT,
        "DriftStatus": "NOT_CHECKED",
        "LastOperationId": "c424b651-2fda-4d6f-a4f1-20c0e4fa5a29",
    }
    if reason:
        found["StatusReason"] = reason
    return cast("StackInstanceSummaryTypeDef", found | fields)


def refused(text: str) -> str:
    """What CloudFormation makes of the role check's answer."""
    return resource(
        "StackeryRole",
        "Custom::StackeryRole",
        f"Received response status [FAILED] from custom resource. Message returned: {text}"
        f" (RequestId: {REQUEST}).",
    )


def resource(logical_id: str, resource_type: str, text: str) -> str:
    return f"ResourceLogicalId:{logical_id}, ResourceType:{resource_type}, ResourceStatusReason:{text}"


def too_old(number: int, version: str, region: str = "us-east-1") -> str:
    return refused(
        f"Upgrade the Stackery Role in account {account(number)} to version 1.25.0 or newer, then deploy"
        f" again: stack stackery in {region} has version {version}."
    )


def without_role(number: int) -> str:
    return refused(
        f"Install or upgrade the Stackery Role in account {account(number)}: the account has no IAM role"
        " stackery/stackery-factory-role."
    )


TOLERANCE = "Cancelled since failure tolerance has exceeded"
NOT_FOUND = refused(
    f"Install the Stackery Role 1.25.0 or newer in account {account(8)}, or correct StackeryStackName or"
    " StackeryStackRegion: found no stack stackery in us-east-1 or any other Region of Stackery."
)
DENIED = (
    f"User: arn:aws:sts::{account(9)}:assumed-role/stacksets-exec-49150fde14d44b6ce1a964ba67e522aa/{REQUEST}"
    " is not authorized to perform: cloudformation:CreateStack on resource: arn:aws:cloudformation:us-east-1:"
    f"{account(9)}:stack/StackSet-{STACK_SET}-9/* with an explicit deny in a service control policy"
)
NO_STS = (
    f"STS is not activated in this region for account:{account(10)}. Your account administrator can activate"
    " STS in this region using the IAM Console."
)
QUOTA = resource(
    "RoleCheckFunction",
    "AWS::Lambda::Function",
    'Resource handler returned message: "Code storage limit exceeded. (Service: Lambda, Status Code: 400,'
    f' Request ID: {REQUEST}) (SDK Attempt Count: 1)" (RequestToken: {REQUEST}, HandlerErrorCode:'
    " ServiceLimitExceeded).",
)

FORTY = [
    *(summary(number, "SUCCEEDED") for number in range(17, 39)),
    summary(39, "SKIPPED_SUSPENDED_ACCOUNT", "ACCOUNT_SUSPENDED", StackId=""),
    summary(40, "SKIPPED_SUSPENDED_ACCOUNT", StackId=""),
    *(
        summary(number, "FAILED", too_old(number, version))
        for number, version in [(1, "1.24.9"), (2, "1.23.0")]
    ),
    summary(3, "FAILED", too_old(3, "1.24.9")),
    *(summary(number, "FAILED", without_role(number)) for number in (6, 7)),
    summary(8, "FAILED", NOT_FOUND),
    summary(9, "FAILED", DENIED),
    summary(10, "FAILED", NO_STS),
    summary(5, "INOPERABLE", QUOTA, Status="INOPERABLE"),
    summary(12, "PENDING"),
    summary(11, "RUNNING"),
    *(summary(number, "CANCELLED", TOLERANCE) for number in (4, 13, 14, 15, 16)),
]
"""Forty accounts: six different failures, two that still go on, a cancelled tail, two suspended ones."""
NAMES = {account(1): "payments", account(2): "search", account(17): "データ", account(40): "old sandbox"}


def paged(
    summaries: Sequence[Mapping[str, object]], size: int = 100
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answer as CloudFormation pages: with a token for the next page until there is none."""

    def answer(parameters: dict[str, Any]) -> dict[str, Any]:
        first = int(parameters.get("NextToken", "0"))
        page = min(size, parameters.get("MaxResults", size))
        token = {"NextToken": str(first + page)} if first + page < len(summaries) else {}
        return {"Summaries": list(summaries[first : first + page]), **token}

    return answer


def overview(found: Sequence[Instance], stack_set: str = STACK_SET) -> Overview:
    """The report on these instances."""
    counts, groups = instances.count(found), instances.group(found)
    return Overview(stack_set, "us-east-1", account(0), counts, groups, found)


def listed_accounts(names: dict[str, str]) -> dict[str, Any]:
    """What Organizations answers to ListAccounts."""
    return {"Accounts": [{"Id": number, "Name": name, "State": "ACTIVE"} for number, name in names.items()]}
