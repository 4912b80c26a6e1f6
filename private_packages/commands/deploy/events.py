"""The events of a stack, shown as they come: with a progress bar in a terminal, as plain lines elsewhere."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from private_packages.aws.stack.events import Event
from private_packages.commands.live import live


def show_events(
    console: Console, events: Iterable[Event], seen: list[Event], total: int | None = None
) -> None:
    """Print each event and keep it in seen, where it is also when this is interrupted.

    Args:
        console: What to print to.
        events: The events as they come.
        seen: Takes each event.
        total: How many resources the operation concerns; None where that is not known.
    """
    if console.is_terminal:
        _show_live(console, events, seen, total)
        return
    for event in events:
        seen.append(event)
        _print(console, event)


def _show_live(console: Console, events: Iterable[Event], seen: list[Event], total: int | None) -> None:
    done: set[str] = set()
    with live(console) as display:
        display.show("Waiting for CloudFormation", "", total=total)
        for event in events:
            seen.append(event)
            _print(console, event)
            if event.has_ended and not event.has_failed and not event.is_of_stack:
                done.add(event.logical_id)
            counted = f"{len(done)}/{total}" if total else ""
            display.show("Waiting for CloudFormation", counted, len(done), total)


def _print(console: Console, event: Event) -> None:
    """Print an event on a line, and below it the reason of what failed."""
    console.print(_line(event))
    if event.reason and event.has_failed:
        console.print(Padding(Text(event.reason, style="red"), (0, 0, 0, 10), expand=False))


def _line(event: Event) -> Text:
    style = "red" if event.has_failed or "ROLLBACK" in event.status else "green" if event.has_ended else "dim"
    line = Text(f"{event.time.astimezone():%H:%M:%S}  ")
    line.append(f"{event.status:<20}", style=style)
    line.append(f"  {event.logical_id}")
    return line
