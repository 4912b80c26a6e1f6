"""The secrets that a stack has left behind: they outlive a repository that is removed, and the stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from generator import names
from private_packages.aws.aws import Aws, asking
from private_packages.aws.stack import stack
from private_packages.aws.stack.owners import Owners
from private_packages.aws.tokens import secret

STACK_TAG = "aws:cloudformation:stack-name"
"""What CloudFormation tags a resource with, which keeps the tag when it leaves its stack."""


@dataclass(frozen=True)
class Leftover:
    """A secret as a list has it, mostly one that no stack has any more."""

    name: str
    arn: str
    has_value: bool
    last_accessed: datetime | None
    """The day on which its value was last read; None where it was not lately."""
    deleted: datetime | None = None
    """When it is going to be deleted; None where it is not."""
    key_arn: str | None = None
    """The key as the secret names it; None for AWS's own."""
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    def is_of(self, stack_name: str) -> bool:
        """Return whether a stack of this name, and of this project, made it."""
        return names.TAG in self.tags and self.tags.get(STACK_TAG) == stack_name


def of_stack(aws: Aws, stack_name: str) -> list[Leftover]:
    """Return the secrets that this stack made and that no stack has now.

    Args:
        aws: the stack's account and Region.
        stack_name: the stack, which need not be there any more.

    Raises:
        AwsError: AWS cannot be asked.
    """
    # Filters of Secrets Manager match the beginning of a word, so that is_of looks again.
    found = _list(aws, Filters=[{"Key": "tag-key", "Values": [names.TAG]}])
    made = [each for each in found if each.is_of(stack_name)]
    living = Owners(aws)
    return [each for each in made if living.of(each.arn, each.name) is None]


def all_secrets(aws: Aws) -> list[Leftover]:
    """Return all secrets of the account in the Region, also those that are scheduled for deletion.

    Raises:
        AwsError: AWS cannot be asked.
    """
    return _list(aws, IncludePlannedDeletion=True)


def _list(aws: Aws, **options: Any) -> list[Leftover]:
    """Return secrets in the order of their names."""
    pages = aws.client("secretsmanager").get_paginator("list_secrets")
    with asking("list the secrets"):
        entries = [entry for page in pages.paginate(**options) for entry in page["SecretList"]]
    found = [
        Leftover(
            entry["Name"],
            entry["ARN"],
            has_value=secret.holds_value(entry.get("SecretVersionsToStages", {})),
            last_accessed=entry.get("LastAccessedDate"),
            deleted=entry.get("DeletedDate"),
            key_arn=entry.get("KmsKeyId"),
            tags=stack.tags_of(entry.get("Tags", [])),
        )
        for entry in entries
    ]
    return sorted(found, key=lambda each: each.name)
