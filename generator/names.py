"""Names and numbers that more than one module has to agree on."""

import re
from collections.abc import Mapping

STACKERY_ROLE = "StackeryRole"
"""The custom resource of the role check; everything else that is created depends on it, directly or not."""

KEY = "Key"

PRIVATE_PACKAGES = "private-packages"
"""The template for the secret account, and what its stack is called unless somebody says otherwise."""
ROLE_CHECK = "role-check"
"""The template for build accounts, which has a configuration with role check."""
BUILD_ACCOUNT = "build-account"
"""The template for build accounts, which has a configuration without role check."""
TEMPLATES = (ROLE_CHECK, PRIVATE_PACKAGES, BUILD_ACCOUNT)

SECRET_ARNS, KEY_ARN, BUILD_ROLE_NAMES = "SecretArns", "KeyArn", "BuildRoleNames"
"""The parameters of that template; KeyArn is an output of the stack in the secret account, too."""

LISTED_ROLE_NAME = "[A-Za-z0-9_+=.@-]{1,64}"
"""What a list takes of the names that IAM takes: a comma would make two of one."""


def stack_set(template: str) -> str:
    """Return what the stack set of a template is called unless somebody says otherwise."""
    return f"{PRIVATE_PACKAGES if template == BUILD_ACCOUNT else 'stackery'}-{template}"


TAG = "stackery-private-packages"
"""The tag on every resource that takes tags: where it comes from."""

MADE_FROM = "PrivatePackages"
"""The section of a template's Metadata that says what it was made from: Configuration, without a token."""

HOOK_COMMAND = "HookCommand"
"""The output that has the command which writes a hook for this stack."""

TAKEN_OVER = "Key and secrets that were taken over: deploy again to go on"
"""Begins the description of a stack that has taken over what was there, and is not whole yet."""

RELEASE_MARK = "(stackery-private-packages "
"""Ends the description of every template of this project, before the release."""

MINIMUM_ROLE_VERSION = "1.25.0"
"""The oldest Stackery Role whose own policies let builds read secrets of another account."""

STACK_NAME = "[A-Za-z][A-Za-z0-9-]{0,127}"
"""What CloudFormation takes as the name of a stack or a stack set."""

TEMPLATE_BYTES = 51_200
"""The largest template that CloudFormation's API takes in a call."""

KEY_MONTHLY_USD, SECRET_MONTHLY_USD = 1.00, 0.40
"""What AWS charges for each, by its price lists of 2026; requests and older versions of a key cost extra."""

VALUE_BYTES = 4_096
"""The longest value of a parameter that CloudFormation takes, in UTF-8."""

_SECRET_ARN, _SECRET_NAME = "SecretArn", "SecretName"


def is_like_an_arn(secret_name: str) -> bool:
    """Return whether a secret's name ends as its ARN does, in a hyphen and six characters.

    Secrets Manager's reference advises against it: a part of an ARN may then mean this secret or another.
    """
    return re.search("-[A-Za-z0-9]{6}$", secret_name) is not None


def secret(repository_id: str) -> str:
    """Return the logical id of a repository's secret."""
    return f"{repository_id}Secret"


def secret_arn_output(repository_id: str) -> str:
    """Return the output that has the ARN of a repository's secret."""
    return f"{repository_id}{_SECRET_ARN}"


def secret_arns(outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the ARN of each repository's secret, by the repository's id, from the outputs of a stack."""
    return _with_end(outputs, _SECRET_ARN)


def secret_name_parameter(repository_id: str) -> str:
    """Return the parameter that names a repository's secret."""
    return f"{repository_id}{_SECRET_NAME}"


def secret_names(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each repository's secret, by the repository's id, from the parameters of a stack."""
    return _with_end(parameters, _SECRET_NAME)


def token_parameter(repository_id: str) -> str:
    """Return the parameter that holds a repository's token."""
    return f"{repository_id}Token"


def _with_end(values: Mapping[str, str], end: str) -> dict[str, str]:
    return {name.removesuffix(end): value for name, value in values.items() if name.endswith(end)}
