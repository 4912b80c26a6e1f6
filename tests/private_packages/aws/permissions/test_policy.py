"""The policy of a command is what its rows say, for the configuration at hand."""

from typing import Any

import pytest

from private_packages.aws.permissions.policy import LONGEST, length, policy
from private_packages.aws.permissions.table import COMMANDS, rows

VALUES = {
    "partition": ["aws-us-gov"],
    "region": ["us-gov-west-1"],
    "account": ["111122223333"],
    "stack": ["tokens"],
    "stack_set": ["checks"],
    "stackery_stack": ["stackery"],
    "build_role": ["stackery/factory", "ci/deployer"],
    "secret": ["/acme/npm", "/acme/pip"],
    "role_name": ["Audit"],
    "role_arn": [],
    "bucket": [],
    "boundary": [],
    "role_check": ["stackery"],
}


def statements(command: str, **values: list[str]) -> dict[str, Any]:
    document = policy(command, VALUES | values)
    assert document["Version"] == "2012-10-17"
    return {statement["Sid"]: statement for statement in document["Statement"]}


def allowed(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (action, resource)
        for statement in found.values()
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_it_allows_all_of_the_table_and_fills_every_name(command: str) -> None:
    given = {"role_arn": [], "bucket": ["templates"], "boundary": ["bound"], "without_role_check": ["x"]}
    found = statements(command, **given)
    assert {action for action, _ in allowed(found)} == {
        name for row in rows(command) if row.only_with != "role_arn" for name in row.names
    }
    assert "{" not in "".join(resource for _, resource in allowed(found))
    assert all(each["Action"] and each["Resource"] for each in found.values())


def test_each_value_makes_a_resource_of_its_own() -> None:
    assert statements("token")["StoreTokens"]["Resource"] == [
        "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:/acme/npm-??????",
        "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:/acme/pip-??????",
    ]
    assert statements("check")["FindBuildRoles"]["Resource"] == [
        "arn:aws-us-gov:iam::111122223333:role/*deployer",
        "arn:aws-us-gov:iam::111122223333:role/*factory",
    ]


def test_tokens_are_encrypted_through_secrets_manager_only() -> None:
    assert statements("token")["EncryptTokens"]["Condition"] == {
        "StringLike": {"kms:ViaService": "secretsmanager.us-gov-west-1.amazonaws.com"}
    }


def test_with_a_role_cloudformation_acts_with_that() -> None:
    role = "arn:aws:iam::111122223333:role/ci/CloudFormation"
    found = statements("deploy", role_arn=[role])
    assert found["GiveRoleToCloudFormation"]["Resource"] == [role]
    assert found["GiveRoleToCloudFormation"]["Condition"] == {
        "StringLike": {"iam:PassedToService": "cloudformation.amazonaws.com"}
    }
    actions = {action for action, _ in allowed(found)}
    assert not actions & {"kms:CreateKey", "iam:CreateRole", "secretsmanager:CreateSecret"}
    assert "secretsmanager:PutSecretValue" in actions


def test_what_serves_an_option_alone_can_be_left_out() -> None:
    """Nothing that a plain deployment needs stands in a statement that is for an import or a removal."""
    found = statements("deploy")
    for option in ("ImportKey", "ImportSecrets", "ScheduleSecrets", "ScheduleKey"):
        found.pop(option, None)
    needed = {
        name
        for row in rows("deploy")
        if row.needed_by and row.only_with in ("", "role_check")
        for name in row.names
    }
    assert needed <= {action for action, _ in allowed(found)}


@pytest.mark.parametrize(
    ("stack", "function"),
    [
        ("tokens", "tokens-RoleCheckFunction-*"),
        ("a-name-of-twenty-six-lette", "a-name-of-twenty-six-let*RoleCheckFunction-*"),
    ],
)
def test_a_long_name_of_a_stack_is_cut_by_cloudformation(stack: str, function: str) -> None:
    [resource] = statements("deploy", stack=[stack])["RunFunction"]["Resource"]
    assert resource.split(":")[-1] == function


@pytest.mark.parametrize("command", COMMANDS)
def test_each_fits_into_a_managed_policy(command: str) -> None:
    values = VALUES | {
        "stack": ["private-packages"],
        "build_role": ["stackery/stackery-factory-role", "stackery/stackery-deployer"],
        "secret": ["/stackery/ghpackagerepotoken"],
    }
    assert length(policy(command, values)) < LONGEST
