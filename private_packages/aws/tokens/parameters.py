"""The tokens as parameters of the template, with which a deployment puts them into their secrets."""

from collections.abc import Iterable, Mapping

from generator import names
from generator.configuration import Repository
from private_packages.aws.errors import TokenError
from private_packages.aws.tokens.token import Token, inspect, secret_string


def token_parameters(repositories: Iterable[Repository], tokens: Mapping[str, Token]) -> dict[str, str]:
    """Return the parameters that put tokens, which come by the ids of their repositories, into their secrets.

    Raises:
        TokenError: no build could use a token, or it is too long for its parameter.
    """
    return {
        names.token_parameter(repository.id): _value(repository, tokens[repository.id])
        for repository in repositories
        if repository.id in tokens
    }


def _value(repository: Repository, token: Token) -> str:
    """Return what the secret shall hold, as the hook reads it."""
    text = secret_string(token, repository.token_key, current=None)
    if problems := inspect(text, repository.token_key).problems:
        raise TokenError(f"The token of {repository.id} is of no use to builds. {' '.join(problems)}")
    if len(text.encode()) > names.VALUE_BYTES:
        raise TokenError(f"The token of {repository.id} is too long for its JSON: put it with `token set`.")
    return text
