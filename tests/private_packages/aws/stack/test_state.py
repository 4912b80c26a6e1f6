"""What can be done with a stack in each of the states that CloudFormation knows."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import StackError
from private_packages.aws.stack.state import State, delete, parameters_of, state_of
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack.test_events import STACK_ID, page, told

OURS = [{"OutputKey": "KeyArn", "OutputValue": "arn"}]


def described(status: str, outputs: Any = OURS) -> Any:
    return {"StackName": "packages", "StackId": STACK_ID, "StackStatus": status, "Outputs": outputs}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("REVIEW_IN_PROGRESS", State.NEW),
        ("CREATE_IN_PROGRESS", State.BUSY),
        ("ROLLBACK_IN_PROGRESS", State.BUSY),
        ("UPDATE_IN_PROGRESS", State.BUSY),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", State.BUSY),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", State.BUSY),
        ("DELETE_IN_PROGRESS", State.BUSY),
        ("ROLLBACK_COMPLETE", State.REMAINS),
        ("CREATE_COMPLETE", State.DEPLOYED),
        ("UPDATE_COMPLETE", State.DEPLOYED),
        ("UPDATE_ROLLBACK_COMPLETE", State.DEPLOYED),
        ("IMPORT_COMPLETE", State.DEPLOYED),
    ],
)
def test_what_a_state_means(scripted: Callable[..., Any], status: str, state: State) -> None:
    aws, _ = scripted()
    assert state_of(aws, described(status)) is state


def test_no_stack_is_a_new_one(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted()
    assert state_of(aws, None) is State.NEW


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("CREATE_FAILED", "delete-stack"),
        ("ROLLBACK_FAILED", "delete-stack"),
        ("DELETE_FAILED", "delete-stack"),
        ("UPDATE_FAILED", "rollback-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
    ],
)
def test_a_stack_that_is_stuck_is_refused_with_the_way_out(
    scripted: Callable[..., Any], status: str, command: str
) -> None:
    aws, _ = scripted()
    with pytest.raises(StackError) as refused:
        state_of(aws, described(status))
    assert str(refused.value) == (
        f"Repair the stack packages in us-east-1 first, which is {status}: see its events for the cause,"
        f" remove that, then run `aws cloudformation {command} --stack-name packages --region us-east-1`."
    )


def test_a_stack_of_another_template_is_refused(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted()
    with pytest.raises(StackError, match=r"^Choose another --stack-name: the stack packages in us-east-1"):
        state_of(aws, described("CREATE_COMPLETE", []))


def test_the_values_of_the_parameters() -> None:
    found = [{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B"}]
    description: Any = {"Parameters": found}
    assert parameters_of(description) == {"A": "1", "B": ""}
    assert parameters_of(None) == {}


@pytest.mark.usefixtures("pauses")
class TestDeletion:
    def script(self, status: str) -> dict[str, Any]:
        stack = {**described(status, []), "CreationTime": "2026-01-01T00:00:00Z"}
        return {
            "DescribeStackEvents": [page(), page(told(2, "packages", "DELETE_COMPLETE"))],
            "DeleteStack": {},
            "DescribeStacks": {"Stacks": [stack]},
        }

    def test_is_followed_to_its_end(self, scripted: Callable[..., Any]) -> None:
        aws, session = scripted(**self.script("DELETE_COMPLETE"))
        events = list(delete(aws, described("ROLLBACK_COMPLETE")))
        assert [event.status for event in events] == ["DELETE_COMPLETE"]
        assert ("DeleteStack", {"StackName": STACK_ID}) in session.sent

    def test_of_a_protected_stack_turns_that_off(self, scripted: Callable[..., Any]) -> None:
        aws, session = scripted(**self.script("DELETE_COMPLETE"), UpdateTerminationProtection={})
        protected = described("CREATE_COMPLETE") | {"EnableTerminationProtection": True}
        list(delete(aws, protected))
        called = [operation for operation, _ in session.sent]
        assert called.index("UpdateTerminationProtection") < called.index("DeleteStack")

    def test_that_fails_is_told(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(**self.script("DELETE_FAILED"))
        with pytest.raises(StackError, match="could not be deleted, it is DELETE_FAILED"):
            list(delete(aws, described("ROLLBACK_COMPLETE")))

    def test_that_is_refused_is_told(self, scripted: Callable[..., Any]) -> None:
        protected = ErrorAnswer(
            "ValidationError", f"Stack [{STACK_ID}] cannot be deleted while TerminationProtection is enabled"
        )
        aws, _ = scripted(**self.script("X") | {"DeleteStack": protected})
        with pytest.raises(Exception, match=r"Cannot delete the stack packages .*Protection"):
            list(delete(aws, described("ROLLBACK_COMPLETE")))
