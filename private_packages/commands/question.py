"""How subcommands ask: on the terminal, and on standard error, so that a result can be piped."""

import sys

import click

from private_packages.aws.errors import TokenError


def can_ask() -> bool:
    """Return whether there is somebody at a terminal to answer a question."""
    # There is none at all where a program was started without.
    return sys.stdin is not None and sys.stdin.isatty()


def standard_input() -> str:
    """Return all of standard input, which is UTF-8 wherever this runs.

    Raises:
        TokenError: it is something else.
    """
    try:
        return sys.stdin.buffer.read().decode() if sys.stdin else ""
    # The cause holds what was read.
    except UnicodeDecodeError:
        raise TokenError("Standard input is not UTF-8: pipe in the token as plain text.") from None


def agrees(question: str) -> bool:
    """Ask a question and return whether the answer is yes.

    Raises:
        Abort: nobody answered, or the user wants to stop.
    """
    return click.confirm(question, err=True)


def confirm(question: str, *, yes: bool) -> None:
    """Ask unless the answer was given beforehand.

    Raises:
        ClickException: the answer is no, or nobody is there to give one.
    """
    if yes:
        return
    try:
        agreed = agrees(question)
    except click.Abort:
        raise click.ClickException(
            "Nothing was changed: nobody answered, give --yes to go on without one."
        ) from None
    if not agreed:
        raise click.ClickException("Nothing was changed.")


def hidden(question: str) -> str:
    """Ask for what must not be seen, and return what was typed; empty where that was nothing.

    Raises:
        Abort: nobody answered, or the user wants to stop.
    """
    return str(click.prompt(question, hide_input=True, err=True, default="", show_default=False))
