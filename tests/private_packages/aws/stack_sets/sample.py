"""A definition, and a stack set as CloudFormation describes it when it is made of that."""

from typing import TYPE_CHECKING, Any, cast

from private_packages.aws.stack_sets.definition import Definition, Permissions
from private_packages.aws.template import TemplateText

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackSetTypeDef

BODY = """# Generated
Description: Checks that this account's Stackery Role is new enough for private packages
  (stackery-private-packages 0.1.0)
Resources:
  RoleCheckFunctionRole: {Type: AWS::IAM::Role}
"""
TEMPLATE = TemplateText(
    "role-check",
    BODY,
    "Checks that this account's Stackery Role is new enough for private packages"
    " (stackery-private-packages 0.1.0)",
    "0.1.0",
    {"AToken": {"NoEcho": True}},
)
OTHER_TEMPLATE = TemplateText(
    "private-packages", "{}", "Tokens of repositories (stackery-private-packages 0.1.0)", "0.1.0", {}
)
PARAMETERS = {"RoleCheck": "Enforce", "Recheck": ""}
SELF_MANAGED = Permissions(
    "SELF_MANAGED",
    administration_role_arn="arn:aws:iam::111122223333:role/administration",
    execution_role_name="execution",
)


def definition(**changes: Any) -> Definition:
    given: dict[str, Any] = {"template": TEMPLATE, "parameters": PARAMETERS, "permissions": Permissions()}
    return Definition(**given | changes)


def described(of: Definition, **changes: Any) -> "StackSetTypeDef":
    return cast("StackSetTypeDef", {"StackSetName": "checks", "Status": "ACTIVE"} | of.creation() | changes)
