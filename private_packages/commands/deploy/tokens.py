"""The tokens of several repositories: asked for one by one, or from standard input."""

from collections.abc import Iterable, Sequence

from generator.configuration import Repository
from private_packages.aws.errors import TokenError
from private_packages.aws.text import hide
from private_packages.aws.tokens.token import Token
from private_packages.commands.question import hidden


def parse_tokens(ids: Sequence[str], text: str) -> dict[str, Token]:
    """Return each token by its repository's id; no message repeats a line.

    Raises:
        TokenError: a line holds no token, or is of no repository.
    """
    hide([text.strip()])
    if len(ids) == 1:
        return {ids[0]: Token.parse(text)}
    tokens: dict[str, Token] = {}
    hide(line.partition("=")[2].strip() for line in text.split("\n"))
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        name, separator, value = line.partition("=")
        if not separator or name.strip() not in ids:
            raise TokenError(
                f"Line {number} of standard input is of no repository: write ID=TOKEN, where ID is"
                f" {' or '.join(ids)}."
            )
        if name.strip() in tokens:
            raise TokenError(
                f"Line {number} of standard input is the second for {name.strip()}: remove one of the two."
            )
        try:
            tokens[name.strip()] = Token.parse(value)
        except TokenError as error:
            raise TokenError(f"Line {number} of standard input: {error}") from error
    if not tokens:
        raise TokenError("There is no token in standard input: pipe a line ID=TOKEN for each repository.")
    return tokens


def ask_for_tokens(repositories: Iterable[Repository]) -> dict[str, Token]:
    """Ask for each token on the terminal, hidden; those that are left empty are left out.

    Raises:
        TokenError: what was typed cannot be a token.
    """
    tokens = {}
    for repository in repositories:
        question = f"Token for {repository.id} ({repository.url}), hidden, empty to add it later"
        typed = hidden(question)
        hide([typed.strip()])
        if typed.strip():
            tokens[repository.id] = Token.parse(typed)
    return tokens
