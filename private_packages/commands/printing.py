"""How subcommands print: for people in colours and to the width of a terminal, for programs as JSON.

rich is imported when something is printed with it: it takes as long to load as Python itself.
"""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

UNKNOWN = "unknown"
"""What stands in place of what is not known."""

_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How formulas begin; the wide signs in some languages."""
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def result_console() -> "Console":
    """Return what prints a result."""
    return _console(stderr=False)


def progress_console() -> "Console":
    """Return what prints progress and questions: standard error, so that a result can be piped."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    # In a pipe or a file no line is cut or wrapped: whatever reads it wants the whole of it.
    width = None if stream.isatty() else 10_000
    return Console(stderr=stderr, highlight=False, emoji=False, markup=False, width=width)


def print_json(document: Any) -> None:
    """Print a document as JSON; what is no JSON of itself, such as a time, becomes text."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def csv_table(columns: Sequence[str], rows: Iterable[Mapping[str, str | None]]) -> str:
    """Return rows as CSV, with a line that names the columns, and no formula for a spreadsheet to run."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _inert(value or "") for name, value in row.items()})
    return text.getvalue()


def _inert(value: str) -> str:
    """Return what a spreadsheet takes for text."""
    return f"'{value}" if value.startswith(_FORMULAS) else value


def print_facts(console: "Console", facts: Iterable[tuple[str, "str | Text"]]) -> None:
    """Print facts, a line for each, with its label before it."""
    from rich.text import Text

    for label, text in facts:
        console.print(Text.assemble((f"{label:<14}", "bold"), text))


def aligned(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the cells of a table, filled with blanks so that each column is as wide as its widest cell."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        [cell + " " * (most - width(cell)) for cell, most in zip(row, widths, strict=True)] for row in rows
    ]


def width(text: str) -> int:
    """Return how many columns of a terminal text takes."""
    # Most text is ASCII, which need not be measured letter by letter.
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def ago(then: datetime, now: datetime | None = None) -> str:
    """Return how long ago a time is, in its largest unit."""
    seconds = int(((now or datetime.now(UTC)) - then).total_seconds())
    for unit, length in _UNITS:
        if seconds >= length:
            count = seconds // length
            return f"{count:,} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def moment(time: datetime) -> str:
    """Return a time for people, to the minute."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def iso(time: datetime | None) -> str | None:
    """Return a time for programs."""
    return time.astimezone(UTC).isoformat() if time else None
