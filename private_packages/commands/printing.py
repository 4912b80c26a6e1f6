"""How subcommands print for people: in colours and to the width of a terminal, plainly elsewhere."""

import sys

from rich.console import Console


def result_console() -> Console:
    """Return what prints a result."""
    return _console(stderr=False)


def progress_console() -> Console:
    """Return what prints progress and questions: standard error, so that a result can be piped."""
    return _console(stderr=True)


def can_ask() -> bool:
    """Return whether there is somebody at a terminal to answer a question."""
    return sys.stdin.isatty()


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # In a pipe or a file no line is cut or wrapped: whatever reads it wants the whole of it.
    width = None if stream.isatty() else 10_000
    return Console(stderr=stderr, highlight=False, emoji=False, markup=False, width=width)
