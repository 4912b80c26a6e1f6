"""The tokens in the secrets."""

from dataclasses import dataclass, field

from rollout.errors import TokenError

MAXIMUM_BYTES = 4_096
"""What CloudFormation takes for a parameter's value; Secrets Manager takes more."""


@dataclass(frozen=True)
class Token:
    """What opens a private package repository. It shows in no message, log or repr."""

    value: str = field(repr=False)
    was_padded: bool = False
    """Whether white space stood around it, which is removed: pasted tokens often bring some."""

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
        if len(value.encode()) > MAXIMUM_BYTES:
            raise TokenError(f"The token has more than {MAXIMUM_BYTES:,} bytes: this is no token.")
        ended = text.removesuffix("\n").removesuffix("\r")
        return cls(value, was_padded=value != ended)
