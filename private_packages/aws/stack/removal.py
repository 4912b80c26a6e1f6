"""Taking a stack away: what goes with it, what stays, and what is scheduled for deletion if that is wanted.

Key and secrets outlive their stack. Nothing here is done for good at once: a key and a secret that are
scheduled for deletion can be brought back until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from generator import names
from private_packages.aws.aws import Aws, asking, if_allowed
from private_packages.aws.errors import StackError
from private_packages.aws.stack import leftovers, stack
from private_packages.aws.stack.leftovers import STACK_TAG, Leftover
from private_packages.aws.stack.owners import Owners
from private_packages.aws.stack.state import of_another_template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


@dataclass(frozen=True)
class Key:
    """The key that encrypts the secrets."""

    arn: str
    deletion: datetime | None
    """When it is going to be deleted; None where it is not."""
    others: Sequence[str]
    """The names of other secrets that it encrypts."""
    keeper: str = ""
    """Why it stays, whatever is wanted; empty where nothing speaks for that."""


@dataclass(frozen=True)
class Holdings:
    """What a stack has, or has left."""

    description: "StackTypeDef | None"
    """None where there is no stack any more."""
    secrets: Sequence[Leftover]
    key: Key | None
    stack_sets: Sequence[str]
    """The stack sets of this project's templates, as far as the caller may know."""


def holdings(aws: Aws, stack_name: str) -> Holdings:
    """Return what would be removed, or is left after that.

    Raises:
        StackError: the stack is being changed, or is none of this project's.
        AwsError: AWS cannot be asked.
    """
    found = stack.find(aws, stack_name)
    # A stack that only has change sets has nothing yet.
    found = None if found and found["StackStatus"] == "REVIEW_IN_PROGRESS" else found
    if found:
        _require_ours(aws, found, stack.outputs(found))
    everything, living = leftovers.all_secrets(aws), Owners(aws)

    def is_ours(secret: Leftover) -> bool:
        owner = living.of(secret.arn, secret.name)
        return owner == stack_name or (owner is None and secret.is_of(stack_name))

    ours = [each for each in everything if is_ours(each)]
    key_id = stack.outputs(found).get("KeyArn") if found else None
    key_id = key_id or next((each.key_arn for each in ours if each.key_arn), None)
    others = [each for each in everything if each not in ours and each.deleted is None]
    key = _key(aws, key_id, others, stack_name, living) if key_id else None
    return Holdings(found, ours, key, if_allowed(_stack_sets, aws) or ())


def schedule_deletion(aws: Aws, found: Holdings, days: int) -> None:
    """Schedule the secrets and the key for deletion, those that are not yet.

    Args:
        aws: the stack's account and Region.
        found: what is left.
        days: how long it can be taken back, 7 to 30.

    Raises:
        AwsError: AWS cannot be asked, or refuses; what was scheduled until then stays so.
    """
    for each in found.secrets:
        if each.deleted is None:
            with asking(f"schedule the secret {each.name} for deletion"):
                aws.client("secretsmanager").delete_secret(SecretId=each.arn, RecoveryWindowInDays=days)
    if found.key and not found.key.keeper and found.key.deletion is None:
        with asking(f"schedule the key {found.key.arn} for deletion"):
            aws.client("kms").schedule_key_deletion(KeyId=found.key.arn, PendingWindowInDays=days)


def _require_ours(aws: Aws, found: "StackTypeDef", outputs: dict[str, str]) -> None:
    name, status, description = found["StackName"], found["StackStatus"], found.get("Description", "")
    if status.endswith("_IN_PROGRESS"):
        raise StackError(
            f"Wait until it has ended, then run the same command again: the stack {name} in {aws.region} is"
            f" {status}."
        )
    marks = (names.RELEASE_MARK, names.TAKEN_OVER)
    if "KeyArn" not in outputs and not any(mark in description for mark in marks):
        raise of_another_template(aws, name)


def _key(aws: Aws, key_id: str, others: Sequence[Leftover], stack_name: str, living: Owners) -> Key:
    """Return the key, and why it stays: it must be certain that nobody else needs it."""
    kms = aws.client("kms")
    with asking(f"describe the key {key_id}"):
        metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
        arn = metadata["Arn"]
        aliases = kms.list_aliases(KeyId=arn)["Aliases"]
        tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=arn)["Tags"]}
    known_as = {arn, metadata["KeyId"]}
    known_as |= {name for alias in aliases for name in (alias["AliasName"], alias.get("AliasArn", ""))}
    encrypts = [each.name for each in others if each.key_arn in known_as]
    owner, keeper = living.of(arn, metadata["KeyId"]), ""
    if owner not in (None, stack_name):
        keeper = f"the stack {owner} has it"
    elif owner is None and (tags.get(STACK_TAG) != stack_name or names.TAG not in tags):
        keeper = "nothing says that this stack made it"
    elif encrypts:
        keeper = f"it encrypts {', '.join(encrypts)}, too"
    return Key(arn, metadata.get("DeletionDate"), encrypts, keeper)


def _stack_sets(aws: Aws) -> list[str]:
    pages = aws.client("cloudformation").get_paginator("list_stack_sets")
    with asking("list the stack sets"):
        summaries = [
            summary for page in pages.paginate(Status="ACTIVE") for summary in page.get("Summaries", [])
        ]
    return [each["StackSetName"] for each in summaries if names.RELEASE_MARK in each.get("Description", "")]
