"""The form: the parameters, and how the console groups and labels them."""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import Equals, GetAtt, If, Not, NoValue, Parameter, Ref, Sub

from generator import names
from generator.configuration import (
    SECRET_NAME_CHARACTERS,
    Configuration,
    Repository,
)

_NUMBER = r"(0|[1-9]\d{0,8})"
VERSION = rf"v?{_NUMBER}(\.{_NUMBER}){{0,2}}(-[A-Za-z][0-9A-Za-z-]{{0,99}})?"
"""Less than the role check takes for a version, but all of it: what one would write as a minimum."""

ROLE_CHECK_PARAMETERS = (
    Parameter(
        "OrganizationId",
        Type="String",
        Default="",
        Description=(
            "The AWS Organization whose builds may read the tokens."
            " Empty: the one that the function looks up."
        ),
        AllowedPattern="^(o-[a-z0-9]{10,32})?$",
        ConstraintDescription="An organization's id such as o-a1b2c3d4e5, or leave it empty.",
    ),
    Parameter(
        "MinimumRoleVersion",
        Type="String",
        Default=names.MINIMUM_ROLE_VERSION,
        Description=(
            f"The oldest Stackery Role that may pass. Private packages need {names.MINIMUM_ROLE_VERSION}."
        ),
        AllowedPattern=f"^{VERSION}$",
        ConstraintDescription=f"A version such as {names.MINIMUM_ROLE_VERSION}.",
    ),
    Parameter(
        "StackeryStackName",
        Type="String",
        Default="stackery",
        Description="The name of the Stackery Role's stack.",
        AllowedPattern=f"^{names.STACK_NAME}$",
        ConstraintDescription="A stack's name: a letter, then letters, digits and hyphens.",
    ),
    Parameter(
        "StackeryStackRegion",
        Type="String",
        Default="",
        Description="The Region of that stack. Empty: this Region, then all others of Stackery.",
        AllowedPattern="^([a-z]{2,9}(-[a-z]+)+-[0-9]+)?$",
        ConstraintDescription="A Region's code such as us-east-1, or leave it empty.",
    ),
    Parameter(
        "RoleCheck",
        Type="String",
        Default="Enforce",
        AllowedValues=["Enforce", "Warn"],
        Description=(
            "Enforce: stop when the Stackery Role is too old. Warn, for an account without builds: go on and"
            " say so in the log."
        ),
    ),
    Parameter(
        "Recheck",  # any text, so that there is nothing to constrain
        Type="String",
        Default="",
        Description="Type anything new, such as today's date, to check again in an update.",
    ),
    Parameter(
        "PermissionsBoundary",
        Type="String",
        Default="",
        Description="The managed policy of this account that bounds the function's role. Empty: none.",
        AllowedPattern="^[A-Za-z0-9_+=,.@/-]*$",
        ConstraintDescription="A policy's path and name, without the rest of its ARN.",
    ),
)

_ORGANIZATION_ID = Parameter(
    "OrganizationId",
    Type="String",
    Description="The AWS Organization whose builds may read the tokens.",
    AllowedPattern="^o-[a-z0-9]{10,32}$",
    ConstraintDescription="An organization's id such as o-a1b2c3d4e5.",
)
"""The same without a function that could look it up."""

LABELS = {
    "OrganizationId": "Organization",
    "MinimumRoleVersion": "Minimum version",
    "StackeryStackName": "Stack name",
    "StackeryStackRegion": "Stack Region",
    "RoleCheck": "When the role is too old",
    "Recheck": "Check again",
    "PermissionsBoundary": "Permissions boundary",
}


def _given(parameter: str) -> tuple[str, Not]:
    """Return the condition, with its name, that the form holds a value for this parameter."""
    return f"{parameter}Given", Not(Equals(Ref(parameter), ""))


ROLE_CHECK_CONDITIONS = (_given("OrganizationId"), _given("PermissionsBoundary"))


def parameters(configuration: Configuration) -> tuple[Parameter, ...]:
    """Return what the form asks first: the organization, and what the role check goes by."""
    return ROLE_CHECK_PARAMETERS if configuration.has_role_check else (_ORGANIZATION_ID,)


def organization_id(configuration: Configuration) -> If | Ref:
    """Return the organization whose builds may read: the one in the form, else the one looked up.

    Nothing that the function answers decides where one is in the form.
    """
    if not configuration.has_role_check:
        return Ref("OrganizationId")
    looked_up = GetAtt(names.STACKERY_ROLE, "OrganizationId")
    return If("OrganizationIdGiven", Ref("OrganizationId"), looked_up)


def permissions_boundary() -> If:
    """Return the ARN of the policy that bounds the function's role, where the form names one.

    By its name, which organizations have alike in all accounts, so that it can be rolled out.
    """
    policy = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${PermissionsBoundary}")
    return If("PermissionsBoundaryGiven", policy, NoValue)


def token_given(repository: Repository) -> tuple[str, Not]:
    """Return the condition, with its name, that the form holds this repository's token."""
    return _given(names.token_parameter(repository.id))


def repository_parameters(repository: Repository, longest_secret_name: int) -> tuple[Parameter, Parameter]:
    """Return the parameters that name a repository's secret and take its token."""
    return (
        Parameter(
            names.secret_name_parameter(repository.id),
            Type="String",
            Default=repository.secret,
            Description="The name of the secret. Changing it later makes a new secret and keeps the old one.",
            AllowedPattern=f"^{SECRET_NAME_CHARACTERS}{{1,{longest_secret_name}}}$",
            ConstraintDescription=f"1 to {longest_secret_name} letters, digits and /_+=.@- without blanks.",
        ),
        Parameter(
            names.token_parameter(repository.id),
            Type="String",
            NoEcho=True,
            Default="",
            Description=f"{repository.description}. Empty: add the token to the secret later.",
            AllowedPattern=r"^(\S(.*\S)?)?$",
            ConstraintDescription="One line, without blanks at its ends.",
        ),
    )


def interface(
    configuration: Configuration, groups: Mapping[str, Sequence[str]], labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return the metadata from which the console draws the form: parameters by group, and their labels.

    Args:
        configuration: has the parameters that come first, and stand last in the form.
        groups: the others by the groups that they belong to.
        labels: what the others are called.
    """
    organization, *of_the_check = (parameter.title for parameter in parameters(configuration))
    shown = {**groups, "Who may read": [organization]}
    if of_the_check:
        shown["Check of the Stackery Role"] = of_the_check
    called = {**labels, **{name: LABELS[name] for name in (organization, *of_the_check)}}
    return {
        "AWS::CloudFormation::Interface": {
            "ParameterGroups": [
                {"Label": {"default": label}, "Parameters": list(names_of_parameters)}
                for label, names_of_parameters in shown.items()
            ],
            "ParameterLabels": {name: {"default": label} for name, label in called.items()},
        }
    }
