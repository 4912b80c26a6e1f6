"""What is there of a stack set."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from private_packages.aws.stack_sets.existing import SUSPENDED, Existing, Purpose, look, operations
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


@pytest.mark.parametrize("purpose", list(Purpose))
def test_an_operation_tells_what_it_was_for(scripted: Make, purpose: Purpose) -> None:
    aws, _ = scripted(ListStackSetOperations={"Summaries": [operation(purpose.new_id(), "RUNNING", 1)]})
    [found] = operations(StackSet(aws, "checks"))
    assert [each for each in Purpose if found.was_for(each)] == [purpose]
