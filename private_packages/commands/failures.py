"""What a command shows of an error that ends it: a sentence, and where it came from to who asks for that."""

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from private_packages.aws.text import one_line
from private_packages.commands.masking import masked

DEBUG = "PRIVATE_PACKAGES_DEBUG"
"""The variable that asks for the traceback."""
UNFORESEEN = "This was not foreseen"


def show_traceback(error: BaseException, words: Sequence[str]) -> None:
    """Show where an error came from, if that was asked for, without what may be a token."""
    if os.environ.get(DEBUG):
        lines = "".join(traceback.format_exception(error)).rstrip()
        click.echo(masked(lines, words, known_only=True), err=True)


@contextmanager
def told(words: Sequence[str]) -> Iterator[None]:
    """Turn what nobody foresaw into a sentence and exit code 1.

    Args:
        words: the arguments of the command.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - this is the outermost place
        show_traceback(error, words)
        said = f"{type(error).__name__}: {one_line(error, 500).rstrip('.')}"
        sentence = f"{UNFORESEEN}: {said}. Set {DEBUG}=1 to see where it came from, and report that."
        click.echo(f"Error: {masked(sentence, words, known_only=True)}", err=True)
        sys.exit(1)
