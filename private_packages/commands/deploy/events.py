"""The events of a stack, shown as they come: with a progress bar in a terminal, as plain lines elsewhere."""

from collections.abc import Iterable

from rich.console import Console
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
        console.print(_line(event))


def _show_live(console: Console, events: Iterable[Event], seen: list[Event], total: int | None) -> None:
    done: set[str] = set()
    with live(console) as display:
        display.show("Waiting for CloudFormation", "", total=total)
        for event in events:
            seen.append(event)
            console.print(_line(event))
            if event.has_ended and not event.has_failed and not event.is_of_stack:
                done.add(event.logical_id)
            counted = f"{len(done)}/{total}" if total else ""
            display.show("Waiting for CloudFormation", counted, len(done), total)


def _line(event: Event) -> Text:
    """Return the event on a line, with the reason of what failed."""
    style = "red" if event.has_failed or "ROLLBACK" in event.status else "green" if event.has_ended else "dim"
    line = Text(f"{event.time.astimezone():%H:%M:%S}  ")
    line.append(f"{event.status:<20}", style=style)
    line.append(f"  {event.logical_id:<27} ")
    line.append(event.resource_type, style="dim")
    if event.reason and event.has_failed:
        line.append(f"  {event.reason}", style="red")
    return line
