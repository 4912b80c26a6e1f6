"""The events of a stack, shown as they come."""

import io
from collections.abc import Iterator
from dataclasses import replace
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
    assert "CREATE_FAILED         Key" in shown
    assert "          Denied." in shown
    assert "User Initiated" not in shown
    assert ("0/3" in shown) == is_terminal


@pytest.mark.parametrize("is_terminal", [False, True])
def test_they_fit_a_terminal_and_are_whole_in_a_pipe(is_terminal: bool) -> None:
    reason = "The secret /stackery/ghpackagerepotoken already exists in this account and Region. " * 3
    failed = replace(
        EVENTS[0], logical_id="GitHubPackagesSecretPolicy", status="CREATE_FAILED", reason=reason
    )
    stream = io.StringIO()
    width = 80 if is_terminal else 10_000
    show_events(Console(file=stream, width=width, color_system=None), [failed], [])
    first, *rest = stream.getvalue().splitlines()
    assert all(len(line) <= 80 for line in [first, *(rest if is_terminal else [])])
    assert all(line.startswith(" " * 10) for line in rest)
    assert " ".join(" ".join(rest).split()) == reason.strip()
    assert len(rest) == (4 if is_terminal else 1)


def test_what_was_seen_before_an_interruption_is_kept() -> None:
    def interrupted() -> Iterator[Event]:
        yield EVENTS[0]
        raise KeyboardInterrupt

    seen: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        show_events(Console(file=io.StringIO()), interrupted(), seen)
    assert seen == EVENTS[:1]
