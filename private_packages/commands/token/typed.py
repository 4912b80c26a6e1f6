"""How subcommands get a token: typed without echo, or from standard input, never as an argument."""

import sys

import click

from private_packages.aws.tokens.token import Token
from private_packages.commands.question import can_ask, hidden


def read_token(question: str) -> Token:
    """Ask on the terminal, hidden, or read all of standard input where that is no terminal.

    Raises:
        TokenError: what was given is no token.
    """
    return warned(Token.parse(hidden(question) if can_ask() else sys.stdin.read()))


def warned(token: Token) -> Token:
    """Say so where white space was removed from around a token."""
    if token.was_padded:
        click.echo("Note: removed the white space around the token.", err=True)
    return token
