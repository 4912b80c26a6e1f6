"""The events of a stack, shown as they come."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from rich.console import Console

from private_packages.aws.stack.events import Event
from private_packages.commands.deploy.events import show_events


def event(name: str, status: str, reason: str = "") -> Event:
    time = datetime(2026, 1, 1, 12, tzinfo=UTC)
    return Event(time, name, "AWS::KMS::Key", status, reason, is_of_stack=name == "stack")


EVENTS = [
    event("stack", "CREATE_IN_PROGRESS", "User Initiated"),
    event("Key", "CREATE_FAILED", "Denied."),
    event("stack", "ROLLBACK_IN_PROGRESS"),
]


@pytest.mark.parametrize("is_terminal", [False, True])
def test_each_is_a_line_with_the_reason_of_a_failure(is_terminal: bool) -> None:
    stream = io.StringIO()
    seen: list[Event] = []
    console = Console(file=stream, force_terminal=is_terminal, width=120, color_system=None)
    show_events(console, EVENTS, seen, 3)
    assert seen == EVENTS
    shown = stream.getvalue()
    assert "CREATE_FAILED         Key                         AWS::KMS::Key  Denied." in shown
    assert "User Initiated" not in shown
    assert ("0/3" in shown) == is_terminal


def test_what_was_seen_before_an_interruption_is_kept() -> None:
    def interrupted() -> Iterator[Event]:
        yield EVENTS[0]
        raise KeyboardInterrupt

    seen: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        show_events(Console(file=io.StringIO()), interrupted(), seen)
    assert seen == EVENTS[:1]
