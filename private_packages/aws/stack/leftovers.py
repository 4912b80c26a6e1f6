"""The secrets that a stack has left behind: they outlive a repository that is removed, and the stack."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from generator import names
from private_packages.aws.aws import Aws, asking
from private_packages.aws.tokens import secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

STACK_TAG = "aws:cloudformation:stack-name"
"""What CloudFormation tags a resource with, which keeps the tag when it leaves its stack."""

MONTHLY_COST = 0.40
"""USD for each secret, by AWS's price list of 2026; requests cost extra."""


@dataclass(frozen=True)
class Leftover:
    """A secret that no stack has any more."""

    name: str
    arn: str
    has_value: bool
    last_accessed: datetime | None
    """The day on which its value was last read; None where it was not lately."""


def tags_of(tags: "Iterable[TagTypeDef]") -> dict[str, str]:
    """Return the tags of a secret that was described or listed, by their keys."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def of_stack(aws: Aws, stack_name: str, present: Collection[str]) -> list[Leftover]:
    """Return the secrets that this stack made and does not have now.

    Args:
        aws: the stack's account and Region.
        stack_name: the stack, which need not be there any more.
        present: the ARNs of the secrets that it has.

    Raises:
        AwsError: AWS cannot be asked.
    """
    result = []
    pages = aws.client("secretsmanager").get_paginator("list_secrets")
    with asking("list the secrets that stacks of private-packages made"):
        for page in pages.paginate(Filters=[{"Key": "tag-key", "Values": [names.TAG]}]):
            for found in page["SecretList"]:
                tags = tags_of(found.get("Tags", []))
                # Filters of Secrets Manager match the beginning of a word.
                if names.TAG in tags and tags.get(STACK_TAG) == stack_name and found["ARN"] not in present:
                    result.append(
                        Leftover(
                            found["Name"],
                            found["ARN"],
                            has_value=secret.holds_value(found.get("SecretVersionsToStages", {})),
                            last_accessed=found.get("LastAccessedDate"),
                        )
                    )
    return sorted(result, key=lambda leftover: leftover.name)
