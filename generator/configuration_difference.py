"""What differs between two configurations, in words."""

from collections.abc import Iterator

from generator.configuration import Configuration, Repository

READ_BY_HOOKS = ("manager", "url", "scope", "token_key", "username", "index", "server_id")
"""The fields of a repository that decide what a hook does; the rest of it is the stack's own matter."""


def differences(here: Configuration, there: Configuration, of_there: str) -> list[str]:
    """Return a phrase for each repository, or field of one, in which two configurations differ.

    Args:
        here: the one at hand.
        there: the other.
        of_there: what the other is called in the phrases: the stack.
    """
    ours = {repository.id: repository for repository in here.repositories}
    theirs = {repository.id: repository for repository in there.repositories}
    result = [f"{name} is only here" for name in ours if name not in theirs]
    result += [f"{name} is only in {of_there}" for name in theirs if name not in ours]
    for name, repository in ours.items():
        if name in theirs:
            result += _fields(repository, theirs[name], of_there)
    return result


def _fields(here: Repository, there: Repository, of_there: str) -> Iterator[str]:
    for field in READ_BY_HOOKS:
        ours, theirs = getattr(here, field), getattr(there, field)
        if ours != theirs:
            yield f"{here.id}, field {field}: here {ours or 'not set'}, in {of_there} {theirs or 'not set'}"
