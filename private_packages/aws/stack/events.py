"""The events of a stack, as they come."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from private_packages.aws.aws import Aws, asking
from private_packages.aws.patience import patiently
from private_packages.aws.stack import stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

_CANCELLED = "cancelled"
"""In the reason of what CloudFormation gave up because of another failure: Resource creation cancelled."""

_HOOK_REFUSES = ("HOOK_COMPLETE_FAILED", "HOOK_FAILED")


@dataclass(frozen=True)
class Event:
    """What happened to a resource of a stack, or to the stack."""

    time: datetime
    logical_id: str
    resource_type: str
    status: str
    reason: str
    is_of_stack: bool

    @property
    def has_failed(self) -> bool:
        """Whether the resource failed."""
        return self.status.endswith("_FAILED")

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to the resource for now."""
        return not self.status.endswith("_IN_PROGRESS")


def latest(aws: Aws, stack_id: str) -> str:
    """Return the id of the stack's newest event; empty where it has none.

    Raises:
        AwsError: AWS cannot be asked.
    """
    return next((event["EventId"] for event in _newest_first(aws, stack_id)), "")


def follow(aws: Aws, stack_id: str, since: str, *, is_under_way: bool = False) -> Iterator[Event]:
    """Return a stack's events after the one with the id since, until the operation ends that they belong to.

    What was asked for just now is over when an event says so: until it begins, the stack's status is that of
    what was before. Of what is under way the status itself tells.

    Raises:
        AwsError: AWS cannot be asked.
    """
    delay, is_over = 0.25, is_under_way
    while True:
        # Before the events, so that none is missed of what has ended.
        status = patiently(partial(stack.get, aws, stack_id))["StackStatus"]
        since, events = patiently(partial(_after, aws, stack_id, since))
        for event in events:
            if event.is_of_stack:
                is_over = event.has_ended
            yield event
        if is_over and not status.endswith("_IN_PROGRESS"):
            return
        time.sleep(delay)
        delay = min(delay * 1.5, 3)


def first_cause(events: Iterable[Event]) -> Event | None:
    """Return the failure that the others followed from, where there is one."""
    failures = [event for event in events if event.has_failed]
    own = [event for event in failures if _CANCELLED not in event.reason.lower()]
    # A stack that fails only sums up which resources did.
    return next((event for event in own if not event.is_of_stack), next(iter(own or failures), None))


def _after(aws: Aws, stack_id: str, since: str) -> tuple[str, list[Event]]:
    """Return the id of the newest event, and the events after since, in their order."""
    found: list[StackEventTypeDef] = []
    for event in _newest_first(aws, stack_id):
        if event["EventId"] == since:
            break
        found.append(event)
    newest = found[0]["EventId"] if found else since
    return newest, [_event(event) for event in reversed(found)]


def _newest_first(aws: Aws, stack_id: str) -> "Iterator[StackEventTypeDef]":
    pages = aws.client("cloudformation").get_paginator("describe_stack_events")
    with asking("read the stack's events"):
        for page in pages.paginate(StackName=stack_id):
            yield from page["StackEvents"]


def _event(found: "StackEventTypeDef") -> Event:
    refused = found.get("HookStatus", "") in _HOOK_REFUSES and found.get("HookFailureMode") == "FAIL"
    reason = found.get("ResourceStatusReason", "")
    if refused:  # of which the resource's own event says only that a Hook failed
        reason = f"The Hook {found.get('HookType', '')} refuses it: {found.get('HookStatusReason', '')}"
    return Event(
        time=found["Timestamp"],
        logical_id=found["LogicalResourceId"],
        resource_type=found["ResourceType"],
        status=found["HookStatus"] if refused else found["ResourceStatus"],
        reason=reason,
        # A nested stack is a resource, too, but of another id.
        is_of_stack=not refused and found.get("PhysicalResourceId") == found["StackId"],
    )
