"""The tokens in the secrets: what a user may store, and whether what is stored can be used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Never

from generator import names
from generator.configuration import Repository
from private_packages.aws.errors import TokenError
from private_packages.aws.tokens import expiry


@dataclass(frozen=True)
class Token:
    """What opens a private package repository. It shows in no message, log or repr."""

    value: str = field(repr=False)
    was_padded: bool = False
    """Whether white space stood around it, which is removed: pasted tokens often bring some."""

    @property
    def expires(self) -> date | None:
        """The day on which it ends, where it says so itself, as a JSON Web Token can."""
        return expiry.of_jwt(self.value)

    @classmethod
    def parse(cls, text: str) -> "Token":
        """Return the token in what a user typed or piped.

        Raises:
            TokenError: there is none, or it holds what no token holds.
        """
        value = text.strip()
        if not value:
            raise TokenError("The token is empty: type or pipe the token itself.")
        if not value.isprintable():
            raise TokenError("The token holds a line end or a control character: give one line of text.")
        if len(value.encode()) > names.VALUE_BYTES:
            raise TokenError(f"The token has more than {names.VALUE_BYTES:,} bytes: this is no token.")
        ended = text.removesuffix("\n").removesuffix("\r")
        return cls(value, was_padded=value != ended)


def secret_string(token: Token, key: str | None, current: str | None) -> str:
    """Return the text to store: the token, or JSON in which only this key changes.

    Args:
        token: what is to be stored.
        key: the token's key where the secret holds JSON; None where the secret is the token.
        current: what is stored now; None where that is nothing.

    Raises:
        TokenError: a key is given, and what is stored is no JSON object that could be kept.
    """
    if key is None:
        return token.value
    try:
        stored = _json_object(current or "{}")
        # A number that is too large for Python would become one that is no JSON.
        return json.dumps(stored | {key: token.value}, ensure_ascii=False, allow_nan=False)
    # The cause holds what is stored.
    except ValueError:
        raise TokenError(
            f"The secret holds no JSON object in which {key} could be set: store"
            f' {{"{key}": "…"}} in the console, or remove token_key from the configuration.'
        ) from None


@dataclass(frozen=True)
class Inspection:
    """What can be told of a stored token without showing it."""

    kind: Literal["text", "json", "binary"]
    length: int | None
    """The token's length in characters, white space around it not counted; None where there is no token."""
    problems: Sequence[str] = ()
    """Why a hook refuses it, and what to do."""
    warnings: Sequence[str] = ()
    """What a hook mends, or only some package managers refuse."""
    token: Token | None = None
    """None where there is none."""


def check_usable(token: Token, repository: Repository) -> None:
    """Refuse a token that no build could use.

    Raises:
        TokenError: it says why.
    """
    expiry.refuse_past(token.expires)
    if problems := inspect(secret_string(token, repository.token_key, None), repository.token_key).problems:
        raise TokenError(f"The token of {repository.id} is of no use to builds. {' '.join(problems)}")


def inspect(text: str | None, key: str | None) -> Inspection:
    """Judge the text of a secret as the hook does; None stands for bytes.

    Args:
        text: what is stored.
        key: the token's key where the secret holds JSON; None where the secret is the token.
    """
    if text is None:
        return Inspection("binary", None, ["The secret holds bytes: store the token in it as text."])
    if key is None:
        token = text.strip()
        if token.startswith("{") and token.endswith("}"):
            return Inspection(
                "json", None, ["The secret holds JSON: say in the configuration which token_key to take."]
            )
        return _inspect_token(text, "text")
    try:
        stored = _json_object(text)
    except ValueError:
        return Inspection("text", None, ['The secret is no JSON object: store it as {"key": "token"}.'])
    if any(isinstance(value, dict | list) for value in stored.values()):
        return Inspection("json", None, ["The JSON has more than one level: hooks read one, store it so."])
    if key not in stored:
        return Inspection(
            "json", None, [f"The JSON has no key {key}: store the token there, or correct token_key."]
        )
    if not isinstance(stored[key], str):
        return Inspection("json", None, [f"The JSON has no text under {key}: put the token in quotes."])
    return _inspect_token(stored[key], "json")


def _inspect_token(text: str, kind: Literal["text", "json"]) -> Inspection:
    token = text.strip()
    problems, warnings = [], []
    if not token:
        problems.append("The token is empty: store one.")
    elif "\n" in token or "\r" in token:
        problems.append("A line end stands inside the token: store it in one line.")
    elif any(ord(character) < ord(" ") or ord(character) == 0x7F for character in token):
        problems.append("The token holds a control character: store it again.")
    elif any(not "!" <= character <= "~" for character in token):
        problems.append("The token holds a blank or a letter outside ASCII: store the token alone.")
    if token != text:
        warnings.append("White space or a line end stands around the token: hooks remove it, others may not.")
    if "${" in token:
        warnings.append("The token holds ${: npm, yarn and Maven would take it for a variable's name.")
    return Inspection(kind, len(token), problems, warnings, Token(token))


def _json_object(text: str) -> dict[str, Any]:
    """Return a JSON object in which no key stands twice.

    Raises:
        ValueError: the text is something else.
    """
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise ValueError from None
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004 - the text is wrong, not its type
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_constant: str) -> Never:
    raise ValueError
