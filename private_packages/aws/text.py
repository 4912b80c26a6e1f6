"""Text that others wrote, such as an account's name or AWS's own words."""

import json
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

NOT_SHOWN = "(not shown)"
_SHORTEST = 4
"""Characters; what is shorter is no token, and would be found in any word."""
_AS_IT_IS = frozenset(
    {"Credentials", "Metadata", "Policy", "PolicyDocument", "ResourcePolicy", "SecretBinary", "SecretString"}
    | {"Tags", "TemplateBody"}
)
"""The fields of AWS's answers that are used or stored again, or compared as a whole."""

_hidden: ContextVar[tuple[str, ...]] = ContextVar("hidden", default=())


def hide(tokens: Iterable[str]) -> None:
    """Keep these, tokens and credentials, out of what anybody says until the command at hand ends."""
    forms = {form for token in tokens for form in (token, json.dumps(token)[1:-1], quote(token, safe=""))}
    kept = {form for form in {*_hidden.get(), *forms} if len(form) >= _SHORTEST}
    _hidden.set(tuple(sorted(kept, key=len, reverse=True)))  # one may be a part of another


def without_tokens(text: str) -> str:
    """Return text without the tokens that the command at hand was given."""
    for token in _hidden.get():
        text = text.replace(token, NOT_SHOWN)
    return text


def make_harmless(parsed: dict[str, Any], **_: object) -> None:
    """Make the text of an answer harmless in place, names, reasons, errors, before anybody sees it.

    botocore calls this with each answer, which loses what does not print, and what is kept secret. What
    is left as it is are documents, tags and tokens: whoever says something of those takes one_line.
    """
    parsed.update(_harmless(parsed))


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return _printable(without_tokens(value))
    if isinstance(value, list):
        return [_harmless(each) for each in value]
    if isinstance(value, dict):
        return {_printable(key): each if key in _AS_IT_IS else _harmless(each) for key, each in value.items()}
    return value


def one_line(text: object, length: int | None = None) -> str:
    """Return text on one line, cut to length, without control characters and others that print nothing.

    Letters of every language stay. What a terminal would obey, what turns the direction of writing and what
    ends a line becomes a blank; a token that the command at hand was given is not shown.
    """
    return " ".join(_printable(without_tokens(str(text))).split())[:length]


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
