"""The events of a stack, shown as they come: with a progress bar in a terminal, as plain lines elsewhere."""

from collections.abc import Iterable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from private_packages.aws.stack.events import Event


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
    counted = (BarColumn(), MofNCompleteColumn()) if total else ()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), *counted, TimeElapsedColumn())
    done: set[str] = set()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Waiting for CloudFormation", total=total)
        for event in events:
            seen.append(event)
            console.print(_line(event))
            if event.is_of_stack:
                progress.update(task, description=event.status)
            elif event.has_ended and not event.has_failed:
                done.add(event.logical_id)
                progress.update(task, completed=len(done))


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
