"""The names of the secrets that a deployment creates."""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, SecretNameError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef


def refuse_taken(aws: Aws, wanted: Mapping[str, str]) -> None:
    """Refuse names that no secret can be created under, by the parameters that give them.

    Raises:
        SecretNameError: a name is taken; the message says by what, and what to do, a line for each.
        AwsError: AWS cannot be asked.
    """
    faults = []
    for parameter, name in wanted.items():
        found = _describe(aws, name)
        if found:
            faults.append(_fault(aws, parameter, name, found))
    if faults:
        raise SecretNameError("\n".join(faults))


def refuse_doubles(names: Mapping[str, str]) -> None:
    """Refuse one name for two secrets, by the parameters that give them.

    Raises:
        SecretNameError: two parameters have one value.
    """
    first: dict[str, str] = {}
    for parameter, name in names.items():
        if name in first:
            raise SecretNameError(
                f"{first[name]} and {parameter} are both {name}: give one of them another name"
                f" (--parameter {parameter}=NAME)."
            )
        first[name] = parameter


def _describe(aws: Aws, name: str) -> "DescribeSecretResponseTypeDef | None":
    try:
        with asking(f"see whether there is a secret {name}"):
            answer = aws.client("secretsmanager").describe_secret(SecretId=name)
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    # What ends in a hyphen and six characters is also taken for the end of an ARN.
    return answer if answer.get("Name", name) == name else None


def _fault(aws: Aws, parameter: str, name: str, found: "DescribeSecretResponseTypeDef") -> str:
    """Return the sentence about a name that is taken: by what, and each way out of it."""
    secret = f"--secret-id {shlex.quote(name)} --region {aws.region}"
    delete = f"`aws secretsmanager delete-secret {secret} --force-delete-without-recovery`"
    another = f"give another name (--parameter {parameter}=NAME)"
    if "DeletedDate" in found:
        return (
            f"The secret {name} is scheduled for deletion, which keeps its name taken: {another}; or delete"
            f" it at once, for good: {delete}. Its token can be had back with"
            f" `aws secretsmanager restore-secret {secret}`."
        )
    tags = {tag["Key"]: tag.get("Value", "") for tag in found.get("Tags", [])}
    origin = tags.get("aws:cloudformation:stack-name")
    if origin or "stackery-private-packages" in tags:
        stack = f"the stack {origin}" if origin else "an earlier stack"
        return (
            f"The secret {name} exists already, made by {stack}, which it outlives: {another}; or, where that"
            f" stack is deleted and the token not needed, delete the secret, for good: {delete}."
        )
    return (
        f"The secret {name} exists already: {another}; or, if it is not needed, delete it, for good:"
        f" {delete}."
    )
