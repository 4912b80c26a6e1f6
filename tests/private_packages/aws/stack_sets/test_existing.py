"""What is there of a stack set."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from private_packages.aws.errors import StackSetError
from private_packages.aws.stack_sets.existing import SUSPENDED, Existing, Operation, Purpose, look, operations
from private_packages.aws.stack_sets.stack_set import StackSet
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack_sets.sample import definition, described

Make = Callable[..., Any]


def summary(account: str, status: str, detail: str = "SUCCEEDED") -> dict[str, Any]:
    return {
        "Account": account,
        "Region": "us-east-1",
        "Status": status,
        "StackInstanceStatus": {"DetailedStatus": detail},
        "OrganizationalUnitId": "ou-ab12-cdefghij",
    }


def operation(name: str, status: str, day: int) -> dict[str, Any]:
    began = datetime(2026, 1, day, tzinfo=UTC)
    return {"OperationId": name, "Action": "CREATE", "Status": status, "CreationTimestamp": began}


def test_nothing(scripted: Make) -> None:
    aws, session = scripted(DescribeStackSet=ErrorAnswer("StackSetNotFoundException"))
    assert look(StackSet(aws, "checks")) == Existing()
    assert [called for called, _ in session.sent] == ["DescribeStackSet"]


def test_a_set_with_instances_and_operations(scripted: Make) -> None:
    aws, _ = scripted(
        DescribeStackSet={"StackSet": described(definition())},
        ListStackInstances={
            "Summaries": [
                summary("1" * 12, "CURRENT"),
                summary("2" * 12, "OUTDATED", "FAILED"),
                summary("3" * 12, "OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT"),
            ]
        },
        ListStackSetOperations={"Summaries": [operation("a", "SUCCEEDED", 1), operation("b", "RUNNING", 2)]},
    )
    found = look(StackSet(aws, "checks"))
    assert list(found.instances.values()) == ["CURRENT", "OUTDATED", SUSPENDED]
    assert list(found.units) == ["ou-ab12-cdefghij"]
    assert [each.id for each in found.open_operations] == ["b"]


def test_the_newest_operation_comes_first(scripted: Make) -> None:
    aws, _ = scripted(
        ListStackSetOperations={"Summaries": [operation("a", "FAILED", 1), operation("b", "STOPPED", 2)]}
    )
    assert [each.id for each in operations(StackSet(aws, "checks"))] == ["b", "a"]


def running(operation_id: str) -> Existing:
    return Existing(open_operations=[Operation(operation_id, "UPDATE", "RUNNING")])


@pytest.mark.parametrize(
    ("purpose", "operation_id"),
    [
        (Purpose.START, "5d0d9b3b"),
        (Purpose.START, f"{Purpose.REMOVE}-1"),
        (Purpose.START, "private-packages-starter"),
        (Purpose.REMOVE, f"{Purpose.START}-1"),
    ],
)
def test_another_operation_keeps_it_from_beginning(
    scripted: Make, purpose: Purpose, operation_id: str
) -> None:
    aws, _ = scripted()
    with pytest.raises(StackSetError) as refused:
        running(operation_id).require_no_other_operation(StackSet(aws, "checks"), purpose)
    assert str(refused.value) == (
        f"Another operation runs on the stack set checks (UPDATE, RUNNING, {operation_id}): wait for its end"
        " (private-packages rollout watch), or stop it (private-packages rollout stop)."
    )


@pytest.mark.parametrize("purpose", Purpose)
def test_one_of_the_same_purpose_does_not(scripted: Make, purpose: Purpose) -> None:
    aws, _ = scripted()
    running(purpose.new_id()).require_no_other_operation(StackSet(aws, "checks"), purpose)
