"""A stack's events: followed until the operation ends, and searched for what made it fail."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from private_packages.aws.errors import AwsError
from private_packages.aws.stack.events import Event, first_cause, follow, latest
from tests.aws import ErrorAnswer

STACK_ID = "arn:aws:cloudformation:us-east-1:111122223333:stack/packages/1"


def told(number: int, name: str, status: str, reason: str = "") -> dict[str, Any]:
    of_stack = name in ("packages", "private-packages")
    return {
        "EventId": str(number),
        "StackId": STACK_ID,
        "StackName": "packages",
        "LogicalResourceId": name,
        "PhysicalResourceId": STACK_ID if of_stack else name.lower(),
        "ResourceType": "AWS::CloudFormation::Stack" if of_stack else "AWS::KMS::Key",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": datetime(2026, 1, 1, 0, 0, number, tzinfo=UTC),
    }


BEFORE = told(1, "packages", "CREATE_COMPLETE")
BEGUN = told(2, "packages", "UPDATE_IN_PROGRESS")
KEY = told(3, "Key", "UPDATE_COMPLETE")
CLEANUP = told(4, "packages", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
ENDED = told(5, "packages", "UPDATE_COMPLETE")


def page(*events: dict[str, Any]) -> dict[str, Any]:
    """A page as AWS gives it: the newest event first."""
    return {"StackEvents": list(reversed(events))}


def stack(status: str) -> dict[str, Any]:
    found = {"StackName": "packages", "StackId": STACK_ID, "StackStatus": status}
    return {"Stacks": [{**found, "CreationTime": "2026-01-01T00:00:00Z"}]}


def test_the_latest_event(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeStackEvents=page(BEFORE, BEGUN))
    assert latest(aws, STACK_ID) == "2"
    aws, _ = scripted(DescribeStackEvents=page())
    assert latest(aws, STACK_ID) == ""


def test_each_event_comes_once_and_in_its_order(scripted: Callable[..., Any], pauses: list[float]) -> None:
    aws, _ = scripted(
        DescribeStacks=[stack("UPDATE_IN_PROGRESS"), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")],
        DescribeStackEvents=[
            page(BEFORE, BEGUN),
            page(BEFORE, BEGUN, KEY),
            page(BEFORE, BEGUN, KEY, CLEANUP, ENDED),
        ],
    )
    events = list(follow(aws, STACK_ID, "1"))
    assert [(event.logical_id, event.status) for event in events] == [
        ("packages", "UPDATE_IN_PROGRESS"),
        ("Key", "UPDATE_COMPLETE"),
        ("packages", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("packages", "UPDATE_COMPLETE"),
    ]
    assert pauses == [0.25, 0.375]


def test_it_reads_pages_until_what_it_knows(scripted: Callable[..., Any]) -> None:
    pages = [page(KEY, ENDED) | {"NextToken": "2"}, page(BEFORE, BEGUN) | {"NextToken": "3"}]
    aws, session = scripted(DescribeStacks=stack("UPDATE_COMPLETE"), DescribeStackEvents=pages)
    assert len(list(follow(aws, STACK_ID, "1"))) == 3
    assert [operation for operation, _ in session.sent].count("DescribeStackEvents") == 2


@pytest.mark.usefixtures("pauses")
def test_the_state_of_before_does_not_end_it(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(
        DescribeStacks=stack("UPDATE_COMPLETE"),
        DescribeStackEvents=[page(BEFORE), page(BEFORE, BEGUN), page(BEFORE, BEGUN, ENDED)],
    )
    assert [event.status for event in follow(aws, STACK_ID, "1")] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE",
    ]


def test_what_is_under_way_may_end_without_a_further_event(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeStacks=stack("UPDATE_COMPLETE"), DescribeStackEvents=page(ENDED))
    assert list(follow(aws, STACK_ID, "5", is_under_way=True)) == []


def test_the_pauses_grow_to_three_seconds(scripted: Callable[..., Any], pauses: list[float]) -> None:
    states = [stack("UPDATE_IN_PROGRESS")] * 12 + [stack("UPDATE_COMPLETE")]
    aws, _ = scripted(DescribeStacks=states, DescribeStackEvents=page(ENDED))
    list(follow(aws, STACK_ID, "5", is_under_way=True))
    assert (pauses[0], pauses[-1]) == (0.25, 3)


def test_what_aws_refuses_is_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeStacks=stack("X_IN_PROGRESS"), DescribeStackEvents=ErrorAnswer("AccessDenied"))
    with pytest.raises(AwsError, match="May not read the stack's events"):
        list(follow(aws, STACK_ID, ""))


@pytest.mark.usefixtures("pauses")
def test_a_hook_that_refuses_says_why_and_ends_nothing(scripted: Callable[..., Any]) -> None:
    """The resource's own event says only that a Hook failed."""
    hook = {
        "HookType": "Acme::Keys::Check",
        "HookStatus": "HOOK_COMPLETE_FAILED",
        "HookStatusReason": "No tag.",
    }
    about_the_stack = told(3, "packages", "UPDATE_IN_PROGRESS") | hook | {"HookFailureMode": "FAIL"}
    about_the_key = told(4, "Key", "UPDATE_IN_PROGRESS") | hook
    warning, refusal = (about_the_key | {"HookFailureMode": mode} for mode in ("WARN", "FAIL"))
    failed = told(6, "Key", "UPDATE_FAILED", "The following hook(s) failed: [Acme::Keys::Check]")
    aws, _ = scripted(
        DescribeStacks=[stack("UPDATE_COMPLETE"), stack("UPDATE_ROLLBACK_COMPLETE")],
        DescribeStackEvents=[
            page(BEFORE, BEGUN, about_the_stack),
            page(
                BEFORE,
                BEGUN,
                about_the_stack,
                warning,
                refusal | {"EventId": "5"},
                failed,
                ENDED | {"EventId": "7"},
            ),
        ],
    )
    found = list(follow(aws, STACK_ID, "1"))
    assert [event.status for event in found][2:] == [
        "UPDATE_IN_PROGRESS",
        "HOOK_COMPLETE_FAILED",
        "UPDATE_FAILED",
        "UPDATE_COMPLETE",
    ]
    cause = first_cause(found[2:])
    assert cause
    assert (cause.logical_id, cause.reason) == ("Key", "The Hook Acme::Keys::Check refuses it: No tag.")


def event(name: str, status: str, reason: str = "", *, is_of_stack: bool = False) -> Event:
    return Event(datetime(2026, 1, 1, tzinfo=UTC), name, "AWS::KMS::Key", status, reason, is_of_stack)


class TestFirstCause:
    def test_is_none_where_nothing_failed(self) -> None:
        assert first_cause([event("Key", "CREATE_COMPLETE")]) is None

    def test_is_not_what_was_cancelled_because_of_it(self) -> None:
        casualty = event("Alias", "CREATE_FAILED", "Resource creation cancelled")
        cause = event("Key", "CREATE_FAILED", "Denied")
        later = event("Role", "DELETE_FAILED", "Denied, too")
        assert first_cause([casualty, cause, later]) == cause

    def test_is_a_resource_rather_than_the_stack(self) -> None:
        summary = event("packages", "CREATE_FAILED", "The following resource(s) failed", is_of_stack=True)
        cause = event("Key", "CREATE_FAILED", "Denied")
        assert first_cause([summary, cause]) == cause
        assert first_cause([summary]) == summary

    def test_is_a_casualty_where_there_is_nothing_else(self) -> None:
        casualty = event("Alias", "CREATE_FAILED", "Resource creation cancelled")
        assert first_cause([casualty]) == casualty
