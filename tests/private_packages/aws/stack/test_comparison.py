"""What CloudFormation does not compare is compared here: policies, and the key's alias."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from generator import short_forms
from generator.configuration import DEFAULT
from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.stack import access
from private_packages.aws.stack.comparison import Comparison, compare
from tests.aws import ErrorAnswer, Scripted, ScriptEntry
from tests.generator.conftest import text_of
from tests.private_packages.aws.stack.test_health import stacks
from tests.private_packages.aws.tokens.test_stored_token import ARN

Make = Callable[..., tuple[Aws, Scripted]]
ACCOUNT = "111122223333"
COMPARED = ["RoleCheckFunctionRole", "Key", "KeyAlias", "GitHubPackagesSecretPolicy"]
NOT_COMPARED = ["RoleCheckLogGroup", "RoleCheckFunction", "GitHubPackagesSecret"]
TEXT = text_of("private-packages", DEFAULT)
PHYSICAL = {"Key": "1", "GitHubPackagesSecret": ARN}
STACK = stacks()["Stacks"][0]
VALUES = {
    "AWS::Partition": "aws",
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": "us-east-1",
    "AWS::StackName": STACK["StackName"],
    "AWS::StackId": STACK["StackId"],
    "RoleCheckLogGroup.Arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:a-RoleCheckLogGroup:*",
}


def script(organization: str = "", **changes: Any) -> dict[str, ScriptEntry]:
    """What AWS answers where all is as the template says, and the stack's output has this organization."""
    template = short_forms.load(TEXT)["Resources"]
    resolved = access.resolved(template, access.Side({}, VALUES, organization))
    [policy] = resolved["RoleCheckFunctionRole"]["Properties"]["Policies"]
    return {
        "GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "UserId": "x"},
        "DescribeStacks": stacks(),
        "GetTemplate": {"TemplateBody": TEXT},
        "ListStackResources": {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": name,
                    "PhysicalResourceId": PHYSICAL.get(name, f"a-{name}"),
                    "ResourceType": resource["Type"],
                    "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
                    "ResourceStatus": "CREATE_COMPLETE",
                }
                for name, resource in template.items()
            ]
        },
        "GetKeyPolicy": {"Policy": json.dumps(resolved["Key"]["Properties"]["KeyPolicy"])},
        "ListAliases": {"Aliases": [{"AliasName": "alias/private-packages"}]},
        "GetResourcePolicy": {
            "ResourcePolicy": json.dumps(
                resolved["GitHubPackagesSecretPolicy"]["Properties"]["ResourcePolicy"]
            )
        },
        "ListRolePolicies": {"PolicyNames": [policy["PolicyName"]]},
        "GetRolePolicy": {
            "RoleName": "a-RoleCheckFunctionRole",
            "PolicyName": policy["PolicyName"],
            "PolicyDocument": json.dumps(policy["PolicyDocument"]),
        },
    } | changes


def found(scripted: Make, **changes: Any) -> Comparison:
    aws, _ = scripted(**script(**changes))
    return compare(aws, "private-packages")


def test_all_is_as_the_template_says(scripted: Make) -> None:
    comparison = found(scripted)
    assert comparison.differences == []
    assert sorted(comparison.compared) == sorted(COMPARED)
    assert sorted(comparison.resources) == sorted([*COMPARED, *NOT_COMPARED])


EVERYBODY = json.dumps(
    {"Statement": {"Sid": "X", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}}
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"GetKeyPolicy": {"Policy": EVERYBODY}}, "The policy of the key: the statement X goes, Allow kms:D"),
        (
            {"GetResourcePolicy": {"ResourcePolicy": EVERYBODY}},
            "The policy of GitHubPackages: the statement X",
        ),
        ({"GetResourcePolicy": {}}, "The policy of GitHubPackages: the statement "),
        ({"ListAliases": {"Aliases": []}}, "The key no longer has the alias alias/private-packages."),
        (
            {
                "GetRolePolicy": {
                    "RoleName": "a-RoleCheckFunctionRole",
                    "PolicyName": "RoleCheck",
                    "PolicyDocument": EVERYBODY,
                }
            },
            "The policy RoleCheck of the role a-RoleCheckFunctionRole is another.",
        ),
        (
            {"ListRolePolicies": {"PolicyNames": []}},
            "The policy RoleCheck of the role a-RoleCheckFunctionRole is another.",
        ),
    ],
)
def test_what_differs_is_told(scripted: Make, changes: dict[str, Any], sentence: str) -> None:
    comparison = found(scripted, **changes)
    assert any(each.startswith(sentence) for each in comparison.differences), comparison.differences
    assert sorted(comparison.compared) == sorted(COMPARED)


@pytest.mark.parametrize(
    ("operation", "logical_id"),
    [
        ("GetKeyPolicy", "Key"),
        ("ListAliases", "KeyAlias"),
        ("GetResourcePolicy", "GitHubPackagesSecretPolicy"),
        ("GetRolePolicy", "RoleCheckFunctionRole"),
    ],
)
def test_what_may_not_be_read_was_not_compared(scripted: Make, operation: str, logical_id: str) -> None:
    comparison = found(scripted, **{operation: ErrorAnswer("AccessDenied")})
    assert comparison.differences == []
    assert sorted([*comparison.compared, logical_id]) == sorted(COMPARED)


def test_without_the_template_nothing_is_compared(scripted: Make) -> None:
    with pytest.raises(AwsError, match=r"^May not read the template of the stack private-packages"):
        found(scripted, GetTemplate=ErrorAnswer("AccessDenied"))
