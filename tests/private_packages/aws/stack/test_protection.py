"""Termination protection: turned off for a deletion alone, and on again where that is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack.protection import is_on, lifted, turn
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack.test_deployment import STACK
from tests.private_packages.aws.stack.test_events import STACK_ID

ON: Any = {**STACK, "EnableTerminationProtection": True}
OFF: Any = STACK
DENIED = ErrorAnswer("AccessDenied", "Not you.")


def turned(session: Any) -> list[bool]:
    """What it was turned to, call by call."""
    assert {operation for operation, _ in session.sent} <= {"UpdateTerminationProtection"}
    assert all(asked["StackName"] == STACK_ID for _, asked in session.sent)
    return [asked["EnableTerminationProtection"] for _, asked in session.sent]


def test_a_description_tells_it() -> None:
    assert [is_on(each) for each in (ON, OFF, None)] == [True, False, False]


def test_a_denial_names_what_was_to_be_done(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(UpdateTerminationProtection=DENIED)
    with pytest.raises(AwsError, match=r"^May not turn the termination protection of the stack packages on:"):
        turn(aws, ON, on=True)


def test_it_is_lifted_for_a_call(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(UpdateTerminationProtection={})
    with lifted(aws, ON):
        assert turned(session) == [False]
    assert turned(session) == [False]


def test_where_it_is_off_nothing_is_done(scripted: Callable[..., Any]) -> None:
    aws, session = scripted()
    with lifted(aws, OFF):
        pass
    assert turned(session) == []


def test_a_call_that_is_refused_leaves_it_on(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(UpdateTerminationProtection={})
    with pytest.raises(AwsError, match="refused"), lifted(aws, ON):
        raise AwsError("refused")
    assert turned(session) == [False, True]


def test_where_it_cannot_be_turned_on_again_that_is_told(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(UpdateTerminationProtection=[{}, DENIED])
    said = r"^Refused\. Its termination protection is off now: May not turn"
    with pytest.raises(StackError, match=said), lifted(aws, ON):
        raise AwsError("Refused.")
    assert turned(session) == [False, True]
