"""The display of what goes on: bars that grow in place in a terminal, and nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Live:
    """Bars, each with a label and what there is to say of it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def show(self, bar: str, text: str, done: int | None = None, total: int | None = None) -> None:
        """Show how far something is.

        Args:
            bar: which bar; a new name makes a new one.
            text: what to say of it.
            done: how much of it is done.
            total: how much there is of it; None where nobody knows.
        """
        if bar not in self._bars:
            self._bars[bar] = self._progress.add_task(bar, text=text, total=total)
        self._progress.update(self._bars[bar], completed=done, total=total, text=text)


@contextmanager
def live(console: Console, *, stays: bool = False) -> Iterator[Live]:
    """Give bars that are shown until the end, or stay after it; on what is no terminal they show nothing."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[text]}"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=not stays, disable=not console.is_terminal
    ) as progress:
        yield Live(progress)
