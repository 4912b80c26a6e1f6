"""Change sets: what CloudFormation would do to a stack, made and shown before it is done."""

import json
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from private_packages import invocation
from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import SERVER_ERRORS, AwsError, StackError
from private_packages.aws.stack import refusal, stack
from private_packages.aws.template import capabilities

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import ChangeSetTypeType
    from mypy_boto3_cloudformation.type_defs import (
        CreateChangeSetOutputTypeDef,
        ParameterTypeDef,
        ResourceChangeTypeDef,
        ResourceToImportTypeDef,
    )

READY_SECONDS = 300
"""How long a change set may take to be computed; seconds are the rule."""

_NO_CHANGES = ("The submitted information didn't contain changes", "No updates are to be performed")
"""In the reason of a change set without changes; the AWS CLI's `cloudformation deploy` looks for both."""


class Action(StrEnum):
    """What becomes of a resource."""

    ADD = "added"
    CHANGE = "changed"
    REPLACE = "replaced"
    MAY_REPLACE = "may_be_replaced"
    REMOVE = "removed"
    IMPORT = "imported"
    """Taken over as it is."""

    @property
    def in_words(self) -> str:
        """The action as people read it."""
        return self.value.replace("_", " ")


HOLDING_TOKENS = ("AWS::KMS::Key", "AWS::SecretsManager::Secret")
"""The types of the resources whose replacement means work for people, and perhaps the loss of a token."""


@dataclass(frozen=True)
class Change:
    """What becomes of one resource."""

    action: Action
    logical_id: str
    resource_type: str
    properties: tuple[str, ...] = ()
    """The properties, or other attributes such as Metadata, that change."""
    stays: bool | None = None
    """Whether the resource that is replaced or removed stays in the account; None where AWS does not say."""


def grave(changes: Iterable[Change]) -> list[Change]:
    """Return the replacements of what holds the tokens, whether they are certain or possible."""
    replaced = (Action.REPLACE, Action.MAY_REPLACE)
    return [each for each in changes if each.action in replaced and each.resource_type in HOLDING_TOKENS]


@dataclass(frozen=True)
class DesiredStack:
    """What a stack is to become."""

    stack_name: str
    is_new: bool
    """Whether the stack has never been deployed: there is none, or only change sets of it."""
    template: str
    parameters: Mapping[str, str] = field(repr=False)
    """Those that are given a value, tokens too."""
    kept: Collection[str]
    """The parameters that keep the value they have."""
    description: str
    tags: Mapping[str, str] = field(default_factory=dict)
    """All of them; none keeps those that the stack has."""
    role_arn: str | None = None
    """The role that CloudFormation acts with."""
    imports: "Sequence[ResourceToImportTypeDef]" = ()
    """What is taken over, and nothing else is done then."""
    template_url: str = ""
    """Where the template was put; empty where the call has it in itself."""


@dataclass
class ChangeSet:
    """A change set that is ready."""

    aws: Aws
    stack_name: str
    stack_id: str
    id: str
    changes: list[Change] = field(default_factory=list)
    """None, too, where nothing but outputs or parameters changes."""
    is_empty: bool = False
    """Whether the stack is already what it is to become."""
    is_executed: bool = False
    """Also while CloudFormation is being asked to: from then on it may do it."""

    def execute(self) -> None:
        """Let CloudFormation begin to do it.

        Raises:
            StackError: another operation was faster, or it is not known whether it has begun.
            AwsError: AWS cannot be asked, or refuses.
        """
        self.is_executed = True
        try:
            with changing(self.aws, self.stack_name, f"change the stack {self.stack_name}"):
                self.aws.client("cloudformation").execute_change_set(
                    StackName=self.stack_id,
                    ChangeSetName=self.id,
                    ClientRequestToken=f"private-packages-{uuid.uuid4()}",
                    DisableRollback=False,  # else, says its reference, what failed would be left as it is
                )
        except StackError:
            self.is_executed = False
            raise
        except AwsError as error:
            # Without an answer, or with one that says nothing of the call, nobody knows.
            self.is_executed = not error.code or error.code in SERVER_ERRORS
            if self.is_executed:
                look = invocation.command("status", stack_name=self.stack_name)
                raise StackError(
                    f"{error} Whether CloudFormation has begun is not known: look with `{look}`; the same"
                    " command again follows what is going on, or begins anew."
                ) from error
            raise


@contextmanager
def prepared(aws: Aws, desired: DesiredStack) -> Iterator[ChangeSet]:
    """Make a change set; what has not been executed at the end is deleted, with the stack made for it.

    Raises:
        StackError: another operation holds the stack, or CloudFormation cannot compute the changes.
        AwsError: AWS cannot be asked, or refuses.
    """
    was_there = desired.is_new and stack.find(aws, desired.stack_name) is not None
    # No clock alone: two may be made in one second.
    name = f"private-packages-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"
    change_set: ChangeSet | None = None
    try:
        made = _create(aws, desired, name)
        change_set = ChangeSet(aws, desired.stack_name, made["StackId"], made["Id"])
        _read(change_set)
        if desired.template_url:
            _require_uploaded(change_set, desired.template)
        yield change_set
    except BaseException:
        if not (change_set and change_set.is_executed):
            # What is left is harmless and gone on with in the next run; why it is left matters more.
            with suppress(AwsError):
                _delete(aws, desired, name, was_there)
        raise
    if not change_set.is_executed:
        _delete(aws, desired, name, was_there)


@contextmanager
def changing(aws: Aws, stack_name: str, what: str) -> Iterator[None]:
    """Turn what botocore raises into a sentence, also where another operation holds the stack.

    Raises:
        StackError: another operation holds the stack.
        AwsError: botocore raised something else.
    """
    try:
        with asking(what):
            yield
    except AwsError as error:
        # The one when it begins to change a stack, the other when it makes or executes a change set.
        if error.code == "InvalidChangeSetStatus" or "_IN_PROGRESS state" in str(error):
            raise StackError(
                f"Wait until it has ended, then run the same command again: another operation holds the stack"
                f" {stack_name} in {aws.region} (see"
                f" {invocation.command('status', stack_name=stack_name)}). {error}"
            ) from error
        raise


def _create(aws: Aws, desired: DesiredStack, name: str) -> "CreateChangeSetOutputTypeDef":
    """Ask for the change set and return its id and the stack's."""
    parameters: list[ParameterTypeDef] = [
        {"ParameterKey": key, "UsePreviousValue": True} for key in desired.kept
    ]
    kind: ChangeSetTypeType = "CREATE" if desired.is_new else "UPDATE"
    options: dict[str, Any] = {"ResourcesToImport": desired.imports} if desired.imports else {}
    if desired.tags:
        options["Tags"] = [{"Key": key, "Value": value} for key, value in desired.tags.items()]
    if desired.role_arn:
        options["RoleARN"] = desired.role_arn
    if desired.template_url:
        options["TemplateURL"] = desired.template_url
    else:
        options["TemplateBody"] = desired.template
    parameters += [
        {"ParameterKey": key, "ParameterValue": value} for key, value in desired.parameters.items()
    ]
    with changing(aws, desired.stack_name, f"make a change set for the stack {desired.stack_name}"):
        return aws.client("cloudformation").create_change_set(
            StackName=desired.stack_name,
            ChangeSetName=name,
            ChangeSetType="IMPORT" if desired.imports else kind,
            Description=desired.description,
            Capabilities=capabilities(desired.template),
            Parameters=parameters,
            **options,
        )


def _require_uploaded(change_set: ChangeSet, text: str) -> None:
    """Refuse a template that somebody has put into the place of what was uploaded."""
    # JSON comes as a document.
    wanted = json.dumps(json.loads(text), indent=2) if text.startswith("{") else text.strip()
    if stack.template(change_set.aws, change_set.stack_name, change_set.id).strip() != wanted:
        raise StackError(
            "CloudFormation has found another template in the bucket than was put there: see who else may"
            " write to it, or name another with --bucket. Nothing was changed."
        )


def _read(change_set: ChangeSet) -> None:
    """Wait until the changes are computed, and take them over."""
    pages = change_set.aws.client("cloudformation").get_paginator("describe_change_set")
    waited, delay = 0.0, 0.25
    while True:
        with asking("read the change set"):
            found = list(pages.paginate(StackName=change_set.stack_id, ChangeSetName=change_set.id))
        answer = found[0]
        status, reason = answer["Status"], answer.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            break
        if status == "FAILED":
            change_set.is_empty = any(text in reason for text in _NO_CHANGES)
            if change_set.is_empty:
                return
            said = " ".join([reason or "it gives no reason", *refusal.why(change_set.aws, change_set.id)])
            raise StackError(f"CloudFormation cannot compute the changes: {said}")
        if waited >= READY_SECONDS:
            raise StackError(
                f"Try again later: CloudFormation has not computed the changes in {READY_SECONDS} seconds."
            )
        time.sleep(delay)
        waited, delay = waited + delay, min(delay * 2, 3)
    changes = [entry["ResourceChange"] for page in found for entry in page.get("Changes", [])]
    change_set.changes = [_change(each) for each in changes if not _only_follows(each)]


def _only_follows(found: "ResourceChangeTypeDef") -> bool:
    """Return whether a resource is listed only because CloudFormation cannot foresee what another gives it.

    So it lists each secret for its KmsKeyId whenever the key changes. What becomes of the other resource is
    told there, and none of these properties would replace this one.
    """
    details = found.get("Details", [])
    return (
        found["Action"] == "Modify"
        and bool(details)
        and all(
            detail.get("Evaluation") == "Dynamic"
            and detail.get("ChangeSource") in ("ResourceAttribute", "ResourceReference")
            and detail["Target"].get("RequiresRecreation") == "Never"
            for detail in details
        )
    )


def _change(found: "ResourceChangeTypeDef") -> Change:
    properties: dict[str, None] = {}  # in order, each once
    for detail in found.get("Details", []):
        target = detail["Target"]
        properties[target["Name"] if target["Attribute"] == "Properties" else target["Attribute"]] = None
    return Change(
        action=_action(found),
        logical_id=found["LogicalResourceId"],
        resource_type=found["ResourceType"],
        properties=tuple(properties),
        stays=found["PolicyAction"].endswith("Retain") if "PolicyAction" in found else None,
    )


def _action(found: "ResourceChangeTypeDef") -> Action:
    only = {"Add": Action.ADD, "Remove": Action.REMOVE, "Import": Action.IMPORT}
    if action := only.get(found["Action"]):
        return action
    if found["ResourceType"].startswith("Custom::") and found.get("Replacement") == "Conditional":
        return Action.CHANGE  # the role check's function gives it the same physical id each time
    if found["Action"] == "Dynamic":  # which is when CloudFormation cannot tell
        return Action.MAY_REPLACE
    return {"True": Action.REPLACE, "Conditional": Action.MAY_REPLACE}.get(
        found.get("Replacement", ""), Action.CHANGE
    )


def _delete(aws: Aws, desired: DesiredStack, name: str, was_there: bool) -> None:
    """Delete the change set, and the stack that was made for nothing but it."""
    cloudformation = aws.client("cloudformation")
    with asking("delete the change set"):
        cloudformation.delete_change_set(StackName=desired.stack_name, ChangeSetName=name)
    if not desired.is_new or was_there:
        return
    left = stack.find(aws, desired.stack_name)
    if left and left["StackStatus"] == "REVIEW_IN_PROGRESS":
        with asking(f"delete the stack {desired.stack_name}, which was made for the change set"):
            cloudformation.delete_stack(StackName=left["StackId"])
