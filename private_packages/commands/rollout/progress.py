"""How the operations of a stack set are shown while they run."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.operation import CountBy, Progress, follow
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.commands.printing import progress_console

GROUPS = {"region": CountBy.REGION, "ou": CountBy.UNIT}


def show(stack_set: StackSet, operations: Iterable[Operation], by: str) -> Progress:
    """Show operations until they are over, and return how they ended.

    Raises:
        ClickException: the user had enough of watching.
        AwsError: AWS cannot be asked.
    """
    console = progress_console()
    updates = follow(stack_set, operations, GROUPS[by], sleep=time.sleep)
    try:
        return _as_bars(console, updates) if console.is_terminal else _as_lines(console, updates)
    except KeyboardInterrupt:
        raise click.ClickException(still_running(stack_set)) from None


def still_running(stack_set: StackSet) -> str:
    """Return what to say to who ends this command while an operation runs."""
    options = "" if stack_set.name == "stackery-role-check" else f" --name {stack_set.name}"
    return (
        "Stopped watching, but what was started goes on in the accounts: watch it again with"
        f" `private-packages rollout watch{options}`, or stop it with `private-packages rollout"
        f" stop{options}`."
    )


def words(counts: Mapping[str, int]) -> str:
    """Return how many instances are how far."""
    waiting = counts.get("PENDING", 0) + counts.get("RUNNING", 0)
    parts = [
        f"done {counts.get('SUCCEEDED', 0):,}",
        f"failed {counts.get('FAILED', 0):,}",
        f"waiting {waiting:,}",
    ]
    if cancelled := counts.get("CANCELLED"):
        parts.append(f"cancelled {cancelled:,}")
    return ", ".join(parts)


def _as_bars(console: Console, updates: Iterable[Progress]) -> Progress:
    """Show a bar for each group, which grows in place."""
    progress = None
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[counts]}"))
    with Bars(*columns, console=console, auto_refresh=False) as bars:
        tasks: dict[str, TaskID] = {}
        for progress in updates:
            for group, counts in progress.counts.items():
                if group not in tasks:
                    tasks[group] = bars.add_task(_label(group), counts="")
                bars.update(tasks[group], **_bar(counts))
            bars.refresh()
    assert progress is not None  # noqa: S101 - following begins with a look
    return progress


def _bar(counts: Mapping[str, int]) -> dict[str, Any]:
    total = sum(counts.values())
    waiting = counts.get("PENDING", 0) + counts.get("RUNNING", 0)
    return {"total": total, "completed": total - waiting, "counts": words(counts)}


def _as_lines(console: Console, updates: Iterable[Progress]) -> Progress:
    """Print a line for each group whose counts have changed."""
    progress = None
    printed: dict[str, str] = {}
    for progress in updates:
        for group, counts in progress.counts.items():
            line = f"{_label(group)}: {words(counts)}"
            if printed.get(group) != line:
                printed[group] = line
                console.print(Text(line))
    assert progress is not None  # noqa: S101 - following begins with a look
    return progress


def _label(group: str) -> str:
    return group or "all"
