"""How subcommands get a token: typed without echo, or from standard input, never as an argument."""

import click

from private_packages.aws.text import hide
from private_packages.aws.tokens.token import Token
from private_packages.commands.question import can_ask, hidden, standard_input


def piped_token() -> Token | None:
    """Return the token in standard input; None where that is a terminal, on which it is asked for later.

    It is read before anything else: what looks for credentials may ask, too, and would take it for an answer.

    Raises:
        TokenError: what was piped is no token.
    """
    return None if can_ask() else _noted(Token.parse(standard_input()))


def typed_token(question: str) -> Token:
    """Ask on the terminal, hidden.

    Raises:
        TokenError: what was typed is no token.
    """
    return _noted(Token.parse(hidden(question)))


def _noted(token: Token) -> Token:
    """Keep the token out of all messages, and say so where white space was removed from around it."""
    hide([token.value])
    if token.was_padded:
        click.echo("Note: removed the white space around the token.", err=True)
    return token
