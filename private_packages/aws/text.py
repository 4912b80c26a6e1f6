"""Text that others wrote, such as an account's name or AWS's own words."""

import json
from collections.abc import Iterable
from contextvars import ContextVar
from urllib.parse import quote

NOT_SHOWN = "(not shown)"
_SHORTEST = 4
"""Characters; what is shorter is no token, and would be found in any word."""

_hidden: ContextVar[tuple[str, ...]] = ContextVar("hidden", default=())


def hide(tokens: Iterable[str]) -> None:
    """Keep these out of what anybody says until the command at hand ends."""
    forms = {form for token in tokens for form in (token, json.dumps(token)[1:-1], quote(token, safe=""))}
    kept = {form for form in {*_hidden.get(), *forms} if len(form) >= _SHORTEST}
    _hidden.set(tuple(sorted(kept, key=len, reverse=True)))  # one may be a part of another


def without_tokens(text: str) -> str:
    """Return text without the tokens that the command at hand was given."""
    for token in _hidden.get():
        text = text.replace(token, NOT_SHOWN)
    return text


def one_line(text: object, length: int | None = None) -> str:
    """Return text on one line, cut to length, without control characters and others that print nothing.

    Letters of every language stay. What a terminal would obey, what turns the direction of writing and what
    ends a line becomes a blank; a token that the command at hand was given is not shown.
    """
    shown = without_tokens(str(text))
    printable = "".join(character if character.isprintable() else " " for character in shown)
    return " ".join(printable.split())[:length]
